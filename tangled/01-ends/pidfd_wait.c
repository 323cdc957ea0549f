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
#include <sys/pidfd.h>
#include <sys/prctl.h>

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

/* Returns the letter for the state of PID, a dash if it is gone. */
static char letter_of(pid_t pid)
{
    int state = state_of(pid);
    if (state == -1)
        err(EXIT_FAILURE, "/proc");
    return state == 0 ? '-' : (char)state;
}
/* For children: prints what failed, and why, and ends by _exit. */
static _Noreturn void fail(const char *what)
{
    warn("%s", what);
    _exit(EXIT_FAILURE);
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

/* For children: returns when the parent opens GATE or is gone. */
static void wait_at(const int gate[2])
{
    char byte;
    if (close(gate[1]) == -1)
        fail("close");
    if (read_some(gate[0], &byte, 1) == -1)
        fail("read");
    if (close(gate[0]) == -1)
        fail("close");
}
/* Makes GATE and forks a child that leaves when it opens. */
static pid_t child_at(int gate[2])
{
    if (pipe2(gate, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    const pid_t parent = getpid();
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
            fail("prctl");
        if (getppid() != parent)
            _exit(EXIT_FAILURE);
        wait_at(gate);
        _exit(EXIT_SUCCESS);
    }
    if (close(gate[0]) == -1)
        err(EXIT_FAILURE, "close");
    return child;
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

static void show_state(pid_t process)
{
    printf("%-36s = %c\n", "state", letter_of(process));
}

/* Like poll(2) for one descriptor, but a signal does not end it. */
static int poll_one(int fd, int milliseconds)
{
    struct pollfd one = { .fd = fd, .events = POLLIN };
    int ready;
    do
        ready = poll(&one, 1, milliseconds);
    while (ready == -1 && errno == EINTR);
    return ready;
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
    int gate[2];
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (signal(SIGTERM, SIG_DFL) == SIG_ERR)
        err(EXIT_FAILURE, "signal");
    pid_t child = child_at(gate);
    int process = pidfd_open(child, 0);
    if (process == -1)
        err(EXIT_FAILURE, "pidfd_open");
    printf("child %jd is alive\n", (intmax_t)child);
    show("poll, no patience", poll_one(process, 0), 0);
    show("pidfd_send_signal(SIGTERM)",
         pidfd_send_signal(process, SIGTERM, NULL, 0), 0);
    show("poll, patient", poll_one(process, -1), 0);
    siginfo_t news = { .si_pid = 0 };
    show_state(child);
    while (waitid(P_PIDFD, (id_t)process, &news, WEXITED) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitid");
    show("waitid collects", news.si_pid, 0);
    printf("%-36s = %s by SIG%s\n", "it was",
           news.si_code == CLD_KILLED ? "killed" : "other",
           sigabbrev_np(news.si_status));
    show_state(child);
    show("pidfd_send_signal(SIGTERM)",
         pidfd_send_signal(process, SIGTERM, NULL, 0), ESRCH);
    if (close(process) == -1 || close(gate[1]) == -1)
        err(EXIT_FAILURE, "close");
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
