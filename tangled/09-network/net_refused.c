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


static void show_error(int s)
{
    int error;
    socklen_t size = sizeof error;
    if (getsockopt(s, SOL_SOCKET, SO_ERROR, &error, &size) == -1)
        err(EXIT_FAILURE, "SO_ERROR");
    printf("%-36s = %s\n", "SO_ERROR",
           error == 0 ? "0" : strerrorname_np(error));
}

int main(void)
{
    char room[8];
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
    int door = new_socket(SOCK_STREAM), s = new_socket(SOCK_STREAM);
    int quick = new_socket(SOCK_STREAM | SOCK_NONBLOCK);
    if (bind_to(door, here(0)) == -1)
        err(EXIT_FAILURE, "bind");
    const struct sockaddr_in there = here(port_of(door));
    show("connect", connect_to(s, there), ECONNREFUSED);
    show("connect without waiting", connect_to(quick, there), EINPROGRESS);
    short r = poll_one(quick, POLLOUT, -1);
    show("poll says POLLOUT", (r & POLLOUT) != 0, 0);
    show("and POLLERR", (r & POLLERR) != 0, 0);
    show_error(quick);
    show_error(quick);
    puts("now somebody listens");
    show("listen", listen(door, 2), 0);
    show("the same socket, connect", connect_to(s, there), 0);
    show("without waiting", connect_to(quick, there), ECONNABORTED);
    show("and again", connect_to(quick, there), EINPROGRESS);
    show("it can write",
         poll_one(quick, POLLOUT, -1) == POLLOUT, 0);
    show_error(quick);
    close(s);
    close(quick);
    close(door);
    puts("a client whose port is the one it connects to");
    s = new_socket(SOCK_STREAM);
    door = new_socket(SOCK_STREAM);
    if (bind_to(s, here(0)) == -1)
        err(EXIT_FAILURE, "bind");
    show("connect", connect_to(s, here(port_of(s))), 0);
    show("send", send(s, "hello", 5, MSG_NOSIGNAL), 0);
    show("recv", recv(s, room, 5, MSG_WAITALL), 0);
    show("a server's bind", bind_to(door, here(port_of(s))), EADDRINUSE);
    close(s);
    close(door);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
