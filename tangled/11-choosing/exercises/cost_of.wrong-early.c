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

static pid_t start(char **command)
{
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        execvp(*command, command);
        warn("%s", *command);
        _exit(127);
    }
    return child;
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

static void tell(const struct rusage *usage)
{
    fprintf(stderr, "%ld faults, %ld switches\n",
            usage->ru_minflt + usage->ru_majflt,
            usage->ru_nvcsw + usage->ru_nivcsw);
}

int main(int argc, char **argv)
{
    struct rusage usage;
    if (argc < 2)
        errx(2, "usage: cost_of COMMAND...");
    pid_t child = start(argv + 1);
    if (getrusage(RUSAGE_CHILDREN, &usage) == -1)
        err(EXIT_FAILURE, "getrusage");
    const int status = wait_for(child);
    tell(&usage);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
                               : WEXITSTATUS(status);
}
