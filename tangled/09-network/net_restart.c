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


static void turn_on(int s, int option)
{
    const int on = 1;
    if (setsockopt(s, SOL_SOCKET, option, &on, sizeof on) == -1)
        err(EXIT_FAILURE, "setsockopt");
}

/* Makes a socket and binds it to PORT, after turning on OPTION, unless
   that is 0. Returns -1 with errno set when the port is taken. */
static int bound(int type, in_port_t port, int option)
{
    int s = new_socket(type);
    if (option != 0)
        turn_on(s, option);
    if (bind_to(s, here(port)) == 0)
        return s;
    const int error = errno;
    close(s);
    errno = error;
    return -1;
}

static int open_door(in_port_t port, int option)
{
    int door = bound(SOCK_STREAM, port, option);
    if (door == -1 || listen(door, 64) == -1)
        err(EXIT_FAILURE, "a door");
    return door;
}


/* Opens a door, has a client, and ends the connection from the side
   that is told. Returns the ports of the door and of the client. */
static void serve_one(int option, bool client_first,
                      in_port_t *door_had, in_port_t *client_had)
{
    char room[1];
    int door = open_door(0, option), client = new_socket(SOCK_STREAM);
    *door_had = port_of(door);
    if (connect_to(client, here(*door_had)) == -1)
        err(EXIT_FAILURE, "connect");
    *client_had = port_of(client);
    int s = accept_one(door);
    int first = client_first ? client : s;
    int second = client_first ? s : client;
    close(first);
    if (recv(second, room, sizeof room, 0) != 0)
        err(EXIT_FAILURE, "recv");
    close(second);
    close(door);
}


static unsigned waiting(int door)
{
    struct tcp_info info;
    socklen_t size = sizeof info;
    if (getsockopt(door, IPPROTO_TCP, TCP_INFO, &info, &size) == -1)
        err(EXIT_FAILURE, "TCP_INFO");
    return info.tcpi_unacked;
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
    in_port_t port, clients;
    for (int way = 0; way < 4; way++) {
        char what[64];
        serve_one(way & 1 ? SO_REUSEADDR : 0, false, &port, &clients);
        int s = bound(SOCK_STREAM, port, way & 2 ? SO_REUSEADDR : 0);
        snprintf(what, sizeof what, "old door %s, new door %s",
                 way & 1 ? "with" : "without",
                 way & 2 ? "with" : "without");
        show(what, s == -1 ? -1 : 0, EADDRINUSE);
        if (s != -1)
            close(s);
    }
    const struct timespec moment = { .tv_nsec = 1000000 };
    int s, tries = 0;
    puts("the client closes first");
    serve_one(0, true, &port, &clients);
    while ((s = bound(SOCK_STREAM, port, 0)) == -1 && tries++ < 5000)
        nanosleep(&moment, NULL);
    show("bind to the server's port", s == -1 ? -1 : 0, 0);
    close(s);
    show("bind to the client's port", bound(SOCK_STREAM, clients, 0),
         EADDRINUSE);
    char room[8];
    int one = bound(SOCK_STREAM, 0, SO_REUSEADDR);
    int two = bound(SOCK_STREAM, port_of(one), SO_REUSEADDR);
    puts("two with SO_REUSEADDR");
    show("TCP, both are bound", one != -1 && two != -1, 0);
    show("the first listens", listen(one, 1), 0);
    show("the second listens", listen(two, 1), EADDRINUSE);
    close(one);
    close(two);
    one = bound(SOCK_DGRAM, 0, SO_REUSEADDR);
    two = bound(SOCK_DGRAM, port_of(one), SO_REUSEADDR);
    s = new_socket(SOCK_DGRAM);
    show("UDP, both are bound", one != -1 && two != -1, 0);
    if (connect_to(s, here(port_of(one))) == -1
        || send(s, "x", 1, 0) != 1)
        err(EXIT_FAILURE, "send");
    show("the second gets the datagram",
         recv(two, room, sizeof room, 0), 0);
    show("the first",
         recv(one, room, sizeof room, MSG_DONTWAIT), EAGAIN);
    close(s);
    close(one);
    close(two);
    enum { MANY = 64 };
    int client[MANY];
    one = open_door(0, SO_REUSEPORT);
    two = open_door(port_of(one), SO_REUSEPORT);
    puts("two with SO_REUSEPORT, 64 clients");
    for (int i = 0; i < MANY; i++) {
        client[i] = new_socket(SOCK_STREAM);
        if (connect_to(client[i], here(port_of(one))) == -1)
            err(EXIT_FAILURE, "connect");
    }
    while (waiting(one) + waiting(two) < MANY)
        nanosleep(&moment, NULL);
    const unsigned lost = waiting(one);
    show("both have some in their queue", lost > 0 && lost < MANY, 0);
    show("one of them closes", close(one), 0);
    unsigned reset = 0;
    for (int i = 0; i < MANY; i++)
        reset += poll_one(client[i], POLLIN, 50) != 0;
    show("just its clients are reset", reset == lost, 0);
    for (int i = 0; i < MANY; i++)
        close(client[i]);
    close(two);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
