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


/* Returns a descriptor, or -1 with the answer in WORDS. */
static int ask(int s, const char *file, char words[80])
{
    ssize_t n;
    do
        n = send(s, file, strlen(file), MSG_NOSIGNAL);
    while (n == -1 && errno == EINTR);
    if (n == -1 && errno != EPIPE && errno != ECONNRESET) {
        snprintf(words, 80, "%s", strerrordesc_np(errno));
        return -1;
    }
    do
        n = recv(s, words, 79, MSG_PEEK);
    while (n == -1 && (errno == EINTR || errno == ECONNRESET));
    words[n > 0 ? n : 0] = '\0';
    int fd = receive_descriptor(s);
    if (*words == '\0')
        strcpy(words, n > 0 ? "no descriptor came" : "no answer");
    return fd;
}

int main(int argc, char **argv)
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
    if (argc < 3) {
        fprintf(stderr, "usage: opener_ask DOOR FILE...\n");
        return 2;
    }
    int failed = 0;
    int s = new_socket(SOCK_SEQPACKET);
    if (connect_to(s, argv[1]) == -1)
        err(EXIT_FAILURE, "%s", argv[1]);
    for (int i = 2; i < argc; i++)
        {
            char words[80], bytes[4096];
            struct stat is;
            ssize_t n;
            int fd = ask(s, argv[i], words);
            if (fd != -1 && (fstat(fd, &is) == -1 || !S_ISREG(is.st_mode))) {
                strcpy(words, "no ordinary file came");
                close(fd);
                fd = -1;
            }
            if (fd == -1) {
                warnx("%s: %s", argv[i], words);
                failed = 1;
                continue;
            }
            while ((n = read_some(fd, bytes, sizeof bytes)) > 0)
                fwrite(bytes, 1, (size_t)n, stdout);
            if (n == -1) {
                warn("%s", argv[i]);
                failed = 1;
            }
            fflush(stdout);
            close(fd);
        }
    close(s);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return failed;
}
