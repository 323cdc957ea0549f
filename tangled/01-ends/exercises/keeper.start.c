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
    int status;
    if (argc < 3 || atoi(argv[1]) < 1)
        errx(2, "usage: keeper N COMMAND [ARGUMENT]...");
    pid_t command = fork();
    if (command == -1)
        err(EXIT_FAILURE, "fork");
    if (command == 0)
        become(argv + 2);
    if (waitpid(command, &status, 0) == -1)
        err(EXIT_FAILURE, "waitpid");
    return WEXITSTATUS(status);
}
