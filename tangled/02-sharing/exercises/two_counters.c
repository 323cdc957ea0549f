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

static void count_and_read(const char *who, int fd)
{
    static int count = 1;
    char text[4];
    count++;
    if (read(fd, text, sizeof text) != sizeof text)
        errx(EXIT_FAILURE, "four letters are not there");
    printf("%s: %d, %.4s\n", who, count, text);
    if (fflush(stdout) == EOF)
        err(EXIT_FAILURE, "standard output");
}


int main(int argc, char *argv[])
{
    if (argc != 2)
        errx(2, "usage: two_counters FILE");
    int file = open(argv[1], O_RDONLY | O_CLOEXEC);
    int again = open(argv[1], O_RDONLY | O_CLOEXEC);
    if (file == -1 || again == -1)
        err(EXIT_FAILURE, "%s", argv[1]);
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        count_and_read("child", file);
        _exit(EXIT_SUCCESS);
    }
    wait_for(child);
    count_and_read("parent", file);
    count_and_read("parent", again);
    return EXIT_SUCCESS;
}
