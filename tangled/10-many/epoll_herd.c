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
#include <poll.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>

/* For children: prints what failed, and why, and ends by _exit. */
static _Noreturn void fail(const char *what)
{
    warn("%s", what);
    _exit(EXIT_FAILURE);
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


static int new_list(void)
{
    int list = epoll_create1(EPOLL_CLOEXEC);
    if (list == -1)
        err(EXIT_FAILURE, "epoll_create1");
    return list;
}

/* Does WHAT (add, change, take out) with FD. The tag comes back with
   each event. */
static int control(int list, int what, int fd, uint32_t events,
                   uint64_t tag)
{
    struct epoll_event entry = { .events = events, .data.u64 = tag };
    return epoll_ctl(list, what, fd, &entry);
}

/* Returns a socket that listens without waiting, with its address in
   AT and LENGTH. */
static int new_door(struct sockaddr_un *at, socklen_t *length)
{
    *at = (struct sockaddr_un){ .sun_family = AF_UNIX };
    *length = sizeof *at;
    int door = socket(AF_UNIX,
                      SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (door == -1
        || bind(door, (struct sockaddr *)at, sizeof at->sun_family)
               == -1
        || getsockname(door, (struct sockaddr *)at, length) == -1
        || listen(door, 8) == -1)
        err(EXIT_FAILURE, "a door");
    return door;
}

/* Returns a client's end. */
static int knock(const struct sockaddr_un *at, socklen_t length)
{
    int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s == -1)
        err(EXIT_FAILURE, "socket");
    while (connect(s, (const struct sockaddr *)at, length) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "connect");
    return s;
}


static int door, shared;

static bool in_accept(uint32_t how)
{
    (void)how;
    return accept4(door, NULL, NULL, SOCK_CLOEXEC) != -1;
}

static bool in_poll(uint32_t how)
{
    struct pollfd p = { .fd = door, .events = POLLIN };
    (void)how;
    return poll(&p, 1, -1) == 1;
}

static bool in_one_list(uint32_t how)
{
    struct epoll_event event;
    (void)how;
    return epoll_wait(shared, &event, 1, -1) == 1;
}

static bool in_own_list(uint32_t how)
{
    shared = new_list();
    if (control(shared, EPOLL_CTL_ADD, door, EPOLLIN | how, 0) == -1)
        fail("epoll_ctl");
    return in_one_list(how);
}

static void knock_for(const char *where, bool waits(uint32_t),
                      uint32_t how)
{
    struct sockaddr_un at;
    socklen_t length;
    pid_t child[4], parent = getpid();
    int woken = 0;
    door = new_door(&at, &length);
    shared = new_list();
    if (fcntl(door, F_SETFL, 0) == -1
        || control(shared, EPOLL_CTL_ADD, door, EPOLLIN | EPOLLET, 0)
               == -1)
        err(EXIT_FAILURE, "a door in a list");
    for (int i = 0; i < 4; i++) {
        if ((child[i] = fork()) == -1)
            err(EXIT_FAILURE, "fork");
        if (child[i] == 0) {
            if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
                fail("prctl");
            if (getppid() != parent)
                _exit(EXIT_FAILURE);
            _exit(!waits(how));
        }
    }
    for (int i = 0; i < 4; i++)
        if (!asleep(child[i]))
            errx(EXIT_FAILURE, "a child does not wait");
    int client = knock(&at, length);
    for (int i = 0; i < 4; i++)
        if (asleep(child[i]))
            kill(child[i], SIGKILL);
        else
            woken++;
    while (wait(NULL) != -1 || errno == EINTR)
        ;
    printf("%-30s%d\n", where, woken);
    close(client);
    close(shared);
    close(door);
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
    printf("woken of four, by one client\n");
    knock_for("in accept", in_accept, 0);
    knock_for("in poll", in_poll, 0);
    knock_for("in epoll, a list each", in_own_list, 0);
    knock_for("the same, EPOLLEXCLUSIVE", in_own_list, EPOLLEXCLUSIVE);
    knock_for("one list for all, EPOLLET", in_one_list, EPOLLET);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
