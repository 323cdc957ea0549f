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

/* Like waitpid(2), but a signal does not end it. */
static pid_t collect(pid_t which, int *status, int options)
{
    pid_t got;
    do
        got = waitpid(which, status, options);
    while (got == -1 && errno == EINTR);
    return got;
}
static int as_it_did(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status)
                             : 128 + WTERMSIG(status);
}

/* How many of MS milliseconds are left that began at START. */
static int time_left(const struct timespec *start, int ms)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long gone = (long)(now.tv_sec - start->tv_sec) * 1000
                + (now.tv_nsec - start->tv_nsec) / 1000000;
    return gone >= ms ? 0 : ms - (int)gone;
}

int main(int argc, char *argv[])
{
    int status;
    if (argc < 3 || atoi(argv[1]) < 1)
        errx(2, "usage: deadline MS COMMAND [ARGUMENT]...");
    pid_t command = fork();
    if (command == -1)
        err(EXIT_FAILURE, "fork");
    if (command == 0) {
        setpgid(0, 0);
        execvp(argv[2], argv + 2);
        warn("%s", argv[2]);
        _exit(127);
    }
    setpgid(command, command);   /* fails when it has executed: fine */
    struct timespec start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    while (time_left(&start, atoi(argv[1])) > 0)
        if (waitpid(command, &status, WNOHANG) == command)
            return as_it_did(status);
    kill(-command, SIGKILL);
    if (collect(command, &status, 0) == -1)
        err(EXIT_FAILURE, "waitpid");
    return 124;
}
