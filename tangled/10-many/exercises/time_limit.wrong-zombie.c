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
#include <pthread.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>

/* Waits until CHILD has ended and returns its wait status. */
static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitpid");
    return status;
}


int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: time_limit MS COMMAND...\n");
        return 2;
    }
    int limit = atoi(argv[1]);
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        execvp(argv[2], argv + 2);
        warn("%s", argv[2]);
        _exit(127);
    }
    (void)limit;
    struct pollfd p = { .fd = pidfd_open(child, 0), .events = POLLIN };
    if (poll(&p, 1, limit) == 0) {
        kill(child, SIGKILL);
        return 124;
    }
    int status = wait_for(child);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
                               : WEXITSTATUS(status);
}
