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
#include <poll.h>
#include <sys/socket.h>

/* Looks at FD without sleeping, and returns what poll says of it. */
static const char *says(int fd, short events)
{
    static const struct { short bit; const char *name; } words[] = {
        { POLLIN, " IN" },       { POLLOUT, " OUT" },
        { POLLRDHUP, " RDHUP" }, { POLLERR, " ERR" },
        { POLLHUP, " HUP" },     { POLLNVAL, " NVAL" },
    };
    static char text[40];
    struct pollfd p = { .fd = fd, .events = events };
    while (poll(&p, 1, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "poll");
    strcpy(text, p.revents == 0 ? " -" : "");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (p.revents & words[i].bit)
            strcat(text, words[i].name);
    return text + 1;
}

/* Sleeps until poll says one of EVENTS, or what it says unasked. */
static void wait_until(int fd, short events)
{
    struct pollfd p = { .fd = fd, .events = events };
    while (poll(&p, 1, -1) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "poll");
}

static void tcp_pair(int ends[2])
{
    struct sockaddr_in at = {
        .sin_family = AF_INET,
        .sin_addr = { htonl(INADDR_LOOPBACK) }
    };
    socklen_t length = sizeof at;
    int door = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ends[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (door == -1 || ends[1] == -1
        || bind(door, (struct sockaddr *)&at, length) == -1
        || getsockname(door, (struct sockaddr *)&at, &length) == -1
        || listen(door, 1) == -1
        || connect(ends[1], (struct sockaddr *)&at, length) == -1)
        err(EXIT_FAILURE, "a connection to 127.0.0.1");
    while ((ends[0] = accept4(door, NULL, NULL, SOCK_CLOEXEC)) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "accept4");
    close(door);
}

/* What is asked for: all that a reader could want to know. */
enum { ALL = POLLIN | POLLRDHUP };

static void moments(const char *kind, int in, int out, short at_end)
{
    char room[8];
    printf("%-13s%-7s", kind, says(in, ALL));
    if (write(out, "hello", 5) != 5)
        err(EXIT_FAILURE, "write");
    wait_until(in, POLLIN);
    printf("%-7s", says(in, ALL));
    close(out);
    wait_until(in, at_end);
    printf("%-20s", says(in, ALL));
    if (read(in, room, sizeof room) != 5)
        errx(EXIT_FAILURE, "read: not five bytes");
    printf("%s\n", says(in, ALL));
    close(in);
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
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        err(EXIT_FAILURE, "signal");
    int p[2];
    printf("%-13s%-7s%-7s%-20s%s\n", "", "quiet", "bytes",
           "closed, unread", "closed, all read");
    if (pipe2(p, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    moments("pipe", p[0], p[1], POLLIN);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, p) == -1)
        err(EXIT_FAILURE, "socketpair");
    moments("local stream", p[0], p[1], POLLIN);
    tcp_pair(p);
    moments("TCP", p[0], p[1], POLLRDHUP);
    tcp_pair(p);
    close(p[1]);
    wait_until(p[0], POLLRDHUP);
    printf("TCP, closed, RDHUP not asked for:  %s\n", says(p[0], POLLIN));
    shutdown(p[0], SHUT_WR);
    wait_until(p[0], 0);
    printf("TCP, both directions closed:       %s\n", says(p[0], ALL));
    close(p[0]);
    tcp_pair(p);
    if (write(p[0], "x", 1) != 1)
        err(EXIT_FAILURE, "write");
    wait_until(p[1], POLLIN);
    close(p[1]);
    wait_until(p[0], 0);
    printf("TCP, broken off:                   %s\n", says(p[0], ALL));
    close(p[0]);
    FILE *file = tmpfile();
    if (file == NULL || pipe2(p, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "a file and a pipe");
    close(p[0]);
    printf("pipe, reader gone:                 %s\n", says(p[1], POLLOUT));
    printf("ordinary file, empty:              %s\n",
           says(fileno(file), POLLIN | POLLOUT));
    close(p[1]);
    printf("not open:                          %s\n", says(p[1], POLLIN));
    printf("negative:                          %s\n", says(-1, POLLIN));
    fclose(file);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
