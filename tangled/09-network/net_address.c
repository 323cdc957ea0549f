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


static void read_as_address(const char *text)
{
    struct in_addr a;
    char old[INET_ADDRSTRLEN] = "no", new[INET_ADDRSTRLEN] = "no";
    if (inet_aton(text, &a) != 0)
        inet_ntop(AF_INET, &a, old, sizeof old);
    if (inet_pton(AF_INET, text, &a) == 1)
        inet_ntop(AF_INET, &a, new, sizeof new);
    printf("%-16s %-16s %s\n", text, old, new);
}

/* Binds sockets to one port of 127.0.0.1 and of OTHER. */
static void bind_both(int *first, int *second, const char *other)
{
    struct sockaddr_in at = here(0);
    if (inet_pton(AF_INET, other, &at.sin_addr) != 1)
        errx(EXIT_FAILURE, "%s: no address", other);
    *second = new_socket(SOCK_STREAM);
    for (;;) {
        *first = new_socket(SOCK_STREAM);
        if (bind_to(*first, here(0)) == -1)
            err(EXIT_FAILURE, "127.0.0.1");
        at.sin_port = port_of(*first);
        if (bind_to(*second, at) == 0)
            return;
        if (errno != EADDRINUSE)
            err(EXIT_FAILURE, "%s", other);
        close(*first);
    }
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
    const char *texts[] = { "192.0.2.7", "127.1", "010.0.0.1", "0x7f.0.0.1",
                            "127.0.0.1 x", "192.0.2.256" };
    printf("%-16s %-16s %s\n", "text", "inet_aton", "inet_pton");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        read_as_address(texts[i]);
    show("255.255.255.255 is inet_addr's error",
         inet_addr("255.255.255.255") == INADDR_NONE, 0);
    struct sockaddr_in peer, zero = { .sin_family = AF_INET };
    socklen_t size = sizeof peer;
    int door = new_socket(SOCK_STREAM), s = new_socket(SOCK_STREAM);
    if (bind_to(door, here(0)) == -1 || listen(door, 1) == -1)
        err(EXIT_FAILURE, "127.0.0.1");
    zero.sin_port = port_of(door);
    show("connect to 0.0.0.0", connect_to(s, zero), 0);
    if (getpeername(s, (struct sockaddr *)&peer, &size) == -1)
        err(EXIT_FAILURE, "getpeername");
    show("the peer is 127.0.0.1",
         peer.sin_addr.s_addr == htonl(INADDR_LOOPBACK), 0);
    close(s);
    close(door);
    int first, second;
    int a = new_socket(SOCK_STREAM), b = new_socket(SOCK_STREAM);
    bind_both(&first, &second, "127.9.9.9");
    show("listen at 127.9.9.9", listen(second, 1), 0);
    struct sockaddr_in to = here(port_of(second));
    show("connect to 127.0.0.1", connect_to(a, to), ECONNREFUSED);
    to.sin_addr.s_addr = htonl(0x7f090909);
    show("connect to 127.9.9.9", connect_to(b, to), 0);
    close(a);
    close(b);
    close(first);
    close(second);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
