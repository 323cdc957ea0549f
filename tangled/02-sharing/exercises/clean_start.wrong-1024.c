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

/* For children: prints what failed, and why, and ends by _exit. */
static _Noreturn void fail(const char *what)
{
    warn("%s", what);
    _exit(EXIT_FAILURE);
}


int main(int argc, char *argv[])
{
    if (argc < 3)
        errx(2, "usage: clean_start FILE COMMAND...");
    signal(SIGCHLD, SIG_DFL);
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        for (int number = 1; number < NSIG; number++)
            signal(number, SIG_DFL);
        sigset_t none;
        sigemptyset(&none);
        if (sigprocmask(SIG_SETMASK, &none, NULL) == -1)
            fail("sigprocmask");
        int file = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0666);
        if (file == -1 || dup2(file, STDOUT_FILENO) == -1)
            fail(argv[1]);
        for (int fd = 3; fd < 1024; fd++)
            close(fd);
        execvp(argv[2], &argv[2]);
        warn("%s", argv[2]);
        _exit(127);
    }
    int status = wait_for(child);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
                               : WEXITSTATUS(status);
}
