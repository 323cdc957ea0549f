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
#include <pthread.h>

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

static void cut(int s)
{
    const struct linger no_time = { .l_onoff = 1, .l_linger = 0 };
    if (setsockopt(s, SOL_SOCKET, SO_LINGER, &no_time, sizeof no_time)
            == -1 || close(s) == -1)
        err(EXIT_FAILURE, "SO_LINGER");
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

/* Sends all LENGTH bytes. Returns 0, or -1 with errno set. */
static int send_all(int s, const void *buffer, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t n = send(s, (const char *)buffer + done, length - done,
                         MSG_NOSIGNAL);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return -1;
        done += (size_t)n;
    }
    return 0;
}


static void serve(int door)
{
    char bytes[4096];
    ssize_t n;
    for (;;) {
        int s = accept_one(door);
        if (fork() == 0) {
            while ((n = read_some(s, bytes, sizeof bytes)) > 0)
                if (send_all(s, bytes, (size_t)n) == -1)
                    break;
            _exit(0);
        }
        close(s);
    }
}

static void say(int s)
{
    char bytes[4096];
    ssize_t n;
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        while ((n = read_some(0, bytes, sizeof bytes)) > 0)
            if (send_all(s, bytes, (size_t)n) == -1)
                break;
        shutdown(s, SHUT_WR);
        _exit(0);
    }
    while ((n = read_some(s, bytes, sizeof bytes)) > 0)
        fwrite(bytes, 1, (size_t)n, stdout);
    while (waitpid(child, NULL, 0) == -1 && errno == EINTR)
        ;
}

int main(int argc, char **argv)
{
    char bytes[4096] = "";
    int s = new_socket(SOCK_STREAM);
    if (argc == 1) {
        if (bind_to(s, here(0)) == -1 || listen(s, 64) == -1
            || printf("%d\n", ntohs(port_of(s))) < 0
            || fflush(stdout) == EOF)
            err(EXIT_FAILURE, "the door");
        serve(s);
    }
    in_port_t port = (in_port_t)strtoul(argv[argc - 1], NULL, 10);
    if (argc != 3 || connect_to(s, here(htons(port))) == -1)
        err(EXIT_FAILURE, "connect");
    if (*argv[1] == 'b') {
        for (int i = 0; i < 64; i++)
            send(s, bytes, sizeof bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
        cut(s);
        return 0;
    }
    if (*argv[1] == 's' && argv[1][1] == 'i')
        return puts("here") == EOF || fflush(stdout) == EOF
               || read_some(0, bytes, sizeof bytes) != 0;
    say(s);
    return fflush(stdout) == EOF;
}
