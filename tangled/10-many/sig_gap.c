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
#include <sys/select.h>

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

/* Waits until CHILD has ended and returns its wait status. */
static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitpid");
    return status;
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


static volatile sig_atomic_t heard;
static int report[2];

static void note(int number)
{
    const int error = errno;
    (void)number;
    heard++;
    while (write(report[1], "!", 1) == -1)
        if (errno != EINTR)
            _exit(EXIT_FAILURE);
    errno = error;
}

/* Returns 0 when the call found a byte, EINTR when it was ended. */
static int sleep_in(int which, int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    struct epoll_event e = { .events = EPOLLIN };
    fd_set set;
    char byte;
    int list, n = -1;
    FD_ZERO(&set);
    FD_SET(fd, &set);
    switch (which) {
    case 0: n = poll(&p, 1, -1); break;
    case 1: n = select(fd + 1, &set, NULL, NULL, NULL); break;
    case 2:
        list = epoll_create1(EPOLL_CLOEXEC);
        if (list == -1 || epoll_ctl(list, EPOLL_CTL_ADD, fd, &e) == -1)
            fail("a list");
        n = epoll_wait(list, &e, 1, -1);
        break;
    default: n = (int)read(fd, &byte, 1);
    }
    if (n == -1 && errno != EINTR)
        fail("a call that sleeps");
    return n == -1 ? EINTR : 0;
}

static void to_sleeper(const char *call, int which)
{
    int p[2];
    char mark;
    pid_t parent = getpid();
    while (heard > 0 && read(report[0], &mark, 1) == 1)
        heard--;
    if (pipe2(p, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
            fail("prctl");
        if (getppid() != parent)
            _exit(EXIT_FAILURE);
        _exit(sleep_in(which, p[0]));
    }
    if (!asleep(child) || kill(child, SIGUSR1) == -1
        || read(report[0], &mark, 1) != 1 || write(p[1], "x", 1) != 1)
        errx(EXIT_FAILURE, "%s: the child does not sleep", call);
    int status = wait_for(child);
    if (status != 0 && WEXITSTATUS(status) != EINTR)
        errx(EXIT_FAILURE, "%s: the child failed", call);
    printf("asleep in %s: %s\n", call,
           status == 0 ? "made again" : "EINTR");
    close(p[0]);
    close(p[1]);
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
    struct sigaction act = { .sa_handler = note, .sa_flags = SA_RESTART };
    sigset_t usr1;
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    if (pipe2(report, O_CLOEXEC) == -1
        || sigaction(SIGUSR1, &act, NULL) == -1)
        err(EXIT_FAILURE, "a handler");
    raise(SIGUSR1);
    show("the signal, then poll for 20 ms", poll(NULL, 0, 20), 0);
    printf("heard: %d\n", (int)heard);
    struct epoll_event event;
    int list = epoll_create1(EPOLL_CLOEXEC);
    if (list == -1 || sigprocmask(SIG_BLOCK, &usr1, NULL) == -1)
        err(EXIT_FAILURE, "a list and a mask");
    raise(SIGUSR1);
    show("blocked, the signal, then ppoll",
         ppoll(NULL, 0, NULL, &no_signals), EINTR);
    printf("heard: %d\n", (int)heard);
    raise(SIGUSR1);
    show("the same with epoll_pwait",
         epoll_pwait(list, &event, 1, -1, &no_signals), EINTR);
    printf("heard: %d\n", (int)heard);
    if (sigprocmask(SIG_UNBLOCK, &usr1, NULL) == -1)
        err(EXIT_FAILURE, "sigprocmask");
    close(list);
    to_sleeper("poll", 0);
    to_sleeper("select", 1);
    to_sleeper("epoll_wait", 2);
    to_sleeper("read", 3);
    close(report[0]);
    close(report[1]);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
