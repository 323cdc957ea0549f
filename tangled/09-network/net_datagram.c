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
#include <sys/ioctl.h>

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


static ssize_t send_to(int s, const void *bytes, size_t length,
                       struct sockaddr_in to)
{
    return sendto(s, bytes, length, 0, (struct sockaddr *)&to,
                  sizeof to);
}


/* Receives one datagram and sets *LOST, if a number comes beside it.
   Returns -1 when there is none. */
static ssize_t receive(int s, unsigned *lost)
{
    char room[4];
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof *lost)];
    } beside;
    struct iovec part = { room, sizeof room };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1,
                              .msg_control = beside.room,
                              .msg_controllen = sizeof beside };
    ssize_t n;
    while ((n = recvmsg(s, &message, MSG_DONTWAIT)) == -1
           && errno == EINTR)
        ;
    struct cmsghdr *head = n == -1 ? NULL : CMSG_FIRSTHDR(&message);
    if (head != NULL && head->cmsg_type == SO_RXQ_OVFL)
        memcpy(lost, CMSG_DATA(head), sizeof *lost);
    return n;
}

int main(void)
{
    static char big[65508];
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
    int unread, in = new_socket(SOCK_DGRAM), out = new_socket(SOCK_DGRAM);
    if (bind_to(in, here(0)) == -1)
        err(EXIT_FAILURE, "bind");
    const struct sockaddr_in to = here(port_of(in));
    show("send 9", send_to(out, "abcdefghi", 9, to), 0);
    show("send 3", send_to(out, "jkl", 3, to), 0);
    show("send 0", send_to(out, "", 0, to), 0);
    show("send 9", send_to(out, "mnopqrstu", 9, to), 0);
    poll_one(in, POLLIN, -1);
    show("FIONREAD", ioctl(in, FIONREAD, &unread) == -1 ? -1 : unread, 0);
    show("recv, room for 4", recv(in, room, 4, 0), 0);
    show("recv, room for 4", recv(in, room, 4, 0), 0);
    show("recv, room for 4", recv(in, room, 4, 0), 0);
    show("recv, room for 4, MSG_TRUNC", recv(in, room, 4, MSG_TRUNC), 0);
    show("send 65507", send_to(out, big, 65507, to), 0);
    show("send 65508", send_to(out, big, 65508, to), EMSGSIZE);
    show("recv, room for 8, MSG_TRUNC", recv(in, room, 8, MSG_TRUNC), 0);
    int error, nobody = new_socket(SOCK_DGRAM), fine = 0;
    socklen_t size = sizeof error;
    if (bind_to(nobody, here(0)) == -1
        || connect_to(nobody, here(port_of(nobody))) == -1)
        err(EXIT_FAILURE, "bind");
    for (int i = 0; i < 5; i++)
        fine += send_to(out, "x", 1, here(port_of(nobody))) == 1;
    if (getsockopt(out, SOL_SOCKET, SO_ERROR, &error, &size) == -1)
        err(EXIT_FAILURE, "SO_ERROR");
    show("to nobody, sent", fine, 0);
    show("SO_ERROR", error, 0);
    show("connect", connect_to(out, here(port_of(nobody))), 0);
    show("send", send(out, "x", 1, 0), 0);
    poll_one(out, 0, -1);
    show("send", send(out, "x", 1, 0), ECONNREFUSED);
    show("send", send(out, "x", 1, 0), 0);
    close(nobody);
    close(out);
    int peer = new_socket(SOCK_DGRAM), stranger = new_socket(SOCK_DGRAM);
    struct sockaddr_in none = { .sin_family = AF_UNSPEC };
    if (bind_to(peer, here(0)) == -1)
        err(EXIT_FAILURE, "bind");
    show("a stranger sends 1", send_to(stranger, "s", 1, to), 0);
    poll_one(in, POLLIN, -1);
    show("connect to a peer", connect_to(in, here(port_of(peer))), 0);
    show("the stranger sends 2", send_to(stranger, "st", 2, to), 0);
    show("the peer sends 3", send_to(peer, "pee", 3, to), 0);
    show("recv", recv(in, room, sizeof room, 0), 0);
    show("recv", recv(in, room, sizeof room, 0), 0);
    show("recv, MSG_DONTWAIT", recv(in, room, 8, MSG_DONTWAIT), EAGAIN);
    show("connect to AF_UNSPEC", connect_to(in, none), 0);
    show("send", send(in, "x", 1, 0), EDESTADDRREQ);
    close(in);
    close(peer);
    close(stranger);
    enum { MANY = 500 };
    const int on = 1, least = 4096;
    unsigned lost = 0, got = 0, sent = 0;
    in = new_socket(SOCK_DGRAM);
    out = new_socket(SOCK_DGRAM);
    if (setsockopt(in, SOL_SOCKET, SO_RCVBUF, &least, sizeof least) == -1
        || setsockopt(in, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on) == -1
        || bind_to(in, here(0)) == -1
        || connect_to(out, here(port_of(in))) == -1)
        err(EXIT_FAILURE, "a small receiver");
    for (; sent < MANY; sent++)
        if (send(out, big, 100, 0) != 100)
            err(EXIT_FAILURE, "send");
    while (receive(in, &lost) != -1)
        got++;
    show("sent before anyone reads", sent, 0);
    show("got fewer", got < sent, 0);
    show("send one more", send(out, "x", 1, 0), 0);
    poll_one(in, POLLIN, -1);
    while (receive(in, &lost) != -1)
        got++;
    show("got and lost, together", got + lost, 0);
    close(in);
    close(out);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
