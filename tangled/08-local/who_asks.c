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
#include <sys/prctl.h>
#include <sys/socket.h>

/* For children: prints what failed, and why, and ends by _exit. */
static _Noreturn void fail(const char *what)
{
    warn("%s", what);
    _exit(EXIT_FAILURE);
}

/* Waits until CHILD has ended and returns its wait status. */
static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitpid");
    return status;
}


static pid_t parent, child;

static void tell(const char *what, pid_t pid, uid_t uid)
{
    printf("%-36s = %s%s\n", what,
           pid == parent  ? "the parent"
           : pid == child ? "the child"
           : pid == 0     ? "process 0"
                          : "a stranger",
           pid == 0          ? ""
           : uid == getuid() ? ", our user"
                             : ", another user");
}

static void tell_peer(const char *what, int s)
{
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(s, SOL_SOCKET, SO_PEERCRED, &peer, &length) == -1)
        err(EXIT_FAILURE, "SO_PEERCRED");
    tell(what, peer.pid, peer.uid);
}

/* Receives a message, and tells its sender. */
static void tell_sender(const char *what, int s)
{
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof(struct ucred))];
    } beside;
    char byte = 0;
    struct iovec part = { &byte, 1 };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1,
                              .msg_control = beside.room,
                              .msg_controllen = sizeof beside.room };
    ssize_t n;
    while ((n = recvmsg(s, &message, MSG_CMSG_CLOEXEC)) == -1
           && errno == EINTR)
        ;
    if (n != 1)
        errx(EXIT_FAILURE, "the child says nothing");
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    struct ucred sender;
    if (head == NULL || head->cmsg_level != SOL_SOCKET
        || head->cmsg_type != SCM_CREDENTIALS
        || head->cmsg_len != CMSG_LEN(sizeof sender)) {
        printf("%-36s = not told\n", what);
        return;
    }
    memcpy(&sender, CMSG_DATA(head), sizeof sender);
    tell(what, sender.pid, sender.uid);
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
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1)
        err(EXIT_FAILURE, "socketpair");
    parent = getpid();
    child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
            fail("prctl");
        if (getppid() != parent)
            _exit(EXIT_FAILURE);
        char command;
        close(pair[0]);
        while (recv(pair[1], &command, 1, 0) == 1)
            if (send(pair[1], &command, 1, 0) != 1)
                fail("send");
        close(pair[1]);
        _exit(EXIT_SUCCESS);
    }
    close(pair[1]);
    const int on = 1;
    tell_peer("SO_PEERCRED", pair[0]);
    if (send(pair[0], "a", 1, 0) != 1 || send(pair[0], "a", 1, 0) != 1)
        err(EXIT_FAILURE, "send");
    tell_sender("a message without SO_PASSCRED", pair[0]);
    char look;
    while (recv(pair[0], &look, 1, MSG_PEEK) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "recv");
    if (setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) == -1)
        err(EXIT_FAILURE, "SO_PASSCRED");
    tell_sender("one that was sent before it was on", pair[0]);
    if (send(pair[0], "a", 1, 0) != 1)
        err(EXIT_FAILURE, "send");
    tell_sender("a message with SO_PASSCRED", pair[0]);
    close(pair[0]);
    wait_for(child);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
