#define _FORTIFY_SOURCE 2
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
#include <sys/resource.h>

/* Like read(2), but a signal does not end it. */
static ssize_t read_some(int fd, void *buffer, size_t length)
{
    ssize_t n;
    do
        n = read(fd, buffer, length);
    while (n == -1 && errno == EINTR);
    return n;
}

#include <sys/select.h>

static void wait_for_bytes(int fd)
{
    fd_set set;
    FD_ZERO(&set);
    FD_SET(fd, &set);
    while (select(fd + 1, &set, NULL, NULL, NULL) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "select");
}

int main(int argc, char **argv)
{
    struct rlimit limit;
    char room[100];
    ssize_t n;
    if (argc != 3)
        errx(2, "usage: above_1024 FIFO NUMBER");
    int fd, number = atoi(argv[2]);
    if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
        err(EXIT_FAILURE, "getrlimit");
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) == -1)
        err(EXIT_FAILURE, "setrlimit");
    while ((fd = open(argv[1], O_RDONLY)) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "%s", argv[1]);
    if (fd != number && (dup2(fd, number) == -1 || close(fd) == -1))
        err(EXIT_FAILURE, "%d", number);
    for (;;) {
        wait_for_bytes(number);
        if ((n = read_some(number, room, sizeof room)) <= 0)
            break;
        printf("%zd bytes\n", n);
    }
    return n == -1 || fflush(stdout) == EOF;
}
