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
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>

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


/* Returns the number that FD has, or -1 with errno set. */
static ssize_t number(int fd)
{
    uint64_t n;
    ssize_t got;
    while ((got = read(fd, &n, sizeof n)) == -1 && errno == EINTR)
        ;
    return got == sizeof n ? (ssize_t)n : -1;
}

static bool readable(int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    int n;
    while ((n = poll(&p, 1, 0)) == -1 && errno == EINTR)
        ;
    return n == 1 && (p.revents & POLLIN);
}

enum { MS = 1000000 };

/* In FIRST nanoseconds, or at that time, and then in periods. */
static void set_timer(int fd, int flags, long first, long period)
{
    struct itimerspec when = { .it_value.tv_nsec = first,
                               .it_interval.tv_nsec = period };
    if (timerfd_settime(fd, flags, &when, NULL) == -1)
        err(EXIT_FAILURE, "timerfd_settime");
}

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 * MS + t.tv_nsec;
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
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (timer == -1)
        err(EXIT_FAILURE, "timerfd_create");
    int64_t begin = now();
    set_timer(timer, 0, MS, MS);
    int64_t set = now();
    while (now() < set + 25 * MS)
        ;
    ssize_t ticks = number(timer);
    if (ticks == -1)
        err(EXIT_FAILURE, "the timer");
    int64_t most = (now() - begin) / MS;
    printf("busy for 25 periods: %s\n",
           ticks >= 24 && ticks <= most ? "as many ticks in one read"
                                        : "ticks are missing");
    set_timer(timer, 0, 0, MS);
    show("a period, and no first time", number(timer), EAGAIN);
    set_timer(timer, TFD_TIMER_ABSTIME, 1, 0);
    printf("a time that is over: %s\n",
           readable(timer) ? "readable at once" : "not readable");
    set_timer(timer, 0, 999 * MS, 0);
    show("set again before it was read", number(timer), EAGAIN);
    close(timer);
    uint64_t n = UINT64_MAX - 1;
    int bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (bell == -1 || eventfd_write(bell, 3) == -1
        || eventfd_write(bell, 4) == -1)
        err(EXIT_FAILURE, "eventfd");
    show("3 and 4 were written", number(bell), 0);
    show("again", number(bell), EAGAIN);
    show("4 bytes", write(bell, &n, 4), EINVAL);
    show("the largest number but one", write(bell, &n, sizeof n), 0);
    show("and one more", eventfd_write(bell, 1), EAGAIN);
    close(bell);
    int tickets = eventfd(3, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE);
    for (int i = 0; i < 4; i++)
        show("a semaphore of 3", number(tickets), EAGAIN);
    close(tickets);
    bell = eventfd(0, EFD_CLOEXEC);
    pid_t child = fork();
    if (bell == -1 || child == -1)
        err(EXIT_FAILURE, "a bell and a child");
    if (child == 0)
        _exit(eventfd_write(bell, 5) == -1);
    if (wait_for(child) != 0)
        errx(EXIT_FAILURE, "the child failed");
    show("a child rang", number(bell), 0);
    const pid_t parent = getpid();
    if ((child = fork()) == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
            fail("prctl");
        if (getppid() != parent)
            _exit(EXIT_FAILURE);
        _exit(number(bell) == 1 ? 7 : 1);
    }
    int process = pidfd_open(child, 0);
    if (process == -1)
        err(EXIT_FAILURE, "pidfd_open");
    printf("it runs: %s\n", readable(process) ? "readable" : "quiet");
    show("reading", number(process), EINVAL);
    if (eventfd_write(bell, 1) == -1)
        err(EXIT_FAILURE, "the bell");
    struct pollfd p = { .fd = process, .events = POLLIN };
    while (poll(&p, 1, -1) == -1 && errno == EINTR)
        ;
    printf("it has ended: %s\n", readable(process) ? "readable" : "quiet");
    show("signal 0", pidfd_send_signal(process, 0, NULL, 0), 0);
    siginfo_t how = { .si_pid = 0 };
    while (waitid(P_PIDFD, (id_t)process, &how, WEXITED) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitid");
    printf("collected: status %d\n", how.si_status);
    show("signal 0", pidfd_send_signal(process, 0, NULL, 0), ESRCH);
    close(process);
    close(bell);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
