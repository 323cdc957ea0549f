#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <sys/stat.h>

/* Like write(2), but a signal does not end it with EINTR. */
static ssize_t write_some(int fd, const void *buffer, size_t length)
{
    ssize_t n;
    do
        n = write(fd, buffer, length);
    while (n == -1 && errno == EINTR);
    return n;
}


/* Like open(2) with O_CLOEXEC, but a signal does not end it. The mode
   counts where FLAGS have O_CREAT. */
static int open_fifo(const char *name, int flags)
{
    int fd;
    do
        fd = open(name, flags | O_CLOEXEC, 0600);
    while (fd == -1 && errno == EINTR);
    return fd;
}

/* Returns the length of the line made of TEXT. */
static size_t make_line(char line[PIPE_BUF + 1], const char *text)
{
    if (strchr(text, '\n') != NULL)
        errx(EXIT_FAILURE, "a text has to be one line");
    int n = snprintf(line, PIPE_BUF + 1, "%jd: %s\n",
                     (intmax_t)getpid(), text);
    if (n < 0 || n > PIPE_BUF)
        errx(EXIT_FAILURE, "more than a FIFO takes at once, %d bytes",
             PIPE_BUF);
    return (size_t)n;
}

int main(int argc, char **argv)
{
    /* Descriptors 0 to 2 are taken, and no signal is blocked. */
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) == -1
            && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
            err(EXIT_FAILURE, "/dev/null in place of descriptor %d", fd);
    sigset_t no_signals;
    sigemptyset(&no_signals);
    if (signal(SIGCHLD, SIG_DFL) == SIG_ERR
        || signal(SIGPIPE, SIG_DFL) == SIG_ERR
        || sigprocmask(SIG_SETMASK, &no_signals, NULL) == -1)
        err(EXIT_FAILURE, "signals");
    int nonblock = 0;
    bool wrong = false;
    for (int c; (c = getopt(argc, argv, "+n")) != -1;) {
        wrong = wrong || c != 'n';
        nonblock = O_NONBLOCK;
    }
    if (wrong || argc - optind < 2) {
        fprintf(stderr, "usage: fifo_client [-n] BOX TEXT...\n"
                        "  -n  do not wait for a collector\n");
        return 2;
    }
    const char *box = argv[optind];
    char **texts = argv + optind + 1;
    char line[PIPE_BUF + 1];
    for (int i = 0; texts[i] != NULL; i++)
        make_line(line, texts[i]);
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        err(EXIT_FAILURE, "signal");
    int out = open_fifo(box, O_WRONLY | nonblock);
    if (out == -1 && errno == ENXIO)
        errx(EXIT_FAILURE, "%s: nobody collects here", box);
    struct stat is;
    if (out == -1 || fstat(out, &is) == -1)
        err(EXIT_FAILURE, "%s", box);
    if (!S_ISFIFO(is.st_mode))
        errx(EXIT_FAILURE, "%s: not a FIFO", box);
    for (int i = 0; texts[i] != NULL; i++) {
        size_t length = make_line(line, texts[i]);
        ssize_t n = write_some(out, line, length);
        if (n == -1)
            err(EXIT_FAILURE, "%s: line %d", box, i + 1);
        if ((size_t)n != length)
            errx(EXIT_FAILURE, "%s: took a part of line %d", box, i + 1);
    }
    close(out);
    printf("%jd: sent\n", (intmax_t)getpid());
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
