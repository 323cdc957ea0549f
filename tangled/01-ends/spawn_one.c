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
#include <spawn.h>

/* Like waitpid(2), but a signal does not end it. */
static pid_t collect(pid_t which, int *status, int options)
{
    pid_t got;
    do
        got = waitpid(which, status, options);
    while (got == -1 && errno == EINTR);
    return got;
}

int main(int argc, char *argv[])
{
    /* Descriptors 0 to 2 are taken, and no signal is blocked. */
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) == -1
            && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
            err(EXIT_FAILURE, "/dev/null in place of descriptor %d", fd);
    sigset_t no_signals;
    sigemptyset(&no_signals);
    if (signal(SIGCHLD, SIG_DFL) == SIG_ERR
        || signal(SIGPIPE, SIG_DFL) == SIG_ERR
        || sigprocmask(SIG_SETMASK, &no_signals, NULL) == -1)
        err(EXIT_FAILURE, "signals");
    if (argc < 2)
        errx(2, "usage: spawn_one COMMAND [ARGUMENT]...");
    setvbuf(stdout, NULL, _IOLBF, 0);
    pid_t child;
    errno = posix_spawnp(&child, argv[1], NULL, NULL,
                         argv + 1, environ);
    if (errno != 0)
        err(127, "%s", argv[1]);
    int status;
    if (collect(child, &status, 0) == -1)
        err(EXIT_FAILURE, "waitpid");
    if (WIFEXITED(status))
        printf("%s left with %d\n", argv[1], WEXITSTATUS(status));
    else
        printf("%s was killed by signal %d\n",
               argv[1], WTERMSIG(status));
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
