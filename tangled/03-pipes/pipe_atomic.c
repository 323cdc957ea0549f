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

/* Like write(2), but a signal does not end it with EINTR. */
static ssize_t write_some(int fd, const void *buffer, size_t length)
{
    ssize_t n;
    do
        n = write(fd, buffer, length);
    while (n == -1 && errno == EINTR);
    return n;
}


int main(int argc, char *argv[])
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
    if (argc != 4)
        errx(2, "usage: pipe_atomic LETTER SIZE TIMES");
    const size_t size = strtoul(argv[2], NULL, 10);
    char *record = malloc(size + 1);
    if (record == NULL)
        err(EXIT_FAILURE, "malloc");
    memset(record, argv[1][0], size);
    for (long times = atol(argv[3]); times > 0; times--) {
        ssize_t n = write_some(STDOUT_FILENO, record, size);
        if (n == -1)
            err(EXIT_FAILURE, "write");
        if (n != (ssize_t)size)
            errx(EXIT_FAILURE, "a record was cut");
    }
    free(record);
    return EXIT_SUCCESS;
}
