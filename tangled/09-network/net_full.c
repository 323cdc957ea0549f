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
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/time.h>

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


static unsigned waiting(int door)
{
    struct tcp_info info;
    socklen_t size = sizeof info;
    if (getsockopt(door, IPPROTO_TCP, TCP_INFO, &info, &size) == -1)
        err(EXIT_FAILURE, "TCP_INFO");
    return info.tcpi_unacked;
}

enum { CLIENTS = 16 };

/* Lets clients come until one does not get in. Returns how many there
   are, that one included. */
static int fill(int door, int backlog, int clients[CLIENTS])
{
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = new_socket(SOCK_STREAM | SOCK_NONBLOCK);
        if (connect_to(clients[i], here(port_of(door))) == -1
            && errno != EINPROGRESS)
            err(EXIT_FAILURE, "connect");
        const int ms = i <= backlog ? 5000 : 100;
        if (poll_one(clients[i], POLLOUT, ms) == 0)
            return i + 1;
    }
    errx(EXIT_FAILURE, "the queue has no end");
}


/* Lets calls that receive from S, or send, wait for 20 ms. */
static void limit(int s, int option)
{
    const struct timeval ms = { .tv_usec = 20000 };
    if (setsockopt(s, SOL_SOCKET, option, &ms, sizeof ms) == -1)
        err(EXIT_FAILURE, "a time limit");
}


int main(void)
{
    int clients[CLIENTS], door = -1, count = 0;
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
    const int backlogs[] = { 5, 1, 0 };
    for (int i = 0; i < 3; i++) {
        char what[40];
        for (; count > 0; count--)
            close(clients[count - 1]);
        if (door != -1)
            close(door);
        door = new_socket(SOCK_STREAM);
        if (bind_to(door, here(0)) == -1 || listen(door, backlogs[i]) == -1)
            err(EXIT_FAILURE, "127.0.0.1");
        count = fill(door, backlogs[i], clients);
        snprintf(what, sizeof what, "listen(%d), waiting", backlogs[i]);
        show(what, waiting(door), 0);
    }
    int late = clients[count - 1], error = 0;
    socklen_t size = sizeof error;
    puts("one more than that, with listen(0)");
    if (getsockopt(late, SOL_SOCKET, SO_ERROR, &error, &size) == -1)
        err(EXIT_FAILURE, "SO_ERROR");
    show("its error after 100 ms", error, 0);
    close(accept_one(door));
    puts("one was accepted");
    show("it can write", poll_one(late, POLLOUT, -1) == POLLOUT, 0);
    close(accept_one(door));
    puts("limits of 20 ms");
    limit(door, SO_RCVTIMEO);
    show("SO_RCVTIMEO, accept", accept4(door, NULL, NULL, SOCK_CLOEXEC),
         EAGAIN);
    show("SO_RCVTIMEO, poll of 60 ms",
         poll_one(door, POLLIN, 60), 0);
    int first = new_socket(SOCK_STREAM), second = new_socket(SOCK_STREAM);
    limit(second, SO_SNDTIMEO);
    show("connect, the queue has room",
         connect_to(first, here(port_of(door))), 0);
    show("SO_SNDTIMEO, connect, it is full",
         connect_to(second, here(port_of(door))), EINPROGRESS);
    close(first);
    close(second);
    close(door);
    for (; count > 0; count--)
        close(clients[count - 1]);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
