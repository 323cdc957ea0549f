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

int main(int argc, char *argv[])
{
    int failed = 0;
    for (int i = 1; i < argc; i++) {
        start(argv[i]);
        failed += strcmp(argv[i], "0") != 0;
    }
    while (wait(NULL) > 0 || errno == EINTR)
        ;
    return failed;
}
