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

/* Like waitpid(2), but a signal does not end it. */
static pid_t collect(pid_t which, int *status, int options)
{
    pid_t got;
    do
        got = waitpid(which, status, options);
    while (got == -1 && errno == EINTR);
    return got;
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
/* Forks a child that leaves with STATUS. */
static pid_t child_leaving(int status)
{
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0)
        _exit(status);
    return child;
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

static const char *name_of(int number)
{
    const char *name = sigabbrev_np(number);
    return name == NULL ? "RT" : name;
}

static void report(const char *what, int status)
{
    printf("%-22s 0x%04x  ", what, (unsigned)status);
    if (WIFEXITED(status))
        printf("exited, status %d\n", WEXITSTATUS(status));
    else if (WIFSIGNALED(status))
        printf("killed by SIG%s, %s\n",
               name_of(WTERMSIG(status)),
               WCOREDUMP(status) ? "core dumped" : "no core");
    else if (WIFSTOPPED(status))
        printf("stopped by SIG%s\n", name_of(WSTOPSIG(status)));
    else if (WIFCONTINUED(status))
        printf("continued\n");
}

static void report_end(const char *what, int last_word, int number)
{
    int status;
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        if (prctl(PR_SET_DUMPABLE, 0) == -1)
            fail("prctl");
        if (number != 0)
            raise(number);
        _exit(last_word);
    }
    if (collect(child, &status, 0) == -1)
        err(EXIT_FAILURE, "waitpid");
    report(what, status);
}

static void report_life(void)
{
    int gate[2], status;
    pid_t child = child_at(gate);
    if (!asleep(child))
        errx(EXIT_FAILURE, "the child does not wait at the gate");
    if (kill(child, SIGSTOP) == -1)
        err(EXIT_FAILURE, "kill");
    if (collect(child, &status, WUNTRACED) == -1)
        err(EXIT_FAILURE, "waitpid");
    report("receive SIGSTOP", status);
    if (kill(child, SIGCONT) == -1)
        err(EXIT_FAILURE, "kill");
    if (collect(child, &status, WCONTINUED) == -1)
        err(EXIT_FAILURE, "waitpid");
    report("receive SIGCONT", status);
    siginfo_t news = { .si_pid = 0 };
    int result;
    do
        result = waitid(P_PID, (id_t)child, &news, WEXITED | WNOHANG);
    while (result == -1 && errno == EINTR);
    printf("%-22s %-6d  waitid: si_pid %jd\n", "still live",
           result, (intmax_t)news.si_pid);
    if (close(gate[1]) == -1)
        err(EXIT_FAILURE, "close");
    if (collect(child, &status, 0) == -1)
        err(EXIT_FAILURE, "waitpid");
    if (status != 0)
        errx(EXIT_FAILURE, "the child at the gate failed");
    report("leave at the gate", status);
}

static void report_number(void)
{
    siginfo_t news = { .si_pid = 0 };
    pid_t child = child_leaving(0x1234);
    while (waitid(P_PID, (id_t)child, &news, WEXITED) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitid");
    printf("%-22s 0x%-4x  waitid: %s\n", "_exit(0x1234)",
           (unsigned)news.si_status,
           news.si_code == CLD_EXITED ? "CLD_EXITED" : "other");
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
    if (signal(SIGQUIT, SIG_DFL) == SIG_ERR)
        err(EXIT_FAILURE, "signal");
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("%-22s %-6s  %s\n", "the child did", "word", "which says");
    report_end("_exit(3)", 3, 0);
    report_end("_exit(261)", 261, 0);
    report_end("_exit(-1)", -1, 0);
    report_end("raise(SIGKILL)", 0, SIGKILL);
    report_end("raise(SIGQUIT)", 0, SIGQUIT);
    report_life();
    report_number();
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
