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

int main(int argc, char *argv[])
{
    int status = 0, number;
    bool told = false;
    sigset_t ours;
    if (argc < 3)
        errx(2, "usage: keeper N COMMAND [ARGUMENT]...");
    sigemptyset(&ours);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGCHLD);
    sigprocmask(SIG_BLOCK, &ours, NULL);
    for (int starts = 0; !told && starts < atoi(argv[1]); starts++) {
        pid_t command = fork();
        if (command == 0)
            become(argv + 2);
        while (waitpid(command, &status, WNOHANG) == 0) {
            sigwait(&ours, &number);
            if (number == SIGTERM && kill(command, SIGTERM) == 0)
                told = true;
        }
        if (status == 0)
            break;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status)
                             : 128 + WTERMSIG(status);
}
