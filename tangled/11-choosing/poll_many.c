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
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

/* Nanoseconds since some moment, by a clock that nobody can set. */
static int64_t now(void)
{
    struct timespec t;
    if (clock_gettime(CLOCK_MONOTONIC, &t) == -1)
        err(EXIT_FAILURE, "clock_gettime");
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

enum { ROUNDS = 9 };

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values)
{
    qsort(values, ROUNDS, sizeof *values, compare);
    return values[ROUNDS / 2];
}

enum { CALLS = 200 };

static void time_both(int many)
{
    static struct pollfd list[1000];
    int set = epoll_create1(EPOLL_CLOEXEC);
    if (set == -1)
        err(EXIT_FAILURE, "epoll_create1");
    for (int i = 0; i < many; i++) {
        struct epoll_event event = { .events = EPOLLIN };
        list[i].fd = eventfd(i == many - 1, EFD_CLOEXEC);
        list[i].events = POLLIN;
        if (list[i].fd == -1
            || epoll_ctl(set, EPOLL_CTL_ADD, list[i].fd, &event) == -1)
            err(EXIT_FAILURE, "%d descriptors", many);
    }
    double by_poll[ROUNDS], by_epoll[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        struct epoll_event event;
        const int64_t start = now();
        for (int i = 0; i < CALLS; i++)
            if (poll(list, (nfds_t)many, 0) != 1)
                err(EXIT_FAILURE, "poll");
        const int64_t middle = now();
        for (int i = 0; i < CALLS; i++)
            if (epoll_wait(set, &event, 1, 0) != 1)
                err(EXIT_FAILURE, "epoll_wait");
        by_poll[round] = (double)(middle - start);
        by_epoll[round] = (double)(now() - middle);
    }
    printf("%4d watched: poll takes %.1f times as long as epoll\n",
           many, median(by_poll) / median(by_epoll));
    for (int i = 0; i < many; i++)
        close(list[i].fd);
    close(set);
}


int main(void)
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
    setvbuf(stdout, NULL, _IOLBF, 0);
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
        err(EXIT_FAILURE, "getrlimit");
    if (limit.rlim_cur < 1100 && limit.rlim_max >= 1100)
        limit.rlim_cur = 1100;
    if (setrlimit(RLIMIT_NOFILE, &limit) == -1)
        err(EXIT_FAILURE, "setrlimit");
    for (int many = 1; many <= 1000; many *= 10)
        time_both(many);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
