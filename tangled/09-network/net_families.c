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


/* Binds SIX to AT and a port where, unless BOTH is false, 127.0.0.1 is
   free, and bound too. Returns the latter socket. */
static int bind_six(int *six, struct in6_addr at, bool both)
{
    const int only = 0;
    for (;;) {
        int four = new_socket(SOCK_STREAM);
        if (both && bind_to(four, here(0)) == -1)
            err(EXIT_FAILURE, "bind");
        struct sockaddr_in6 a6 = { .sin6_family = AF_INET6,
                                   .sin6_port = port_of(four),
                                   .sin6_addr = at };
        *six = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (*six == -1 || setsockopt(*six, IPPROTO_IPV6, IPV6_V6ONLY,
                                     &only, sizeof only) == -1)
            err(EXIT_FAILURE, "a socket of IPv6");
        if (bind(*six, (struct sockaddr *)&a6, sizeof a6) == 0)
            return four;
        if (errno != EADDRINUSE)
            err(EXIT_FAILURE, "an address of IPv6");
        close(*six);
        close(four);
    }
}

/* Connects to 127.0.0.1 at the port of SIX, which listens. */
static void visit(int six, int expected)
{
    int s = new_socket(SOCK_STREAM);
    show("  connect to 127.0.0.1",
         connect_to(s, here(port_of(six))), expected);
    close(s);
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
    int six, four, line;
    struct sockaddr_in6 at;
    socklen_t size = sizeof at;
    puts("at ::1, while 127.0.0.1 has the same port");
    four = bind_six(&six, in6addr_loopback, true);
    show("  listen", listen(six, 1), 0);
    line = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (line == -1
        || getsockname(six, (struct sockaddr *)&at, &size) == -1)
        err(EXIT_FAILURE, "a socket of IPv6");
    show("  connect to ::1",
         connect(line, (struct sockaddr *)&at, sizeof at), 0);
    visit(six, ECONNREFUSED);
    close(line);
    close(six);
    close(four);
    puts("at ::, for both versions");
    four = bind_six(&six, in6addr_any, false);
    show("  listen", listen(six, 1), 0);
    visit(six, 0);
    char text[INET6_ADDRSTRLEN];
    line = accept4(six, (struct sockaddr *)&at, &size, SOCK_CLOEXEC);
    if (line == -1
        || inet_ntop(AF_INET6, &at.sin6_addr, text, sizeof text) == NULL)
        err(EXIT_FAILURE, "accept4");
    printf("  the client has the address %s\n", text);
    struct sockaddr_in all = here(port_of(six));
    all.sin_addr.s_addr = htonl(INADDR_ANY);
    show("  bind 0.0.0.0 to the same port", bind_to(four, all), EADDRINUSE);
    close(line);
    close(six);
    close(four);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
