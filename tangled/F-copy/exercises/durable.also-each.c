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

/* Like read(2), but a signal does not end it. */
static ssize_t read_some(int fd, void *buffer, size_t length)
{
    ssize_t n;
    do
        n = read(fd, buffer, length);
    while (n == -1 && errno == EINTR);
    return n;
}

static char *beside(const char *path)
{
    char *other;
    if (asprintf(&other, "%s.XXXXXX", path) == -1)
        err(EXIT_FAILURE, "asprintf");
    return other;
}
static int copy_to(int fd)
{
    static char buffer[65536];
    for (;;) {
        ssize_t n = read_some(0, buffer, sizeof buffer);
        if (n <= 0)
            return (int)n;
        if (write_all(fd, buffer, (size_t)n) == -1)
            return -1;
    }
}

int main(int argc, char *argv[])
{
    signal(SIGXFSZ, SIG_IGN);
    if (argc != 2)
        errx(2, "usage: durable FILE");
    char *other = beside(argv[1]);
    int fd = mkostemp(other, O_CLOEXEC | O_SYNC);
    if (fd == -1)
        err(EXIT_FAILURE, "%s", other);
    if (copy_to(fd) == -1 || rename(other, argv[1]) == -1) {
        warn("%s", argv[1]);
        unlink(other);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
