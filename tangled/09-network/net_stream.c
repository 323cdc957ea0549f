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
#include <arpa/inet.h>
#include <netinet/in.h>
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

static int new_socket(int type)
{
    int s = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    if (s == -1)
        err(EXIT_FAILURE, "socket");
    return s;
}

/* 127.0.0.1 with PORT, which is in the order of the net. */
static struct sockaddr_in here(in_port_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = port,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)
    };
}

/* The port of S, in the order of the net. */
static in_port_t port_of(int s)
{
    struct sockaddr_in at;
    socklen_t size = sizeof at;
    if (getsockname(s, (struct sockaddr *)&at, &size) == -1)
        err(EXIT_FAILURE, "getsockname");
    return at.sin_port;
}

static int bind_to(int s, struct sockaddr_in at)
{
    return bind(s, (struct sockaddr *)&at, sizeof at);
}

static int connect_to(int s, struct sockaddr_in to)
{
    int result;
    do
        result = connect(s, (struct sockaddr *)&to, sizeof to);
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

/* Makes *US and *PEER the two ends of a connection. */
static void join(int *us, int *peer)
{
    int door = new_socket(SOCK_STREAM);
    if (bind_to(door, here(0)) == -1 || listen(door, 1) == -1)
        err(EXIT_FAILURE, "127.0.0.1");
    *us = new_socket(SOCK_STREAM);
    if (connect_to(*us, here(port_of(door))) == -1)
        err(EXIT_FAILURE, "connect");
    *peer = accept_one(door);
    close(door);
}

/* Like read(2), but a signal does not end it. */
static ssize_t read_some(int fd, void *buffer, size_t length)
{
    ssize_t n;
    do
        n = read(fd, buffer, length);
    while (n == -1 && errno == EINTR);
    return n;
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

/* Returns the letter for the state of process PID, 0 if it is gone, or
   -1 with errno set, ESRCH when /proc does not know us. */
static int state_of(pid_t pid)
{
    char path[64], line[512] = "";
    if (readlink("/proc/self", line, sizeof line - 1) == -1)
        return -1;
    errno = ESRCH;
    if (strtoimax(line, NULL, 10) != getpid())
        return -1;
    snprintf(path, sizeof path, "/proc/%jd/stat", (intmax_t)pid);
    int file;
    while ((file = open(path, O_RDONLY | O_CLOEXEC)) == -1)
        if (errno != EINTR)
            return errno == ENOENT ? 0 : -1;
    size_t length = 0;
    ssize_t n = 1;
    while (n != 0 && length < sizeof line - 1) {
        n = read(file, line + length, sizeof line - 1 - length);
        if (n == -1 && errno != EINTR)
            break;
        if (n > 0)
            length += (size_t)n;
    }
    const int error = errno;
    close(file);
    errno = error;
    if (n == -1)
        return errno == ESRCH ? 0 : -1;
    line[length] = '\0';
    const char *name_end = strrchr(line, ')');
    return name_end == NULL || name_end[1] == '\0' ? '?' : name_end[2];
}

/* Returns 1 once PID was seen asleep twice in a row, 0 when it has
   ended or was not seen asleep in ten thousand looks, or -1 with errno
   set. */
static int seen_asleep(pid_t pid)
{
    const struct timespec moment = { .tv_nsec = 1000000 };
    int seen = 0;
    for (int look = 0; look < 10000 && seen < 2; look++) {
        int state = state_of(pid);
        if (state == -1)
            return -1;
        if (state == 0 || state == 'Z')
            return 0;
        seen = state == 'S' ? seen + 1 : 0;
        nanosleep(&moment, NULL);
    }
    return seen == 2;
}

/* For parents: is PID seen asleep? Gives up when that is not told. */
static bool asleep(pid_t pid)
{
    int seen = seen_asleep(pid);
    if (seen == -1)
        err(EXIT_FAILURE, "/proc");
    return seen == 1;
}

/* Sends all LENGTH bytes. Returns 0, or -1 with errno set. */
static int send_all(int s, const void *buffer, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t n = send(s, (const char *)buffer + done, length - done,
                         MSG_NOSIGNAL);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return -1;
        done += (size_t)n;
    }
    return 0;
}

/* Begins as { .fd = FD }. */
struct line_reader {
    int fd;
    size_t from, to;            /* what is there and was not taken */
    char bytes[4096];
};

/* Points *LINE to the next line, with a null byte in place of its end.
   Returns its length with the end, 0 when there is none, or -1 with
   errno set: EMSGSIZE when it is too long, EBADMSG when it is cut. */
static ssize_t read_line(struct line_reader *r, char **line)
{
    for (;;) {
        char *begin = r->bytes + r->from;
        char *end = memchr(begin, '\n', r->to - r->from);
        if (end != NULL) {
            *end = '\0';
            *line = begin;
            r->from += (size_t)(end - begin) + 1;
            return end - begin + 1;
        }
        r->to -= r->from;
        memmove(r->bytes, begin, r->to);
        r->from = 0;
        errno = EMSGSIZE;
        if (r->to == sizeof r->bytes)
            return -1;
        ssize_t n = read_some(r->fd, r->bytes + r->to,
                              sizeof r->bytes - r->to);
        if (n == 0)
            errno = EBADMSG;
        if (n <= 0)
            return n == 0 && r->to == 0 ? 0 : -1;
        r->to += (size_t)n;
    }
}


static void await_bytes(int s, size_t wanted)
{
    char room[16];
    ssize_t n;
    do
        n = recv(s, room, wanted, MSG_PEEK | MSG_WAITALL);
    while (n == -1 && errno == EINTR);
    if (n != (ssize_t)wanted)
        err(EXIT_FAILURE, "recv");
}

static void nothing(int number)
{
    (void)number;
}

static int do_nothing_at(int number)
{
    struct sigaction how = { .sa_handler = nothing,
                             .sa_flags = SA_RESTART };
    return sigaction(number, &how, NULL);
}

int main(void)
{
    int us, peer;
    char room[16];
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
    join(&us, &peer);
    show("send 3", send(peer, "abc", 3, 0), 0);
    show("send 4", send(peer, "defg", 4, 0), 0);
    await_bytes(us, 7);
    show("recv, room for 16", recv(us, room, sizeof room, 0), 0);
    close(us);
    close(peer);
    enum { BIG = 8 << 20 };
    char *big = calloc(1, BIG);
    if (big == NULL)
        err(EXIT_FAILURE, "calloc");
    for (int signaled = 0; signaled < 2; signaled++) {
        join(&us, &peer);
        pid_t child = fork();
        if (child == -1)
            err(EXIT_FAILURE, "fork");
        if (child == 0) {
            close(us);
            const bool all_sent = do_nothing_at(SIGUSR1) == 0
                && send(peer, big, BIG, MSG_NOSIGNAL) == BIG;
            close(peer);
            _exit(!all_sent);
        }
        close(peer);
        ssize_t n, all = 0, calls = 0;
        if (signaled && (!asleep(child) || kill(child, SIGUSR1) == -1))
            errx(EXIT_FAILURE, "the child does not wait");
        if (signaled)
            show("a signal, the send took all", wait_for(child) == 0, 0);
        while ((n = read_some(us, big, BIG)) > 0) {
            calls++;
            all += n;
        }
        if (n == -1)
            err(EXIT_FAILURE, "read");
        if (!signaled) {
            show("all of 8 MiB came", all == BIG, 0);
            show("by more than one recv", calls > 1, 0);
            show("the send took all", wait_for(child) == 0, 0);
        }
        close(us);
    }
    free(big);
    join(&us, &peer);
    if (send_all(peer, "abcdef", 6) == -1)
        err(EXIT_FAILURE, "send");
    await_bytes(us, 6);
    show("MSG_WAITALL for 3", recv(us, room, 3, MSG_WAITALL), 0);
    show("for 10, and MSG_DONTWAIT",
         recv(us, room, 10, MSG_WAITALL | MSG_DONTWAIT), 0);
    if (send_all(peer, "abc", 3) == -1 || shutdown(peer, SHUT_WR) == -1)
        err(EXIT_FAILURE, "send");
    show("for 10, 3 come and the end",
         recv(us, room, 10, MSG_WAITALL), 0);
    close(us);
    close(peer);
    struct line_reader from = { .fd = -1 };
    char *line;
    ssize_t length;
    const char *parts[] = { "one\ntwo\nthr", "ee", "\n" };
    join(&us, &peer);
    from.fd = us;
    for (int i = 0; i < 3; i++)
        if (send_all(peer, parts[i], strlen(parts[i])) == -1)
            err(EXIT_FAILURE, "send");
    close(peer);
    while ((length = read_line(&from, &line)) > 0)
        printf("a line of %zd bytes: %s\n", length, line);
    if (length == -1)
        err(EXIT_FAILURE, "read");
    close(us);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
