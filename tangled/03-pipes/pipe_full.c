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

/* Returns the number of bytes read, less than LENGTH only at end of
   file, or -1 with errno set. */
static ssize_t read_full(int fd, void *buffer, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t n = read(fd, (char *)buffer + done, length - done);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return -1;
        if (n == 0)
            break;
        done += (size_t)n;
    }
    return (ssize_t)done;
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

static void ignore(int signal_number)
{
    (void)signal_number;
}

static void watch(size_t before, size_t length, bool interrupt)
{
    int p[2];
    if (pipe2(p, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    char *data = calloc(1, before + length);
    if (data == NULL)
        err(EXIT_FAILURE, "calloc");
    if (write_all(p[1], data, before) == -1)
        err(EXIT_FAILURE, "write");
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        close(p[0]);
        ssize_t n = write_some(p[1], data, length);
        if (n == -1)
            fail("write");
        printf("writer %jd: write = %zd\n", (intmax_t)getpid(), n);
        _exit(ferror(stdout) ? EXIT_FAILURE : EXIT_SUCCESS);
    }
    close(p[1]);
    if (!asleep(child))
        errx(EXIT_FAILURE, "the writer was not seen asleep");
    printf("writer %jd: asleep after %zu of %zu bytes\n", (intmax_t)child,
           (size_t)waiting(p[0]) - before, length);
    if (interrupt && kill(child, SIGUSR1) == -1)
        err(EXIT_FAILURE, "kill");
    if (!interrupt && read_full(p[0], data, before + length) == -1)
        err(EXIT_FAILURE, "read");
    if (wait_for(child) != 0)
        errx(EXIT_FAILURE, "the writer failed");
    close(p[0]);
    free(data);
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
    int p[2];
    if (pipe2(p, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    const size_t full = capacity(p[1]);
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    close(p[0]);
    close(p[1]);
    const struct sigaction action = {
        .sa_handler = ignore, .sa_flags = SA_RESTART,
    };
    if (sigaction(SIGUSR1, &action, NULL) == -1)
        err(EXIT_FAILURE, "sigaction");
    watch(0, full + page, false);
    watch(0, full + page, true);
    watch(full - 100, 200, false);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
