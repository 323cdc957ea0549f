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

/* Like read(2), but a signal does not end it. */
static ssize_t read_some(int fd, void *buffer, size_t length)
{
    ssize_t n;
    do
        n = read(fd, buffer, length);
    while (n == -1 && errno == EINTR);
    return n;
}


/* Returns 0 when all LENGTH bytes are written, or -1 with errno set. */
static int write_all(int fd, const void *buffer, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t n = write(fd, (const char *)buffer + done,
                          length - done);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return -1;
        done += (size_t)n;
    }
    return 0;
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
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        err(EXIT_FAILURE, "signal");
    bool says = argc > 3 && strcmp(argv[1], "say") == 0;
    bool hears = argc == 3 && strcmp(argv[1], "hear") == 0;
    if (!says && !hears) {
        fprintf(stderr, "usage: fifo_meet say DOOR WORD...\n"
                        "       fifo_meet hear DOOR\n");
        return 2;
    }
    const char *door = argv[2];
    const intmax_t me = getpid();
    umask(077);
    if (mkfifo(door, 0600) == -1 && errno != EEXIST)
        err(EXIT_FAILURE, "%s", door);
    printf("%jd: waiting at %s\n", me, door);
    int fd = open_fifo(door, says ? O_WRONLY : O_RDONLY);
    struct stat is;
    if (fd == -1 || fstat(fd, &is) == -1)
        err(EXIT_FAILURE, "%s", door);
    if (!S_ISFIFO(is.st_mode))
        errx(EXIT_FAILURE, "%s: not a FIFO", door);
    if (says)
        {
            size_t length = 0;
            for (int i = 3; i < argc; i++) {
                size_t n = strlen(argv[i]);
                if (write_all(fd, argv[i], n) == -1
                    || (i + 1 < argc && write_all(fd, " ", 1) == -1))
                    err(EXIT_FAILURE, "%s", door);
                length += n + (i + 1 < argc);
            }
            printf("%jd: said %zu bytes\n", me, length);
        }
    else
        {
            char words[512];
            ssize_t n;
            printf("%jd: heard ", me);
            while ((n = read_some(fd, words, sizeof words)) > 0)
                fwrite(words, 1, (size_t)n, stdout);
            putchar('\n');
            if (n == -1)
                err(EXIT_FAILURE, "%s", door);
        }
    close(fd);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
