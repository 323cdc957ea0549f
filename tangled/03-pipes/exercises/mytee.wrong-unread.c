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


int main(int argc, char *argv[])
{
    if (argc != 2)
        errx(2, "usage: mytee FILE");
    int file = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                    0666);
    if (file == -1)
        err(EXIT_FAILURE, "%s", argv[1]);
    int to[] = { STDOUT_FILENO, file };
    const char *name[] = { "standard output", argv[1] };
    char text[1 << 16];
    ssize_t n;
    int code = EXIT_SUCCESS;
    signal(SIGPIPE, SIG_IGN);
    while ((n = read_some(STDIN_FILENO, text, sizeof text)) > 0)
        for (int i = 0; i < 2; i++)
            if (to[i] != -1
                && write_all(to[i], text, (size_t)n) == -1) {
                warn("%s", name[i]);
                to[i] = -1;
                code = EXIT_FAILURE;
            }
    return code;
}
