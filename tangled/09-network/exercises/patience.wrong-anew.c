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
#include <sys/time.h>

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


static const char *reach(struct sockaddr_in to, int ms)
{
    int s = new_socket(SOCK_STREAM | SOCK_NONBLOCK), n, error = 0;
    struct pollfd p = { .fd = s, .events = POLLOUT };
    socklen_t size = sizeof error;
    connect(s, (struct sockaddr *)&to, sizeof to);
    while ((n = poll(&p, 1, ms)) == -1 && errno == EINTR)
        ;
    getsockopt(s, SOL_SOCKET, SO_ERROR, &error, &size);
    close(s);
    if (n == 0)
        return "too late";
    return error == 0 ? "connected" : "refused";
}

static void count(int number)
{
    static volatile sig_atomic_t signals;
    (void)number;
    signals++;
    if (signals == 300)
        _exit(9);
}

static double milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int make_place(const char *place)
{
    int door = new_socket(SOCK_STREAM), n = 0;
    if (bind_to(door, here(0)) == -1
        || (*place != 'c' && listen(door, 0) == -1))
        err(EXIT_FAILURE, "%s", place);
    struct sockaddr_in to = here(port_of(door));
    struct pollfd p = { .events = POLLOUT };
    do {
        p.fd = new_socket(SOCK_STREAM | SOCK_NONBLOCK);
        n++;
    } while (*place == 's' && n < 9
             && connect(p.fd, (struct sockaddr *)&to, sizeof to) == -1
             && poll(&p, 1, 100) == 1);
    return door;
}

int main(int argc, char **argv)
{
    const struct sigaction how = { .sa_handler = count };
    const struct itimerval every = { .it_interval.tv_usec = 10000,
                                     .it_value.tv_usec = 10000 };
    if (argc != 3)
        errx(2, "usage: patience PLACE MS");
    struct sockaddr_in to = here(port_of(make_place(argv[1])));
    int ms = (int)strtol(argv[2], NULL, 10);
    if (sigaction(SIGALRM, &how, NULL) == -1
        || setitimer(ITIMER_REAL, &every, NULL) == -1)
        err(EXIT_FAILURE, "signals");
    const double start = milliseconds();
    const char *result = reach(to, ms);
    bool early = milliseconds() - start < ms;
    bool late = strcmp(result, "too late") == 0;
    printf("%s%s\n", result, late && early ? ", but early" : "");
    return fflush(stdout) == EOF;
}
