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

/* Returns the number of bytes read, less than LENGTH only at end of
   file, or -1 with errno set. */
static ssize_t read_full(int fd, void *buffer, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t n = read(fd, (char *)buffer + done, length - done);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return -1;
        if (n == 0)
            break;
        done += (size_t)n;
    }
    return (ssize_t)done;
}

/* Returns 0 when all LENGTH bytes are written, or -1 with errno set. */
static int write_all(int fd, const void *buffer, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t n = write(fd, (const char *)buffer + done,
                          length - done);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return -1;
        done += (size_t)n;
    }
    return 0;
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

/* For children: prints what failed, and why, and ends by _exit. */
static _Noreturn void fail(const char *what)
{
    warn("%s", what);
    _exit(EXIT_FAILURE);
}

/* Sends FD over the socket WAY. Returns 0, or -1 with errno set. */
static int send_descriptor(int way, int fd)
{
    char nothing = 0;
    struct iovec part = { &nothing, 1 };
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof(int))];
    } beside = { .room = { 0 } };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1,
                              .msg_control = beside.room,
                              .msg_controllen = sizeof beside.room };
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(head), &fd, sizeof fd);
    ssize_t n;
    while ((n = sendmsg(way, &message, MSG_NOSIGNAL)) == -1
           && errno == EINTR)
        ;
    return n == -1 ? -1 : 0;
}

/* Returns the one descriptor that came over the socket WAY, or -1 with
   errno set, EPROTO when something else came. */
static int receive_descriptor(int way)
{
    char nothing;
    struct iovec part = { &nothing, 1 };
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof(int))];
    } beside;
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1,
                              .msg_control = beside.room,
                              .msg_controllen = CMSG_LEN(sizeof(int)) };
    ssize_t n;
    while ((n = recvmsg(way, &message, MSG_CMSG_CLOEXEC)) == -1
           && errno == EINTR)
        ;
    if (n == -1)
        return -1;
    int fd = -1;
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    if (head != NULL && head->cmsg_level == SOL_SOCKET
        && head->cmsg_type == SCM_RIGHTS
        && head->cmsg_len == CMSG_LEN(sizeof fd))
        memcpy(&fd, CMSG_DATA(head), sizeof fd);
    if (fd != -1 && (message.msg_flags & MSG_CTRUNC) != 0) {
        close(fd);
        fd = -1;
    }
    errno = EPROTO;
    return fd;
}

static void try_both(int socket)
{
    int number, fd;
    char word[8];
    errno = ENODATA;        /* stays so when the parent is gone */
    if (read_full(socket, &number, sizeof number) != sizeof number)
        fail("read");
    printf("child  %jd: descriptor %d here: ",
           (intmax_t)getpid(), number);
    printf("%s\n", fcntl(number, F_GETFD) == -1 ? strerror(errno)
                                                : "open");
    errno = ENODATA;
    fd = receive_descriptor(socket);
    if (fd == -1)
        fail("recvmsg");
    errno = ENODATA;
    if (read_full(fd, word, 5) != 5)
        fail("read");
    printf("child  %jd: the read end came as descriptor %d: %.5s\n",
           (intmax_t)getpid(), fd, word);
    close(fd);
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
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
        err(EXIT_FAILURE, "socketpair");
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        close(pair[0]);
        try_both(pair[1]);
        close(pair[1]);
        _exit(ferror(stdout) ? EXIT_FAILURE : EXIT_SUCCESS);
    }
    int p[2];
    if (pipe2(p, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    printf("parent %jd: made a pipe, its read end is descriptor %d\n",
           (intmax_t)getpid(), p[0]);
    if (write_all(pair[0], &p[0], sizeof p[0]) == -1)
        err(EXIT_FAILURE, "write");
    if (send_descriptor(pair[0], p[0]) == -1)
        err(EXIT_FAILURE, "sendmsg");
    if (write_all(p[1], "hello", 5) == -1)
        err(EXIT_FAILURE, "write");
    if (wait_for(child) != 0)
        errx(EXIT_FAILURE, "the child failed");
    close(p[0]);
    close(p[1]);
    close(pair[0]);
    close(pair[1]);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
