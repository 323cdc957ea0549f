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
#include <linux/tcp.h>
#include <sys/uio.h>

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

static void await_bytes(int s, size_t wanted)
{
    char room[16];
    ssize_t n;
    do
        n = recv(s, room, wanted, MSG_PEEK | MSG_WAITALL);
    while (n == -1 && errno == EINTR);
    if (n != (ssize_t)wanted)
        err(EXIT_FAILURE, "recv");
}

static void send_ten(int s)
{
    for (int i = 0; i < 10; i++)
        if (send(s, "x", 1, MSG_NOSIGNAL) != 1)
            err(EXIT_FAILURE, "send");
}

static void say_more(int s)
{
    for (int i = 0; i < 10; i++)
        if (send(s, "x", 1, MSG_NOSIGNAL | (i < 9 ? MSG_MORE : 0)) != 1)
            err(EXIT_FAILURE, "send");
}

static void gather(int s)
{
    char byte[] = "x";
    struct iovec parts[10];
    for (int i = 0; i < 10; i++)
        parts[i] = (struct iovec){ byte, 1 };
    if (writev(s, parts, 10) != 10)
        err(EXIT_FAILURE, "writev");
}

static void set(int s, int option, int value)
{
    if (setsockopt(s, IPPROTO_TCP, option, &value, sizeof value) == -1)
        err(EXIT_FAILURE, "setsockopt");
}

/* Sends ten bytes as HOW does it, with OPTION turned on, if it is not
   0, to a peer that acknowledges late. */
static unsigned segments(int option, void (*how)(int))
{
    struct tcp_info info;
    socklen_t size = sizeof info;
    int us, peer;
    join(&us, &peer);
    set(peer, TCP_QUICKACK, 0);
    if (option != 0)
        set(us, option, 1);
    how(us);
    await_bytes(peer, 10);
    if (getsockopt(us, IPPROTO_TCP, TCP_INFO, &info, &size) == -1)
        err(EXIT_FAILURE, "TCP_INFO");
    close(us);
    close(peer);
    return info.tcpi_data_segs_out;
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
    show("ten sends, fewer than ten segments",
         segments(0, send_ten) < 10, 0);
    show("TCP_NODELAY, segments", segments(TCP_NODELAY, send_ten), 0);
    show("MSG_MORE, segments", segments(0, say_more), 0);
    show("one writev, segments", segments(0, gather), 0);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
