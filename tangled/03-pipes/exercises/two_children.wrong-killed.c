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
    if (argc != 2)
        errx(2, "usage: two_children N");
    int p[2];
    if (pipe2(p, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    pid_t writer = fork();
    if (writer == -1)
        err(EXIT_FAILURE, "fork");
    if (writer == 0) {
        if (dup2(p[1], STDOUT_FILENO) == -1)
            fail("dup2");
        close(p[0]);
        close(p[1]);
        execlp("seq", "seq", argv[1], (char *)NULL);
        fail("seq");
    }
    pid_t reader = fork();
    if (reader == -1)
        err(EXIT_FAILURE, "fork");
    if (reader == 0) {
        if (dup2(p[0], STDIN_FILENO) == -1)
            fail("dup2");
        close(p[0]);
        execlp("wc", "wc", "-l", (char *)NULL);
        fail("wc");
    }
    close(p[0]);
    close(p[1]);
    int first = wait_for(writer), second = wait_for(reader);
    return WEXITSTATUS(first) == 0 && WEXITSTATUS(second) == 0
               ? EXIT_SUCCESS
               : EXIT_FAILURE;
}
