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


int main(int argc, char *argv[])
{
    signal(SIGXFSZ, SIG_IGN);
    if (argc != 2)
        errx(2, "usage: durable FILE");
    char *text = NULL, other[4096];
    size_t length = 0;
    for (ssize_t n = 1; n != 0; length += (size_t)n) {
        text = realloc(text, length + 4096);
        if (text == NULL)
            err(EXIT_FAILURE, "realloc");
        n = read_some(0, text + length, 4096);
        if (n == -1)
            err(EXIT_FAILURE, "standard input");
    }
    snprintf(other, sizeof other, "%s.new", argv[1]);
    int fd = open(other, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                  0600);
    if (fd == -1)
        err(EXIT_FAILURE, "%s", other);
    if (write_all(fd, text, length) == 0 && fdatasync(fd) == 0
        && rename(other, argv[1]) == 0)
        return EXIT_SUCCESS;
    warn("%s", other);
    unlink(other);
    return EXIT_FAILURE;
}
