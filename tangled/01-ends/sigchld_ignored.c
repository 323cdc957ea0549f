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

/* For children: is PARENT seen asleep? */
static bool parent_sleeps(pid_t parent)
{
    int seen = seen_asleep(parent);
    if (seen == -1)
        fail("/proc");
    return seen == 1;
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

/* Like write(2), but a signal does not end it with EINTR. */
static ssize_t write_some(int fd, const void *buffer, size_t length)
{
    ssize_t n;
    do
        n = write(fd, buffer, length);
    while (n == -1 && errno == EINTR);
    return n;
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
/* Returns the exit status in STATUS, or gives up if there is none. */
static int exit_status(int status)
{
    if (!WIFEXITED(status))
        errx(EXIT_FAILURE, "a child did not leave by itself");
    return WEXITSTATUS(status);
}

static void wait_under(const char *name, void (*how)(int), int flags)
{
    enum { UNTOUCHED = -12345 };
    int report[2], status = UNTOUCHED;
    struct sigaction action = { .sa_flags = flags };
    action.sa_handler = how;
    if (sigaction(SIGCHLD, &action, NULL) == -1)
        err(EXIT_FAILURE, "sigaction");
    if (pipe2(report, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    const pid_t parent = getpid();
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        const char *word = parent_sleeps(parent) ? "y" : "n";
        if (write_some(report[1], word, 1) != 1)
            fail("write");
        if (close(report[0]) == -1 || close(report[1]) == -1)
            fail("close");
        _exit(3);
    }
    if (close(report[1]) == -1)
        err(EXIT_FAILURE, "close");
    pid_t got = collect(child, &status, 0);
    int error = errno;
    char word = '?';
    if (read_some(report[0], &word, 1) != 1)
        errx(EXIT_FAILURE, "no word from the child");
    if (close(report[0]) == -1)
        err(EXIT_FAILURE, "close");
    printf("%-13s slept: %c, ", name, word);
    if (got == -1)
        printf("waitpid = -1 %s, ", strerrorname_np(error));
    else
        printf("waitpid = %jd, ", (intmax_t)got);
    if (status == UNTOUCHED)
        printf("status untouched\n");
    else
        printf("exit status %d\n", exit_status(status));
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
    wait_under("SIG_DFL", SIG_DFL, 0);
    wait_under("SIG_IGN", SIG_IGN, 0);
    wait_under("SA_NOCLDWAIT", SIG_DFL, SA_NOCLDWAIT);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
