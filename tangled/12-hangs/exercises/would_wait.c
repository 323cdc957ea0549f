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
#include <poll.h>

static void tell(const char *what, int fd, short events)
{
    struct pollfd end = { .fd = fd, .events = events };
    int ready = poll(&end, 1, 0);
    if (ready == -1)
        err(EXIT_FAILURE, "poll");
    printf("%s: %s\n", what, ready == 0 ? "waits" : "goes on");
}

static void fill(int fd)
{
    char page[4096] = "";
    int flags = fcntl(fd, F_GETFL);
    if (flags == -1 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1)
        err(EXIT_FAILURE, "fcntl");
    while (write(fd, page, sizeof page) > 0)
        ;
    if (errno != EAGAIN || fcntl(fd, F_SETFL, flags) == -1)
        err(EXIT_FAILURE, "write");
}


int main(void)
{
    int empty[2], full[2];
    if (pipe2(empty, O_CLOEXEC) == -1 || pipe2(full, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    signal(SIGPIPE, SIG_IGN);
    fill(full[1]);
    tell("read, empty, a writer is there", empty[0], POLLIN);
    close(empty[1]);
    tell("read, empty, no writer is left", empty[0], POLLIN);
    tell("write, full, a reader is there", full[1], POLLOUT);
    close(full[0]);
    tell("write, full, no reader is left", full[1], POLLOUT);
    signal(SIGCHLD, SIG_DFL);
    int until[2];
    char byte;
    if (pipe2(until, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        close(until[1]);
        _exit(read(until[0], &byte, 1) != 0);
    }
    pid_t ended = waitpid(child, NULL, WNOHANG);
    printf("waitpid, the child waits for us: %s\n",
           ended == 0 ? "waits" : "goes on");
    close(until[1]);
    while (waitpid(child, NULL, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitpid");
    return fflush(stdout) == EOF ? EXIT_FAILURE : EXIT_SUCCESS;
}
