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
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

enum { KINDS = 3 };
static int ends[KINDS][2];      /* of each kind: receiver, sender */

static void make_pairs(void)
{
    const int kinds[KINDS] = { SOCK_STREAM, SOCK_SEQPACKET,
                               SOCK_DGRAM };
    printf("%-28s    STREAM SEQPACKET     DGRAM\n", "");
    for (int k = 0; k < KINDS; k++)
        if (socketpair(AF_UNIX, kinds[k] | SOCK_NONBLOCK
                                    | SOCK_CLOEXEC, 0, ends[k]) == -1)
            err(EXIT_FAILURE, "socketpair");
}

typedef ssize_t step(int in, int out, size_t bytes);

static void each(const char *what, step *taken, size_t bytes)
{
    printf("%-28s", what);
    for (int k = 0; k < KINDS; k++) {
        ssize_t n = taken(ends[k][0], ends[k][1], bytes);
        if (n == -1)
            printf(" %9s", strerrorname_np(errno));
        else
            printf(" %9zd", n);
    }
    putchar('\n');
}

static ssize_t put(int in, int out, size_t bytes)
{
    ssize_t n;
    (void)in;
    do
        n = send(out, "abcdefghi", bytes, MSG_NOSIGNAL);
    while (n == -1 && errno == EINTR);
    return n;
}

static ssize_t take(int in, int out, size_t bytes)
{
    char room[16];
    ssize_t n;
    (void)out;
    do
        n = recv(in, room, bytes, 0);
    while (n == -1 && errno == EINTR);
    return n;
}
static ssize_t unread(int in, int out, size_t bytes)
{
    int n = 0;
    (void)out, (void)bytes;
    return ioctl(in, FIONREAD, &n) == -1 ? -1 : n;
}

static ssize_t at_end(int in, int out, size_t bytes)
{
    struct pollfd p = { .fd = in, .events = POLLRDHUP };
    (void)out, (void)bytes;
    int n;
    while ((n = poll(&p, 1, 0)) == -1 && errno == EINTR)
        ;
    return n == -1 ? -1 : (p.revents & POLLRDHUP) != 0;
}

static ssize_t leave(int in, int out, size_t bytes)
{
    (void)in, (void)bytes;
    return close(out);
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
    make_pairs();
    each("send 3", put, 3);
    each("send 4", put, 4);
    each("unread", unread, 0);
    each("receive, room for 9", take, 9);
    each("receive, room for 9", take, 9);
    each("send 9", put, 9);
    each("receive, room for 4", take, 4);
    each("receive, room for 9", take, 9);
    each("send 0", put, 0);
    each("will send no more", at_end, 0);
    each("receive, room for 9", take, 9);
    each("the sender closes", leave, 0);
    each("will send no more", at_end, 0);
    each("receive, room for 9", take, 9);
    for (int k = 0; k < KINDS; k++)
        close(ends[k][0]);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
