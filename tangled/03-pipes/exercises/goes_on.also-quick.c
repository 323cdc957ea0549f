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

/* Like read(2), but a signal does not end it. */
static ssize_t read_some(int fd, void *buffer, size_t length)
{
    ssize_t n;
    do
        n = read(fd, buffer, length);
    while (n == -1 && errno == EINTR);
    return n;
}

/* Waits until CHILD has ended and returns its wait status. */
static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitpid");
    return status;
}

static int shell_status(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status)
                             : 128 + WTERMSIG(status);
}


static pid_t start(char *command, int out)
{
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        dup2(out, STDOUT_FILENO);
        execlp(command, command, (char *)NULL);
        warn("%s", command);
        quick_exit(127);
    }
    return child;
}

int main(int argc, char *argv[])
{
    for (int i = 1; i < argc; i++) {
        int p[2];
        if (pipe2(p, O_CLOEXEC) == -1)
            err(EXIT_FAILURE, "pipe2");
        pid_t child = start(argv[i], p[1]);
        close(p[1]);
        char text[4096];
        size_t bytes = 0;
        ssize_t n;
        while ((n = read_some(p[0], text, sizeof text)) > 0)
            bytes += (size_t)n;
        close(p[0]);
        printf("%s: %zu bytes, status %d\n", argv[i], bytes,
               shell_status(wait_for(child)));
    }
}
