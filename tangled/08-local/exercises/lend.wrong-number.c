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
#include <sys/un.h>

/* Like read(2), but a signal does not end it. */
static ssize_t read_some(int fd, void *buffer, size_t length)
{
    ssize_t n;
    do
        n = read(fd, buffer, length);
    while (n == -1 && errno == EINTR);
    return n;
}

/* Makes TO the address PATH. Returns its length, or 0 with errno set
   when PATH is too long. */
static socklen_t address(struct sockaddr_un *to, const char *path)
{
    size_t length = strlen(path);
    *to = (struct sockaddr_un){ .sun_family = AF_UNIX };
    if (length == 0 || length >= sizeof to->sun_path) {
        errno = length == 0 ? ENOENT : ENAMETOOLONG;
        return 0;
    }
    memcpy(to->sun_path, path, length + 1);
    return (socklen_t)(sizeof *to - sizeof to->sun_path + length + 1);
}

static int new_socket(int type)
{
    int s = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    if (s == -1)
        err(EXIT_FAILURE, "socket");
    return s;
}

/* Returns -1 with errno set when the call failed. */
static int bind_to(int s, const char *path)
{
    struct sockaddr_un to;
    socklen_t length = address(&to, path);
    return length == 0 ? -1 : bind(s, (struct sockaddr *)&to, length);
}

static int connect_to(int s, const char *path)
{
    struct sockaddr_un to;
    socklen_t length = address(&to, path);
    int result = -1;
    if (length != 0)
        do
            result = connect(s, (struct sockaddr *)&to, length);
        while (result == -1 && errno == EINTR);
    return result;
}

/* Gives up when the call fails. */
static int accept_one(int s)
{
    int client;
    do
        client = accept4(s, NULL, NULL, SOCK_CLOEXEC);
    while (client == -1 && errno == EINTR);
    if (client == -1)
        err(EXIT_FAILURE, "accept4");
    return client;
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


static void lend_to(int client, const char *file)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd == -1)
        err(EXIT_FAILURE, "%s", file);
    send(client, &fd, sizeof fd, MSG_NOSIGNAL);
    send_descriptor(client, client);
    close(fd);
}

static void take(int s)
{
    char bytes[4096];
    int fd;
    ssize_t n;
    if (read_some(s, &fd, sizeof fd) != sizeof fd)
        err(EXIT_FAILURE, "read");
    close(receive_descriptor(s));
    while ((n = read_some(fd, bytes, sizeof bytes)) > 0)
        fwrite(bytes, 1, (size_t)n, stdout);
    if (n == -1)
        err(EXIT_FAILURE, "descriptor %d", fd);
}

int main(int argc, char **argv)
{
    bool serves = argc == 4 && strcmp(argv[1], "serve") == 0;
    if (!serves && (argc != 3 || strcmp(argv[1], "take") != 0))
        errx(2, "usage: lend serve NAME FILE | take NAME");
    int s = new_socket(SOCK_STREAM);
    if (!serves) {
        if (connect_to(s, argv[2]) == -1)
            err(EXIT_FAILURE, "%s", argv[2]);
        take(s);
        return fflush(stdout) == EOF;
    }
    if (bind_to(s, argv[2]) == -1 || listen(s, 5) == -1
        || puts("ready") == EOF || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "%s", argv[2]);
    for (;;) {
        int client = accept_one(s);
        lend_to(client, argv[3]);
        close(client);
    }
}
