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
#include <sys/pidfd.h>

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

int main(int argc, char *argv[])
{
    int status, ready;
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
    struct pollfd process = { .fd = pidfd_open(command, 0),
                              .events = POLLIN };
    do
        ready = poll(&process, 1, atoi(argv[1]));
    while (ready == -1 && errno == EINTR);
    kill(-command, SIGKILL);
    if (collect(command, &status, 0) == -1)
        err(EXIT_FAILURE, "waitpid");
    return ready == 0 ? 124 : as_it_did(status);
}
