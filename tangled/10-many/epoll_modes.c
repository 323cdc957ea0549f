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
#include <sys/socket.h>
#include <sys/un.h>

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

static int lists[3];     /* level, edge, once */

static void control_all(int what, int fd)
{
    const uint32_t how[3] = { 0, EPOLLET, EPOLLONESHOT };
    for (int i = 0; i < 3; i++)
        if (control(lists[i], what, fd, EPOLLIN | how[i], 0) == -1)
            err(EXIT_FAILURE, "epoll_ctl");
}

static void after(const char *step)
{
    struct epoll_event event;
    printf("%-30s", step);
    for (int i = 0; i < 3; i++)
        printf("%6d", look(lists[i], &event, 1));
    putchar('\n');
}

static void put(int fd, const char *words)
{
    if (write(fd, words, strlen(words)) != (ssize_t)strlen(words))
        err(EXIT_FAILURE, "write");
}

static void take(int fd, size_t count)
{
    char room[64];
    if (read(fd, room, count) != (ssize_t)count)
        err(EXIT_FAILURE, "read");
}

/* Returns a socket that listens without waiting, with its address in
   AT and LENGTH. */
static int new_door(struct sockaddr_un *at, socklen_t *length)
{
    *at = (struct sockaddr_un){ .sun_family = AF_UNIX };
    *length = sizeof *at;
    int door = socket(AF_UNIX,
                      SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (door == -1
        || bind(door, (struct sockaddr *)at, sizeof at->sun_family)
               == -1
        || getsockname(door, (struct sockaddr *)at, length) == -1
        || listen(door, 8) == -1)
        err(EXIT_FAILURE, "a door");
    return door;
}

/* Returns a client's end. */
static int knock(const struct sockaddr_un *at, socklen_t length)
{
    int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s == -1)
        err(EXIT_FAILURE, "socket");
    while (connect(s, (const struct sockaddr *)at, length) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "connect");
    return s;
}


/* Returns a client's line, or -1 when the error is the one EXPECTED. */
static int take_in(int door, int expected)
{
    int s;
    while ((s = accept4(door, NULL, NULL, SOCK_CLOEXEC)) == -1
           && errno == EINTR)
        ;
    if (s == -1 && errno != expected)
        err(EXIT_FAILURE, "accept4");
    return s;
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
    int p[2];
    if (pipe2(p, O_CLOEXEC | O_NONBLOCK) == -1)
        err(EXIT_FAILURE, "pipe2");
    for (int i = 0; i < 3; i++)
        lists[i] = new_list();
    put(p[1], "ten bytes.");
    control_all(EPOLL_CTL_ADD, p[0]);
    printf("%-30s%6s%6s%6s\n", "", "level", "edge", "once");
    after("10 bytes, from before");
    take(p[0], 4);
    after("4 are read, 6 are left");
    after("nothing happens");
    put(p[1], "x");
    after("one more comes");
    put(p[1], "x");
    put(p[1], "x");
    after("two more, in two writes");
    after("nothing happens");
    control_all(EPOLL_CTL_MOD, p[0]);
    after("asked anew");
    take(p[0], 9);
    after("all are read");
    close(p[1]);
    after("the writer leaves");
    FILE *file = tmpfile();
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (file == NULL || null == -1)
        err(EXIT_FAILURE, "a file and /dev/null");
    show("an ordinary file",
         control(lists[0], EPOLL_CTL_ADD, fileno(file), EPOLLIN, 0), EPERM);
    show("/dev/null", control(lists[0], EPOLL_CTL_ADD, null, EPOLLIN, 0),
         EPERM);
    show("the pipe once more, told once or not",
         control(lists[2], EPOLL_CTL_ADD, p[0], EPOLLIN, 0), EEXIST);
    fclose(file);
    close(null);
    for (int i = 0; i < 3; i++)
        close(lists[i]);
    close(p[0]);
    struct epoll_event event;
    int three[3][2], list = new_list();
    for (int i = 0; i < 3; i++) {
        if (pipe2(three[i], O_CLOEXEC) == -1)
            err(EXIT_FAILURE, "pipe2");
        put(three[i][1], "x");
        if (control(list, EPOLL_CTL_ADD, three[i][0], EPOLLIN,
                    (uint64_t)i) == -1)
            err(EXIT_FAILURE, "epoll_ctl");
    }
    printf("three ready, one told a time: ");
    for (int i = 0; i < 9; i++) {
        look(list, &event, 1);
        putchar('A' + (int)event.data.u64);
    }
    putchar('\n');
    for (int i = 0; i < 3; i++) {
        close(three[i][0]);
        close(three[i][1]);
    }
    struct sockaddr_un at;
    socklen_t length;
    int clients[8], n = 3, door = new_door(&at, &length);
    if (control(list, EPOLL_CTL_ADD, door, EPOLLIN | EPOLLET, 0) == -1)
        err(EXIT_FAILURE, "epoll_ctl");
    for (int i = 0; i < 3; i++)
        clients[i] = knock(&at, length);
    show("three knock: events", look(list, &event, 1), 0);
    clients[n++] = take_in(door, 0);
    show("one is let in: events", look(list, &event, 1), 0);
    while ((clients[n] = take_in(door, EAGAIN)) != -1)
        n++;
    printf("until EAGAIN: %d more\n", n - 4);
    while (n > 0)
        close(clients[--n]);
    close(door);
    close(list);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
