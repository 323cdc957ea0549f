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

static pid_t start(const char *word)
{
    pid_t worker = fork();
    if (worker == -1)
        err(EXIT_FAILURE, "fork");
    if (worker == 0) {
        if (strcmp(word, "killed") == 0)
            raise(SIGKILL);
        _exit(atoi(word));
    }
    return worker;
}

/* Like waitpid(2), but a signal does not end it. */
static pid_t collect(pid_t which, int *status, int options)
{
    pid_t got;
    do
        got = waitpid(which, status, options);
    while (got == -1 && errno == EINTR);
    return got;
}

int main(int argc, char *argv[])
{
    pid_t worker[argc];
    int failed = 0;
    for (int i = 1; i < argc; i++)
        worker[i] = start(argv[i]);
    for (int i = 1; i < argc; i++) {
        int status = 0;
        if (collect(worker[i], &status, 0) == -1 || status != 0)
            failed++;
    }
    return failed;
}
