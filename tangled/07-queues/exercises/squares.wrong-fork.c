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


static int square(int number, int deadly)
{
    int by = open("by", O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (by == -1 || dprintf(by, "%d %d\n", getpid(), number) < 0
        || close(by) == -1)
        err(EXIT_FAILURE, "by");
    if (number == deadly
        && open("tried", O_WRONLY | O_CREAT | O_EXCL, 0600) != -1)
        raise(SIGKILL);
    return number * number;
}

int main(int argc, char **argv)
{
    const int workers = argc > 1 ? atoi(argv[1]) : 0;
    const int deadly = argc > 2 ? atoi(argv[2]) : 0;
    if (workers < 1 || workers > 8 || argc > 3)
        errx(2, "usage: squares WORKERS [DEADLY]");
    for (int number = 1; number <= 8 && workers > 0; number++) {
        int status;
        do {
            pid_t child = fork();
            if (child == -1)
                err(EXIT_FAILURE, "fork");
            if (child == 0)
                _exit(square(number, deadly));
            status = wait_for(child);
        } while (!WIFEXITED(status));
        printf("%d %d\n", number, WEXITSTATUS(status));
        fflush(stdout);
    }
    return fclose(stdout) == EOF;
}
