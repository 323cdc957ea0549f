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

int main(int argc, char **argv)
{
    if (argc < 2)
        errx(2, "usage: cost_of COMMAND...");
    pid_t child = start(argv + 1);
    return child == -1;
}
