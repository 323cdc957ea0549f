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
#include <sys/epoll.h>

static int new_list(void)
{
    int list = epoll_create1(EPOLL_CLOEXEC);
    if (list == -1)
        err(EXIT_FAILURE, "epoll_create1");
    return list;
}

/* Does WHAT (add, change, take out) with FD. The tag comes back with
   each event. */
static int control(int list, int what, int fd, uint32_t events,
                   uint64_t tag)
{
    struct epoll_event entry = { .events = events, .data.u64 = tag };
    return epoll_ctl(list, what, fd, &entry);
}

/* Looks without sleeping. Returns how many events there are, at most
   ROOM. */
static int look(int list, struct epoll_event *events, int room)
{
    int n;
    while ((n = epoll_wait(list, events, room, 0)) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "epoll_wait");
    return n;
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
        errx(2, "usage: level_or_edge HOW STEPS");
    int p[2], list = new_list();
    uint32_t how = EPOLLIN | (*argv[1] == 'e' ? EPOLLET : 0);
    char room[20];
    struct epoll_event event;
    if (pipe2(p, O_CLOEXEC | O_NONBLOCK) == -1
        || control(list, EPOLL_CTL_ADD, p[0], how, 0) == -1)
        err(EXIT_FAILURE, "a pipe in a list");
    for (const char *step = argv[2]; *step != '\0'; step++) {
        if (*step == 'w' && write(p[1], "ten bytes.", 10) != 10)
            err(EXIT_FAILURE, "write");
        if (*step == 'r' && read(p[0], room, 1) != 1)
            err(EXIT_FAILURE, "read");
        while (*step == 'R' && read(p[0], room, sizeof room) > 0)
            ;
        if (*step == '?')
            printf("%d", look(list, &event, 1));
    }
    putchar('\n');
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
