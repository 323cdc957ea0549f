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
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <poll.h>

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

static int new_socket(int type)
{
    int s = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    if (s == -1)
        err(EXIT_FAILURE, "socket");
    return s;
}

/* 127.0.0.1 with PORT, which is in the order of the net. */
static struct sockaddr_in here(in_port_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = port,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)
    };
}

/* The port of S, in the order of the net. */
static in_port_t port_of(int s)
{
    struct sockaddr_in at;
    socklen_t size = sizeof at;
    if (getsockname(s, (struct sockaddr *)&at, &size) == -1)
        err(EXIT_FAILURE, "getsockname");
    return at.sin_port;
}

static int bind_to(int s, struct sockaddr_in at)
{
    return bind(s, (struct sockaddr *)&at, sizeof at);
}

static int connect_to(int s, struct sockaddr_in to)
{
    int result;
    do
        result = connect(s, (struct sockaddr *)&to, sizeof to);
    while (result == -1 && errno == EINTR);
    return result;
}

/* Gives up when the call fails. */
static int accept_one(int s)
{
    int client;
    do
        client = accept4(s, NULL, NULL, SOCK_CLOEXEC);
    while (client == -1 && errno == EINTR);
    if (client == -1)
        err(EXIT_FAILURE, "accept4");
    return client;
}

/* Makes *US and *PEER the two ends of a connection. */
static void join(int *us, int *peer)
{
    int door = new_socket(SOCK_STREAM);
    if (bind_to(door, here(0)) == -1 || listen(door, 1) == -1)
        err(EXIT_FAILURE, "127.0.0.1");
    *us = new_socket(SOCK_STREAM);
    if (connect_to(*us, here(port_of(door))) == -1)
        err(EXIT_FAILURE, "connect");
    *peer = accept_one(door);
    close(door);
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

static void cut(int s)
{
    const struct linger no_time = { .l_onoff = 1, .l_linger = 0 };
    if (setsockopt(s, SOL_SOCKET, SO_LINGER, &no_time, sizeof no_time)
            == -1 || close(s) == -1)
        err(EXIT_FAILURE, "SO_LINGER");
}

static short poll_one(int s, short events, int ms)
{
    struct pollfd p = { .fd = s, .events = events };
    int n;
    while ((n = poll(&p, 1, ms)) == -1 && errno == EINTR)
        ;
    if (n == -1)
        err(EXIT_FAILURE, "poll");
    return p.revents;
}


static int us, peer;

static void one(ssize_t n, int width)
{
    if (n == -1)
        printf(" %-*s", width, strerrorname_np(errno));
    else
        printf(" %-*zd", width, n);
}

static ssize_t take(void)
{
    char room[16];
    ssize_t n;
    while ((n = recv(us, room, sizeof room, MSG_DONTWAIT)) == -1
           && errno == EINTR)
        ;
    return n;
}

static ssize_t put(int flags)
{
    ssize_t n;
    while ((n = send(us, "x", 1, flags)) == -1 && errno == EINTR)
        ;
    return n;
}

/* Shows how our end looks when WHAT has happened. It is told by one of
   EVENTS, and the first send is answered by one of ANSWER. */
static void look(const char *what, short events, short answer)
{
    if (events != 0)
        poll_one(us, events, -1);
    short r = poll_one(us, POLLIN | POLLOUT | POLLRDHUP, 0);
    printf("%-24s %c%c%c%c%c ", what, r & POLLIN ? 'I' : '-',
           r & POLLOUT ? 'O' : '-', r & POLLRDHUP ? 'R' : '-',
           r & POLLERR ? 'E' : '-', r & POLLHUP ? 'H' : '-');
    one(take(), 10);
    one(take(), 6);
    one(put(MSG_NOSIGNAL), 6);
    if (answer != 0)
        poll_one(us, answer, -1);
    one(put(MSG_NOSIGNAL), 6);
    one(take(), 0);
    putchar('\n');
    close(us);
    if (peer != -1)
        close(peer);
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
    printf("%-24s %-6s %-10s %-6s %-6s %-6s %s\n", "", "poll", "recv",
           "recv", "send", "send", "recv");
    join(&us, &peer);
    look("the peer is there", 0, 0);
    join(&us, &peer);
    shutdown(peer, SHUT_WR);
    look("it ends its writing", POLLRDHUP, 0);
    join(&us, &peer);
    close(peer);
    peer = -1;
    look("it closes", POLLRDHUP, POLLHUP);
    join(&us, &peer);
    if (send(us, "x", 1, MSG_NOSIGNAL) != 1)
        err(EXIT_FAILURE, "send");
    poll_one(peer, POLLIN, -1);
    close(peer);
    peer = -1;
    look("it closes, not all read", POLLERR, 0);
    join(&us, &peer);
    cut(peer);
    peer = -1;
    look("it resets", POLLERR, 0);
    join(&us, &peer);
    shutdown(us, SHUT_WR);
    look("we end our writing", 0, 0);
    join(&us, &peer);
    shutdown(us, SHUT_RD);
    look("we end our reading", 0, 0);
    char room[16];
    join(&us, &peer);
    show("send", send(us, "question", 8, MSG_NOSIGNAL), 0);
    poll_one(peer, POLLIN, -1);
    show("the peer's recv, room for 0", recv(peer, room, 0, 0), 0);
    show("shutdown(SHUT_WR)", shutdown(us, SHUT_WR), 0);
    show("the peer's recv", recv(peer, room, 8, MSG_WAITALL), 0);
    show("the peer's recv", recv(peer, room, 8, 0), 0);
    show("the peer's send", send(peer, "answer", 6, MSG_NOSIGNAL), 0);
    show("recv", recv(us, room, 6, MSG_WAITALL), 0);
    close(us);
    close(peer);
    join(&us, &peer);
    show("shutdown(SHUT_RD)", shutdown(us, SHUT_RD), 0);
    show("recv", recv(us, room, 4, 0), 0);
    show("the peer's send", send(peer, "more", 4, MSG_NOSIGNAL), 0);
    ssize_t n = 0;
    while (n == 0)
        n = recv(us, room, 4, 0);
    show("recv, in the end", n, 0);
    close(us);
    close(peer);
    join(&us, &peer);
    shutdown(us, SHUT_WR);
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        put(0);
        _exit(EXIT_FAILURE);
    }
    int status = wait_for(child);
    printf("%-36s = %s\n", "a send without MSG_NOSIGNAL",
           WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE
               ? "killed by SIGPIPE" : "another end");
    close(us);
    close(peer);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
