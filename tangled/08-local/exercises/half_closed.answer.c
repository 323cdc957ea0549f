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
#include <ctype.h>
#include <sys/socket.h>

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

/* Waits until CHILD has ended and returns its wait status. */
static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitpid");
    return status;
}


static void shout(int s)
{
    size_t length = 0, size = 1 << 20;
    char *text = malloc(size);
    ssize_t n;
    while (text != NULL && length < size
           && (n = read_some(s, text + length, size - length)) > 0)
        length += (size_t)n;
    for (size_t i = 0; text != NULL && i < length; i++)
        text[i] = (char)toupper((unsigned char)text[i]);
    dprintf(s, "%zu\n", length);
    if (text == NULL || write_all(s, text, length) == -1)
        _exit(EXIT_FAILURE);
    _exit(EXIT_SUCCESS);
}

static void talk(int s)
{
    char bytes[4096];
    ssize_t n;
    while ((n = read_some(STDIN_FILENO, bytes, sizeof bytes)) > 0)
        if (write_all(s, bytes, (size_t)n) == -1)
            err(EXIT_FAILURE, "write");
    if (shutdown(s, SHUT_WR) == -1)
        err(EXIT_FAILURE, "shutdown");
    while ((n = read_some(s, bytes, sizeof bytes)) > 0)
        fwrite(bytes, 1, (size_t)n, stdout);
}

int main(void)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
        err(EXIT_FAILURE, "socketpair");
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        close(pair[0]);
        shout(pair[1]);
    }
    close(pair[1]);
    talk(pair[0]);
    return wait_for(child) != 0 || fflush(stdout) == EOF;
}
