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

/* Like read(2), but a signal does not end it. */
static ssize_t read_some(int fd, void *buffer, size_t length)
{
    ssize_t n;
    do
        n = read(fd, buffer, length);
    while (n == -1 && errno == EINTR);
    return n;
}


static size_t send_much(int s)
{
    static const char block[4096];
    size_t sent = 0;
    ssize_t n;
    while ((n = send(s, block, sizeof block,
                     MSG_DONTWAIT | MSG_NOSIGNAL)) > 0
           || (n == -1 && errno == EINTR))
        sent += n > 0 ? (size_t)n : 0;
    if (errno != EAGAIN)
        err(EXIT_FAILURE, "send");
    return sent;
}

/* Shows whether all that was SENT comes, and how it ends. */
static void read_answer(int s, size_t sent, int expected)
{
    static char block[4096];
    size_t all = 0;
    ssize_t n;
    while ((n = read_some(s, block, sizeof block)) > 0)
        all += (size_t)n;
    const int error = errno;
    show("  the whole answer comes", all == sent, 0);
    errno = error;
    show("  and then", n, expected);
    close(s);
}

int main(void)
{
    int us, peer;
    char room[16];
    size_t sent;
    ssize_t n;
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
    puts("the question was read");
    join(&us, &peer);
    sent = send_much(peer);
    show("  the server closes", close(peer), 0);
    read_answer(us, sent, 0);
    puts("a question was not read");
    join(&us, &peer);
    show("  the client asks", send(us, "and this?", 9, MSG_NOSIGNAL), 0);
    while (recv(peer, room, sizeof room, MSG_PEEK) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "recv");
    sent = send_much(peer);
    show("  the server closes", close(peer), 0);
    read_answer(us, sent, ECONNRESET);
    puts("the server ends its writing and reads to the end");
    join(&us, &peer);
    show("  the client asks", send(us, "and this?", 9, MSG_NOSIGNAL), 0);
    show("  and has no more to say", shutdown(us, SHUT_WR), 0);
    sent = send_much(peer);
    show("  shutdown(SHUT_WR)", shutdown(peer, SHUT_WR), 0);
    ssize_t all = 0;
    while ((n = read_some(peer, room, sizeof room)) > 0)
        all += n;
    show("  the server reads", n == 0 ? all : n, 0);
    show("  the server closes", close(peer), 0);
    read_answer(us, sent, 0);
    puts("the server lingers for 20 s, the client does not read");
    const struct linger time = { .l_onoff = 1, .l_linger = 20 };
    join(&us, &peer);
    if (setsockopt(peer, SOL_SOCKET, SO_LINGER, &time, sizeof time) == -1
        || send(peer, "done", 4, MSG_NOSIGNAL) != 4)
        err(EXIT_FAILURE, "SO_LINGER");
    show("  the server closes", close(peer), 0);
    read_answer(us, 4, 0);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
