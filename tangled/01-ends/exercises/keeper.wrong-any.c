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

static volatile sig_atomic_t told, command;

static void on_term(int number)
{
    int saved = errno;
    told = 1;
    if (command > 0)
        kill((pid_t)command, number);
    errno = saved;
}

int main(int argc, char *argv[])
{
    int status = 0;
    if (argc < 3)
        errx(2, "usage: keeper N COMMAND [ARGUMENT]...");
    signal(SIGTERM, on_term);
    for (int starts = 0; !told && starts < atoi(argv[1]); starts++) {
        if ((command = fork()) == 0)
            become(argv + 2);
        while (wait(&status) == -1 && errno == EINTR)
            ;
        if (status == 0)
            break;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status)
                             : 128 + WTERMSIG(status);
}
