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

static _Noreturn void become(char *words[])
{
    execvp(words[0], words);
    warn("%s", words[0]);
    _exit(127);
}

static sigset_t ours, before;

static pid_t start(char *words[])
{
    pid_t command = fork();
    if (command == -1)
        err(EXIT_FAILURE, "fork");
    if (command == 0) {
        sigprocmask(SIG_SETMASK, &before, NULL);
        become(words);
    }
    return command;
}

/* Waits for the end of COMMAND; whether we were told to end. */
static bool look_after(pid_t command, int *status)
{
    bool told = false;
    while (waitpid(command, status, WNOHANG) == 0) {
        int number;
        sigwait(&ours, &number);
        if (number == SIGTERM) {
            told = true;
            kill(command, SIGTERM);
        }
    }
    sigset_t pending;
    sigpending(&pending);
    return told || sigismember(&pending, SIGTERM) == 1;
}

int main(int argc, char *argv[])
{
    int status = 0, starts = 0;
    bool told = false;
    if (argc < 3 || atoi(argv[1]) < 1)
        errx(2, "usage: keeper N COMMAND [ARGUMENT]...");
    sigemptyset(&ours);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGCHLD);
    sigprocmask(SIG_BLOCK, &ours, &before);
    do
        told = look_after(start(argv + 2), &status);
    while (!told && ++starts < atoi(argv[1]) && status != 0);
    return WIFEXITED(status) ? WEXITSTATUS(status)
                             : 128 + WTERMSIG(status);
}
