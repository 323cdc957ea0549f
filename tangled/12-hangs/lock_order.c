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
#include <sys/file.h>

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


/* Waits for the lock of the file NAME; returns the descriptor. */
static int lock(const char *name)
{
    int fd = open(name, O_RDWR | O_CLOEXEC);
    if (fd == -1)
        err(EXIT_FAILURE, "%s", name);
    while (flock(fd, LOCK_EX) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "%s", name);
    return fd;
}


int main(int argc, char **argv)
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
    if (argc != 3)
        errx(2, "usage: lock_order FILE FILE");
    int first = lock(argv[1]), held[2];
    if (pipe2(held, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        close(first);
        lock(argv[2]);
        close(held[1]);
        lock(argv[1]);
        _exit(EXIT_SUCCESS);
    }
    char none;
    close(held[1]);
    if (read_some(held[0], &none, 1) == -1)
        err(EXIT_FAILURE, "read");
    lock(argv[2]);
    return wait_for(child) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
