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
#include <sys/pidfd.h>
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

union one_descriptor {
    struct cmsghdr align;
    char room[CMSG_SPACE(sizeof(int))];
};

/* Sends FD over the socket WAY. Returns 0, or -1 with errno set. */
static int send_descriptor(int way, int fd)
{
    char nothing = 0;
    struct iovec part = { &nothing, 1 };
    union one_descriptor beside = { .room = { 0 } };
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
    union one_descriptor beside;
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

static _Noreturn void make(int road)
{
    int p[2];
    char text[64], nothing;
    if (pipe2(p, O_CLOEXEC) == -1)
        fail("pipe2");
    if (write_all(road, &p[1], sizeof p[1]) == -1
        || send_descriptor(road, p[1]) == -1)
        fail("the road");
    if (read_full(road, &nothing, 1) != 0)
        fail("waiting for the stranger");
    close(p[1]);
    ssize_t n = read_full(p[0], text, sizeof text);
    if (n == -1)
        fail("read");
    printf("maker %jd: read%.*s\n", (intmax_t)getpid(), (int)n, text);
    _exit(ferror(stdout) ? EXIT_FAILURE : EXIT_SUCCESS);
}

static void say(int fd, const char *word)
{
    if (write_all(fd, word, strlen(word)) == -1)
        err(EXIT_FAILURE, "write");
    close(fd);
    printf("stranger %jd:%s\n", (intmax_t)getpid(), word);
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
    int road[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, road) == -1)
        err(EXIT_FAILURE, "socketpair");
    pid_t maker = fork();
    if (maker == -1)
        err(EXIT_FAILURE, "fork");
    if (maker == 0) {
        close(road[0]);
        make(road[1]);
    }
    close(road[1]);
    int number, fd = -1;
    if (read_full(road[0], &number, sizeof number) == sizeof number)
        fd = receive_descriptor(road[0]);
    if (fd == -1)
        errx(EXIT_FAILURE, "the maker sent no descriptor");
    say(fd, " sent");
    char path[64] = "";
    if (readlink("/proc/self", path, sizeof path - 1) == -1
        || strtoimax(path, NULL, 10) != getpid())
        errx(EXIT_FAILURE, "/proc does not know us");
    snprintf(path, sizeof path, "/proc/%jd/fd/%d", (intmax_t)maker, number);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd == -1)
        err(EXIT_FAILURE, "%s", path);
    say(fd, " opened");
    int pidfd = pidfd_open(maker, 0);
    fd = -1;
    if (pidfd != -1)
        fd = pidfd_getfd(pidfd, number, 0);
    if (fd == -1)
        printf("pidfd_getfd refused: %s\n", strerrorname_np(errno));
    else
        say(fd, " copied");
    if (pidfd != -1)
        close(pidfd);
    close(road[0]);
    if (wait_for(maker) != 0)
        errx(EXIT_FAILURE, "the maker failed");
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
