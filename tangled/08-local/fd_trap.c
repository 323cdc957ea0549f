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


enum { MOST = 254 };

union beside {
    struct cmsghdr align;
    char room[CMSG_SPACE(MOST * sizeof(int))];
};

/* Sends COUNT descriptors beside BYTES bytes. */
static ssize_t send_many(int s, size_t count, size_t bytes)
{
    union beside beside = { .room = { 0 } };
    char byte = 'x';
    struct iovec part = { &byte, bytes };
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = beside.room,
        .msg_controllen = CMSG_SPACE(count * sizeof(int))
    };
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(count * sizeof(int));
    for (size_t i = 0; i < count; i++)
        memcpy(CMSG_DATA(head) + i * sizeof(int),
               &(int){ STDERR_FILENO }, sizeof(int));
    return sendmsg(s, &message, 0);
}

static void must_send(int s, size_t count)
{
    if (send_many(s, count, 1) != 1)
        err(EXIT_FAILURE, "sendmsg");
}

/* Receives with ROOM bytes for control data, and tells what came. */
static void receive(const char *what, int s, size_t room)
{
    union beside beside;
    char byte;
    struct iovec part = { &byte, 1 };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1,
                              .msg_control = beside.room,
                              .msg_controllen = room };
    if (recvmsg(s, &message, MSG_CMSG_CLOEXEC) == -1)
        err(EXIT_FAILURE, "%s", what);
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    size_t count = 0;
    if (head != NULL)
        count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; i++) {
        int fd;
        memcpy(&fd, CMSG_DATA(head) + i * sizeof fd, sizeof fd);
        close(fd);
    }
    printf("%-36s = %zu%s\n", what, count,
           message.msg_flags & MSG_CTRUNC ? ", MSG_CTRUNC" : "");
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
    int stream[2], datagram[2];
    const int extra = SOCK_CLOEXEC | SOCK_NONBLOCK;
    if (socketpair(AF_UNIX, SOCK_STREAM | extra, 0, stream) == -1
        || socketpair(AF_UNIX, SOCK_DGRAM | extra, 0, datagram) == -1)
        err(EXIT_FAILURE, "socketpair");
    int spare[3];   /* the numbers that a message takes have to be free */
    for (int i = 0; i < 3; i++)
        if ((spare[i] = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)) == -1)
            err(EXIT_FAILURE, "three more descriptors");
    for (int i = 0; i < 3; i++)
        close(spare[i]);
    const size_t one = sizeof(int);
    must_send(stream[0], 1);
    receive("1 sent, no room", stream[1], 0);
    must_send(stream[0], 2);
    receive("2 sent, room CMSG_LEN of one", stream[1], CMSG_LEN(one));
    must_send(stream[0], 2);
    receive("2 sent, room CMSG_SPACE of one", stream[1], CMSG_SPACE(one));
    show("stream, no byte, 1 sent", send_many(stream[0], 1, 0), 0);
    show("datagram, no byte, 1 sent", send_many(datagram[0], 1, 0), 0);
    receive("  received", datagram[1], sizeof(union beside));
    show("253 sent", send_many(stream[0], 253, 1), 0);
    show("254 sent", send_many(stream[0], 254, 1), EINVAL);
    for (int i = 0; i < 2; i++) {
        close(stream[i]);
        close(datagram[i]);
    }
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
