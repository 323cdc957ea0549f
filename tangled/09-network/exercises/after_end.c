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


int main(int argc, char **argv)
{
    char bytes[9] = "";
    int us, peer;
    bool gone = false;
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
    if (argc != 2)
        errx(2, "usage: after_end STEPS");
    join(&us, &peer);
    for (const char *step = argv[1]; *step != '\0'; step++)
        {
            ssize_t n = 0;
            switch (*step) {
            case 'w': n = send(peer, "abc", 3, MSG_NOSIGNAL); break;
            case 's': n = shutdown(peer, SHUT_WR); break;
            case 'c': n = close(peer); break;
            case 'k': cut(peer); break;
            case 'W': n = send(us, "ab", 2, MSG_NOSIGNAL); break;
            default: n = recv(us, bytes, sizeof bytes, MSG_DONTWAIT); break;
            }
            if ((*step == 'W' || *step == 'r') && n == -1)
                printf("%c %s\n", *step, strerrorname_np(errno));
            else if (*step == 'W' || *step == 'r')
                printf("%c %zd\n", *step, n);
            gone = gone || *step == 'c' || *step == 'k';
            if (*step == 'w')
                poll_one(us, POLLIN, -1);
            if (*step == 's' || *step == 'c' || *step == 'k')
                poll_one(us, *step == 'k' ? POLLERR : POLLRDHUP, -1);
            if (*step == 'W' && n != -1)
                poll_one(gone ? us : peer, gone ? POLLERR : POLLIN, -1);
        }
    close(us);
    if (!gone)
        close(peer);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
