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

/* Waits until CHILD has ended and returns its wait status. */
static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitpid");
    return status;
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


int main(int argc, char **argv)
{
    const int n = argc == 2 ? atoi(argv[1]) : 0;
    if (n < 1 || n > 8)
        errx(2, "usage: to_all N");
    int to[8];
    pid_t child[8];
    for (int k = 0; k < n; k++) {
        int p[2];
        if (pipe2(p, O_CLOEXEC) == -1 || (child[k] = fork()) == -1)
            err(EXIT_FAILURE, "a child");
        to[k] = p[1];
        if (child[k] > 0) {
            close(p[0]);
            continue;
        }
        for (int i = 0; i <= k; i++)
            close(to[i]);
        char name[16], text[256];
        snprintf(name, sizeof name, "got.%d", k + 1);
        int file = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        ssize_t length;
        while ((length = read(p[0], text, sizeof text)) > 0)
            if (write_all(file, text, (size_t)length) == -1)
                _exit(EXIT_FAILURE);
        _exit(length == -1);
    }
    char text[256];
    ssize_t length;
    while ((length = read(STDIN_FILENO, text, sizeof text)) > 0)
        for (int k = 0; k < n; k++)
            if (write_all(to[k], text, (size_t)length) == -1)
                err(EXIT_FAILURE, "write");
    int failed = 0;
    for (int k = 0; k < n; k++) {
        close(to[k]);
        failed |= wait_for(child[k]);
    }
    return failed != 0;
}
