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
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* Like read(2), but a signal does not end it. */
static ssize_t read_some(int fd, void *buffer, size_t length)
{
    ssize_t n;
    do
        n = read(fd, buffer, length);
    while (n == -1 && errno == EINTR);
    return n;
}

static int file, ends[2], pair[2];
static char *page;              /* the file's only page, mapped */

/* Tells what comes out at FROM, when the page was old when a call sent
   N bytes, and is overwritten now. */
static void tell(const char *what, ssize_t n, int from)
{
    char word[4] = "";
    if (n != 3)
        err(EXIT_FAILURE, "%s", what);
    memcpy(page, "new", 3);
    if (read_some(from, word, 3) != 3)
        err(EXIT_FAILURE, "%s", what);
    printf("%-28s %s\n", what, word);
    memcpy(page, "old", 3);
}

static void tell_zerocopy(void)
{
    const int on = 1;
    struct sockaddr_in here = { .sin_family = AF_INET };
    socklen_t length = sizeof here;
    static char large[65536], room[65536], control[512];
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int door = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s == -1 || bind(door, (struct sockaddr *)&here, length) == -1
        || getsockname(door, (struct sockaddr *)&here, &length) == -1
        || listen(door, 1) == -1)
        err(EXIT_FAILURE, "a TCP socket");
    if (setsockopt(s, SOL_SOCKET, SO_ZEROCOPY, &on, sizeof on) == -1
        || connect(s, (struct sockaddr *)&here, length) == -1) {
        if (errno == EINTR)
            err(EXIT_FAILURE, "connect");
        printf("MSG_ZEROCOPY: not here: %s\n", strerror(errno));
        return;
    }
    int other = accept4(door, NULL, NULL, SOCK_CLOEXEC);
    ssize_t n = send(s, large, sizeof large, MSG_ZEROCOPY);
    if (other == -1 || n <= 0)
        err(EXIT_FAILURE, "MSG_ZEROCOPY");
    for (ssize_t got = 0; got < n;) {
        ssize_t m = read_some(other, room, sizeof room);
        if (m <= 0)
            err(EXIT_FAILURE, "MSG_ZEROCOPY");
        got += m;
    }
    struct msghdr note = { .msg_control = control,
                           .msg_controllen = sizeof control };
    struct sock_extended_err what;
    while (recvmsg(s, &note, MSG_ERRQUEUE) == -1)
        if (errno != EAGAIN && errno != EINTR)
            err(EXIT_FAILURE, "the notice");
    memcpy(&what, CMSG_DATA(CMSG_FIRSTHDR(&note)), sizeof what);
    printf("MSG_ZEROCOPY over loopback   %s\n",
           what.ee_code & SO_EE_CODE_ZEROCOPY_COPIED ? "was copied"
                                                     : "was not copied");
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
    file = memfd_create("page", MFD_CLOEXEC);
    if (file == -1 || ftruncate(file, 4096) == -1
        || pipe2(ends, O_CLOEXEC) == -1
        || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
        err(EXIT_FAILURE, "a file, a pipe, a pair");
    page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (page == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    memcpy(page, "old", 3);
    struct iovec part = { page, 3 };
    off_t at = 0;
    tell("write to a pipe", write(ends[1], page, 3), ends[0]);
    tell("send to a local socket", send(pair[1], page, 3, 0), pair[0]);
    tell("vmsplice to a pipe", vmsplice(ends[1], &part, 1, 0), ends[0]);
    tell("splice of a file to a pipe",
         splice(file, &at, ends[1], NULL, 3, 0), ends[0]);
    at = 0;
    tell("sendfile to a local socket", sendfile(pair[1], file, &at, 3),
         pair[0]);
    tell_zerocopy();
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
