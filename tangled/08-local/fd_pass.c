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
#include <sys/stat.h>

static const char *const names[] = { "desk", "desk.new", "lock" };
static char room[PATH_MAX];
static pid_t owner;

static void leave_room(void)
{
    if (getpid() != owner)
        return;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(names[i]);
    if (rmdir(room) == -1)
        warn("%s", room);
}

/* Makes a new directory and goes there; it is removed at the end. */
static void enter_room(void)
{
    const char *base = getenv("TMPDIR");
    if (base == NULL || base[0] != '/')
        base = "/tmp";
    int n = snprintf(room, sizeof room, "%s/sock.XXXXXX", base);
    if (n < 0 || (size_t)n >= sizeof room)
        errx(EXIT_FAILURE, "%s: too long a name", base);
    umask(077);
    owner = getpid();
    if (mkdtemp(room) == NULL)
        err(EXIT_FAILURE, "%s", room);
    if (chdir(room) == -1 || atexit(leave_room) != 0) {
        rmdir(room);
        err(EXIT_FAILURE, "%s", room);
    }
}

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
    enter_room();
    signal(SIGXFSZ, SIG_IGN);
    int pair[2];
    char bytes[16];
    int file = open("desk", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file == -1 || write_all(file, "top secret", 10) == -1)
        err(EXIT_FAILURE, "desk");
    close(file);
    int sent = open("desk", O_RDONLY | O_CLOEXEC);
    if (sent == -1
        || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
        err(EXIT_FAILURE, "socketpair");
    if (send_descriptor(pair[0], sent) == -1)
        err(EXIT_FAILURE, "sendmsg");
    int came = receive_descriptor(pair[1]);
    if (came == -1)
        err(EXIT_FAILURE, "recvmsg");
    printf("%-36s = %s\n", "the same number",
           came == sent ? "yes" : "no");
    show("the receiver reads", read(came, bytes, 4), 0);
    show("the sender's offset", lseek(sent, 0, SEEK_CUR), 0);
    if (fcntl(came, F_SETFL, O_NONBLOCK) == -1)
        err(EXIT_FAILURE, "F_SETFL");
    printf("%-36s = %s\n", "the receiver's O_NONBLOCK, here",
           fcntl(sent, F_GETFL) & O_NONBLOCK ? "set" : "not set");
    close(came);
    if (lseek(sent, 0, SEEK_SET) == -1
        || send_descriptor(pair[0], sent) == -1)
        err(EXIT_FAILURE, "sendmsg");
    close(sent);
    close(pair[0]);
    came = receive_descriptor(pair[1]);
    if (came == -1)
        err(EXIT_FAILURE, "recvmsg");
    show("sent, all closed, received, read", read(came, bytes, 10), 0);
    if (unlink("desk") == -1)
        err(EXIT_FAILURE, "desk");
    show("no name, read from the start", pread(came, bytes, 10, 0), 0);
    show("write", write(came, "x", 1), EBADF);
    close(came);
    close(pair[1]);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
