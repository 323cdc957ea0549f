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

static int open_door(in_port_t port)
{
    const int on = 1;
    int door = new_socket(SOCK_STREAM);
    if (setsockopt(door, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == -1
        || bind_to(door, here(port)) == -1 || listen(door, 1) == -1)
        return -1;
    return door;
}

int main(int argc, char **argv)
{
    bool twice = argc == 2 && strcmp(argv[1], "twice") == 0;
    char byte;
    int door = open_door(0), client = new_socket(SOCK_STREAM);
    if (door == -1)
        err(EXIT_FAILURE, "the first door");
    in_port_t port = port_of(door);
    if (connect_to(client, here(port)) == -1)
        err(EXIT_FAILURE, "connect");
    close(accept_one(door));
    if (recv(client, &byte, 1, 0) != 0)
        err(EXIT_FAILURE, "recv");
    close(client);
    if (!twice)
        close(door);
    int second = open_door(port);
    if (second == -1)
        puts(strerrorname_np(errno));
    else
        puts(port_of(second) == port ? "open" : "open elsewhere");
    return fflush(stdout) == EOF;
}
