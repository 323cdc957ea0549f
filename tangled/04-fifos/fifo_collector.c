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
#include <poll.h>
#include <sys/file.h>
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


/* Like open(2) with O_CLOEXEC, but a signal does not end it. */
static int open_fifo(const char *name, int flags)
{
    int fd;
    do
        fd = open(name, flags | O_CLOEXEC, 0600);
    while (fd == -1 && errno == EINTR);
    return fd;
}

/* Reads once from IN and prints the lines that are complete. Returns
   their number, or -1 at the end of file. */
static long take(int in)
{
    static char text[2 * PIPE_BUF];
    static size_t length;
    ssize_t n = read_some(in, text + length, sizeof text - length);
    if (n == -1 && errno == EAGAIN)
        return 0;
    if (n == -1)
        err(EXIT_FAILURE, "read");
    length += (size_t)n;
    long lines = 0;
    char *line = text, *end;
    while ((end = memchr(line, '\n', length)) != NULL) {
        size_t size = (size_t)(end + 1 - line);
        fwrite(line, 1, size, stdout);
        line += size;
        length -= size;
        lines++;
    }
    memmove(text, line, length);
    if (length > 0 && (n == 0 || length == sizeof text)) {
        fwrite(text, 1, length, stdout);
        putchar('\n');
        length = 0;
        lines++;
    }
    return n == 0 ? -1 : lines;
}

static volatile sig_atomic_t stop;

static void on_stop(int number)
{
    (void)number;
    stop = 1;
}

/* Makes SIGTERM and SIGINT set STOP, but only while *OUTSIDE is the
   signal mask. */
static void catch_stop(sigset_t *outside)
{
    const struct sigaction action = { .sa_handler = on_stop };
    sigset_t both;
    sigemptyset(&both);
    sigaddset(&both, SIGTERM);
    sigaddset(&both, SIGINT);
    if (sigprocmask(SIG_BLOCK, &both, outside) == -1
        || sigaction(SIGTERM, &action, NULL) == -1
        || sigaction(SIGINT, &action, NULL) == -1)
        err(EXIT_FAILURE, "signals");
    sigdelset(outside, SIGTERM);
    sigdelset(outside, SIGINT);
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    long limit = LONG_MAX;
    char *end = NULL;
    if (argc == 3)
        limit = strtol(argv[2], &end, 10);
    bool number = end == NULL || *end == '\0';
    if (argc < 2 || argc > 3 || limit < 1 || !number) {
        fprintf(stderr, "usage: fifo_collector BOX [LINES]\n");
        return 2;
    }
    const char *box = argv[1];
    if (mkfifo(box, 0622) == -1 && errno != EEXIST)
        err(EXIT_FAILURE, "%s", box);
    int in = open_fifo(box, O_RDONLY | O_NONBLOCK);
    struct stat is;
    if (in == -1 || fstat(in, &is) == -1)
        err(EXIT_FAILURE, "%s", box);
    if (!S_ISFIFO(is.st_mode))
        errx(EXIT_FAILURE, "%s: not a FIFO", box);
    if (flock(in, LOCK_EX | LOCK_NB) == -1) {
        if (errno == EWOULDBLOCK)
            errx(EXIT_FAILURE, "%s: has a collector already", box);
        err(EXIT_FAILURE, "%s", box);
    }
    int keep = open_fifo(box, O_WRONLY | O_NONBLOCK);
    if (keep == -1)
        err(EXIT_FAILURE, "%s", box);
    sigset_t outside;
    catch_stop(&outside);
    long lines = 0;
    while (!stop && lines < limit && !ferror(stdout)) {
        struct pollfd p = { .fd = in, .events = POLLIN };
        if (ppoll(&p, 1, NULL, &outside) == -1) {
            if (errno != EINTR)
                err(EXIT_FAILURE, "ppoll");
        } else {
            lines += take(in);
        }
    }
    if (unlink(box) == -1 && errno != ENOENT)
        warn("%s", box);
    close(keep);
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    sigprocmask(SIG_SETMASK, &outside, NULL);
    if (fcntl(in, F_SETFL, O_RDONLY) == -1)
        err(EXIT_FAILURE, "fcntl");
    while (!ferror(stdout) && take(in) != -1)
        continue;
    close(in);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
