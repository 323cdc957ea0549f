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

/* Prints what a call returned. An error other than EXPECTED ends the
   program; 0 means that none is expected. */
static void show(const char *call, ssize_t result, int expected)
{
    if (result == -1 && errno != expected)
        err(EXIT_FAILURE, "%s", call);
    if (result == -1)
        printf("%-36s = -1 %s\n", call, strerrorname_np(errno));
    else
        printf("%-36s = %zd\n", call, result);
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

/* Makes a pipe with a byte in it, and puts it into the list. */
static void ready_pipe(int list, int p[2], uint64_t tag)
{
    if (pipe2(p, O_CLOEXEC | O_NONBLOCK) == -1
        || write(p[1], "x", 1) != 1
        || control(list, EPOLL_CTL_ADD, p[0], EPOLLIN, tag) == -1)
        err(EXIT_FAILURE, "a pipe in a list");
}

static void close_pipe(const int p[2])
{
    close(p[0]);
    close(p[1]);
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
    struct epoll_event event[2];
    int p[2], list = new_list();
    ready_pipe(list, p, 1);
    show("ready: events", look(list, event, 2), 0);
    close_pipe(p);
    show("closed: events", look(list, event, 2), 0);
    ready_pipe(list, p, 1);
    int copy = fcntl(p[0], F_DUPFD_CLOEXEC, 100);
    if (copy == -1)
        err(EXIT_FAILURE, "a copy");
    close(p[0]);
    show("closed, a copy is open: events", look(list, event, 2), 0);
    show("take it out",
         control(list, EPOLL_CTL_DEL, p[0], 0, 0), EBADF);
    int other[2];
    if (pipe2(other, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    show("the number is another pipe: out",
         other[0] != p[0] ? 0 : control(list, EPOLL_CTL_DEL, p[0], 0, 0),
         ENOENT);
    show("events", look(list, event, 2), 0);
    close(copy);
    show("the copy is closed: events", look(list, event, 2), 0);
    close_pipe(other);
    close(p[1]);
    ready_pipe(list, p, 1);
    copy = fcntl(p[0], F_DUPFD_CLOEXEC, 100);
    show("put in the same number",
         control(list, EPOLL_CTL_ADD, p[0], EPOLLIN, 1), EEXIST);
    show("put in a copy",
         control(list, EPOLL_CTL_ADD, copy, EPOLLIN, 2), 0);
    int upper = new_list();
    show("put the list into a list",
         control(upper, EPOLL_CTL_ADD, list, EPOLLIN, 3), 0);
    show("what the upper one tells", look(upper, event, 2), 0);
    show("put that one into the first",
         control(list, EPOLL_CTL_ADD, upper, EPOLLIN, 4), ELOOP);
    show("put the list into itself",
         control(list, EPOLL_CTL_ADD, list, EPOLLIN, 5), EINVAL);
    close(upper);
    close(copy);
    close_pipe(p);
    int go[2];
    if (pipe2(go, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        char end;
        close(go[1]);
        ready_pipe(list, p, 4711);
        _exit(read(go[0], &end, 1) != 0);
    }
    close(go[0]);
    while (epoll_wait(list, event, 2, -1) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "epoll_wait");
    printf("a child put in a pipe: we are told of tag %ju\n",
           (uintmax_t)event[0].data.u64);
    close(go[1]);
    if (wait_for(child) != 0)
        errx(EXIT_FAILURE, "the child failed");
    show("the child is gone: events", look(list, event, 2), 0);
    int q[2], r[2];
    ready_pipe(list, p, 1);
    ready_pipe(list, q, 2);
    show("two are ready: events", look(list, event, 2), 0);
    int second = q[0];
    if (control(list, EPOLL_CTL_DEL, q[0], 0, 0) == -1)
        err(EXIT_FAILURE, "epoll_ctl");
    close_pipe(q);
    if (pipe2(r, O_CLOEXEC | O_NONBLOCK) == -1)
        err(EXIT_FAILURE, "pipe2");
    printf("the second is closed, a new pipe has its number: %s\n",
           r[0] == second ? "yes" : "no");
    printf("the second event has tag %ju\n", (uintmax_t)event[1].data.u64);
    char byte;
    show("whoever reads from the number", read(second, &byte, 1), EAGAIN);
    show("asked again: events", look(list, event, 2), 0);
    close_pipe(r);
    close_pipe(p);
    close(list);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
