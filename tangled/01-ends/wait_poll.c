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

/* Waits until CHILD has news of KIND, and leaves it uncollected. */
static void await(pid_t child, int kind)
{
    siginfo_t news;
    while (waitid(P_PID, (id_t)child, &news, kind | WNOWAIT) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitid");
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
    siginfo_t nobody;
    if (waitid(P_ALL, 0, &nobody, WEXITED | WNOHANG | WNOWAIT) == 0)
        errx(EXIT_FAILURE, "I was started with a child, and want none");
    setvbuf(stdout, NULL, _IOLBF, 0);
    int gate[2];
    if (pipe2(gate, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    const pid_t parent = getpid();
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        wait_at(gate);
        _exit(parent_sleeps(parent) ? 8 : EXIT_FAILURE);
    }
    if (close(gate[0]) == -1)
        err(EXIT_FAILURE, "close");
    printf("child %jd is alive\n", (intmax_t)child);
    show("waitpid(-1, WNOHANG)", collect(-1, NULL, WNOHANG), 0);
    pid_t sibling = fork();
    if (sibling == -1)
        err(EXIT_FAILURE, "fork");
    if (sibling == 0)
        _exit(close(gate[1]) == -1 ? EXIT_FAILURE : 5);
    await(sibling, WEXITED);
    printf("child %jd is alive, %jd is dead\n",
           (intmax_t)child, (intmax_t)sibling);
    show("waitpid(-1, WNOHANG)", collect(-1, NULL, WNOHANG), 0);
    show("waitpid(-1, WNOHANG)", collect(-1, NULL, WNOHANG), 0);
    int status = 0;
    printf("child %jd is told to leave\n", (intmax_t)child);
    if (close(gate[1]) == -1)
        err(EXIT_FAILURE, "close");
    show("waitpid(-1, 0)", collect(-1, &status, 0), 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 8)
        errx(EXIT_FAILURE, "the child did not find us asleep");
    printf("it found us asleep\n");
    printf("no child is left\n");
    show("waitpid(-1, WNOHANG)", collect(-1, NULL, WNOHANG), ECHILD);
    show("waitpid(-1, WEXITED)", collect(-1, NULL, WEXITED), EINVAL);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
