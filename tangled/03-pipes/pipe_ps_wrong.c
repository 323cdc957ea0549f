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
#include <sys/ioctl.h>

/* Like read(2), but a signal does not end it. */
static ssize_t read_some(int fd, void *buffer, size_t length)
{
    ssize_t n;
    do
        n = read(fd, buffer, length);
    while (n == -1 && errno == EINTR);
    return n;
}

/* Returns 0 when all LENGTH bytes are written, or -1 with errno set. */
static int write_all(int fd, const void *buffer, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t n = write(fd, (const char *)buffer + done,
                          length - done);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return -1;
        done += (size_t)n;
    }
    return 0;
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

/* For children: prints what failed, and why, and ends by _exit. */
static _Noreturn void fail(const char *what)
{
    warn("%s", what);
    _exit(EXIT_FAILURE);
}

/* Returns the letter for the state of process PID, 0 if it is gone. */
static char state_of(pid_t pid)
{
    char path[64], line[512] = "";
    snprintf(path, sizeof path, "/proc/%jd/stat", (intmax_t)pid);
    int file;
    while ((file = open(path, O_RDONLY | O_CLOEXEC)) == -1)
        if (errno == ENOENT)
            return 0;
        else if (errno != EINTR)
            err(EXIT_FAILURE, "%s", path);
    size_t length = 0;
    ssize_t n = 1;
    while (n != 0 && length < sizeof line - 1) {
        n = read(file, line + length, sizeof line - 1 - length);
        if (n == -1 && errno == ESRCH)
            break;
        if (n == -1 && errno != EINTR)
            err(EXIT_FAILURE, "%s", path);
        if (n > 0)
            length += (size_t)n;
    }
    close(file);
    if (length == 0)
        return 0;
    const char *name_end = strrchr(line, ')');
    return name_end == NULL || name_end[1] == '\0' ? '?' : name_end[2];
}

/* Returns true once PID was seen asleep twice in a row, false when it
   has ended or was not seen asleep within ten seconds. */
static bool asleep(pid_t pid)
{
    const struct timespec moment = { .tv_nsec = 1000000 };
    int seen = 0;
    for (int look = 0; look < 10000 && seen < 2; look++) {
        char state = state_of(pid);
        if (state == 0 || state == 'Z')
            return false;
        seen = state == 'S' ? seen + 1 : 0;
        nanosleep(&moment, NULL);
    }
    return seen == 2;
}

static size_t capacity(int fd)
{
    int bytes = fcntl(fd, F_GETPIPE_SZ);
    if (bytes == -1)
        err(EXIT_FAILURE, "fcntl F_GETPIPE_SZ");
    return (size_t)bytes;
}

static int waiting(int fd)
{
    int bytes;
    if (ioctl(fd, FIONREAD, &bytes) == -1)
        err(EXIT_FAILURE, "ioctl FIONREAD");
    return bytes;
}

/* Makes FD known as WANTED in a program that is about to be run. */
static int renumber(int fd, int wanted)
{
    if (fd == wanted)
        return fcntl(fd, F_SETFD, 0);
    int n;
    while ((n = dup2(fd, wanted)) == -1 && errno == EINTR)
        continue;
    return n;
}

/* Says how NAME ended; returns what a shell would call its status. */
static int tell(const char *name, int status)
{
    if (WIFSIGNALED(status)) {
        warnx("%s was killed by SIG%s", name,
              sigabbrev_np(WTERMSIG(status)));
        return 128 + WTERMSIG(status);
    }
    warnx("%s left with status %d", name, WEXITSTATUS(status));
    return WEXITSTATUS(status);
}


int main(int argc, char *argv[])
{
    char *ps[] = { "ps", "aux", NULL };
    char **command = argc > 1 ? argv + 1 : ps;
    int p[2];
    if (pipe2(p, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        if (renumber(p[1], STDOUT_FILENO) == -1)
            fail("dup2");
        execvp(command[0], command);
        warn("%s", command[0]);
        _exit(127);
    }
    close(p[1]);
    int status;
    pid_t ended;
    while ((ended = waitpid(child, &status, WNOHANG)) != child) {
        if (ended == -1 && errno != EINTR)
            err(EXIT_FAILURE, "waitpid");
        if (ended != 0 || !asleep(child))
            continue;
        size_t unread = (size_t)waiting(p[0]);
        if (unread + PIPE_BUF > capacity(p[0])) {
            if (kill(child, SIGKILL) == -1)
                err(EXIT_FAILURE, "kill");
            wait_for(child);
            errx(EXIT_FAILURE, "%zu bytes unread, %s asleep, and we wait"
                 " for %s", unread, command[0], command[0]);
        }
    }
    char text[1 << 16];
    bool copied = true;
    ssize_t n;
    while (copied && (n = read_some(p[0], text, sizeof text)) != 0)
        if (n == -1 || write_all(STDOUT_FILENO, text, (size_t)n) == -1) {
            warn(n == -1 ? "read" : "standard output");
            copied = false;
        }
    close(p[0]);
    int code = tell(command[0], status);
    return copied ? code : EXIT_FAILURE;
}
