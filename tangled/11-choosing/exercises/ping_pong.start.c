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

/* Like write(2), but a signal does not end it with EINTR. */
static ssize_t write_some(int fd, const void *buffer, size_t length)
{
    ssize_t n;
    do
        n = write(fd, buffer, length);
    while (n == -1 && errno == EINTR);
    return n;
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


static void measure(const char *name, int out, int in, int n)
{
    char byte = 'x';
    for (int i = 0; i < n; i++)
        if (write_some(out, &byte, 1) != 1
            || read_some(in, &byte, 1) != 1)
            err(EXIT_FAILURE, "%s", name);
    printf("%s %d ? ?\n", name, n);
}

static void race(const char *name, int there[2], int back[2], int n)
{
    char byte;
    fflush(stdout);
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        close(there[1]);
        while (read_some(there[0], &byte, 1) == 1
               && write_some(back[1], &byte, 1) == 1)
            ;
        _exit(EXIT_SUCCESS);
    }
    measure(name, there[1], back[0], n);
    close(there[1]);
    wait_for(child);
}

int main(int argc, char **argv)
{
    int there[2], back[2], pair[2];
    const long n = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
    if (n < 100 || n > 100000)
        errx(2, "usage: ping_pong N (100 to 100000)");
    if (pipe2(there, O_CLOEXEC) == -1 || pipe2(back, O_CLOEXEC) == -1
        || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
        err(EXIT_FAILURE, "pipes and a pair");
    race("pipe", there, back, (int)n);
    race("pair", pair, (int[]){ pair[1], pair[0] }, (int)n);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
