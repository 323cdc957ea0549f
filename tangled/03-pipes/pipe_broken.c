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

/* Like write(2), but a signal does not end it with EINTR. */
static ssize_t write_some(int fd, const void *buffer, size_t length)
{
    ssize_t n;
    do
        n = write(fd, buffer, length);
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

/* For children: prints what failed, and why, and ends by _exit. */
static _Noreturn void fail(const char *what)
{
    warn("%s", what);
    _exit(EXIT_FAILURE);
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

static volatile sig_atomic_t signals;

static void note(int signal_number)
{
    (void)signal_number;
    signals++;
}

static void on_sigpipe(void (*action)(int))
{
    if (signal(SIGPIPE, action) == SIG_ERR)
        err(EXIT_FAILURE, "signal");
}

static _Noreturn void write_on(int fd)
{
    const size_t length = 2 * capacity(fd);
    char *data = calloc(1, length);
    if (data == NULL)
        fail("calloc");
    on_sigpipe(note);
    printf("write %zu, reader leaves in between\n", length);
    show("  the write that slept", write_some(fd, data, length), 0);
    printf("  signals by then: %d\n", (int)signals);
    show("  the next write", write_some(fd, data, 1), EPIPE);
    _exit(ferror(stdout) ? EXIT_FAILURE : EXIT_SUCCESS);
}


int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    int p[2];
    if (pipe2(p, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    int second = fcntl(p[0], F_DUPFD_CLOEXEC, 0);
    if (second == -1)
        err(EXIT_FAILURE, "fcntl");
    close(p[0]);
    show("write, one of two readers left", write_some(p[1], "x", 1), 0);
    close(second);
    on_sigpipe(SIG_DFL);
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0)
        _exit(write_some(p[1], "x", 1) == -1 ? EXIT_FAILURE : EXIT_SUCCESS);
    int status = wait_for(child);
    if (WIFSIGNALED(status))
        printf("no reader left: killed by SIG%s\n",
               sigabbrev_np(WTERMSIG(status)));
    else
        printf("no reader left: status %d\n", WEXITSTATUS(status));
    on_sigpipe(SIG_IGN);
    show("write, SIGPIPE ignored", write_some(p[1], "x", 1), EPIPE);
    show("write nothing, SIGPIPE ignored", write_some(p[1], "x", 0), 0);
    close(p[1]);
    int q[2];
    if (pipe2(q, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        close(q[0]);
        write_on(q[1]);
    }
    close(q[1]);
    bool slept = asleep(child);
    close(q[0]);
    if (wait_for(child) != 0 || !slept)
        errx(EXIT_FAILURE, "the writer failed, or did not sleep");
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
