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
#include <sys/socket.h>

enum { KINDS = 3 };
static int ends[KINDS][2];      /* of each kind: receiver, sender */

static void tell(ssize_t n)
{
    if (n == -1 && errno != EAGAIN)
        err(EXIT_FAILURE, "a step");
    if (n == -1)
        printf(" %9s", strerrorname_np(errno));
    else
        printf(" %9zd", n);
}

static void send_each(size_t bytes)
{
    printf("send %-15zu", bytes);
    for (int k = 0; k < KINDS; k++)
        tell(send(ends[k][1], "abcdefghi", bytes, MSG_NOSIGNAL));
    putchar('\n');
}

static void receive_each(size_t room)
{
    char bytes[16];
    printf("receive, room for %-2zu", room);
    for (int k = 0; k < KINDS; k++)
        tell(recv(ends[k][0], bytes, room, 0));
    putchar('\n');
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
    const int kinds[KINDS] = { SOCK_STREAM, SOCK_SEQPACKET, SOCK_DGRAM };
    printf("%-20s    STREAM SEQPACKET     DGRAM\n", "");
    for (int k = 0; k < KINDS; k++)
        if (socketpair(AF_UNIX, kinds[k] | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
                       ends[k]) == -1)
            err(EXIT_FAILURE, "socketpair");
    send_each(3);
    send_each(4);
    receive_each(9);
    receive_each(9);
    send_each(9);
    receive_each(4);
    receive_each(9);
    send_each(0);
    receive_each(9);
    for (int k = 0; k < KINDS; k++)
        close(ends[k][1]);
    puts("the sender closes");
    receive_each(9);
    for (int k = 0; k < KINDS; k++)
        close(ends[k][0]);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
