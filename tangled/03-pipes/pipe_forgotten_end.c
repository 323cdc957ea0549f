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
#include <sys/socket.h>

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

/* Makes FD known as WANTED in a program that is about to be run. */
static int renumber(int fd, int wanted)
{
    int n;
    while ((n = dup2(fd, wanted)) == -1 && errno == EINTR)
        continue;
    return n;
}

static _Noreturn void read_to_end(const int p[2], bool closes,
                                  pid_t parent)
{
    char text[64];
    ssize_t n;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
        fail("prctl");
    if (getppid() != parent)
        _exit(EXIT_FAILURE);
    if (closes)
        close(p[1]);
    do
        n = read_some(p[0], text, sizeof text);
    while (n > 0);
    if (n == -1)
        fail("read");
    _exit(EXIT_SUCCESS);
}

static void watch(bool closes)
{
    int p[2];
    if (pipe2(p, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    const pid_t parent = getpid();
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0)
        read_to_end(p, closes, parent);
    if (write_all(p[1], "hello", 5) == -1)
        err(EXIT_FAILURE, "write");
    close(p[0]);
    close(p[1]);
    printf("reader %jd, write end %s: ", (intmax_t)child,
           closes ? "closed" : "kept");
    if (!closes) {
        puts(asleep(child) ? "sleeps, and holds the last write end"
                           : "not seen asleep");
        if (kill(child, SIGKILL) == -1)
            err(EXIT_FAILURE, "kill");
        wait_for(child);
    } else {
        if (wait_for(child) != 0)
            errx(EXIT_FAILURE, "the reader failed");
        puts("met the end and left");
    }
}

static void leak(int flags)
{
    int p[2], talk[2];
    char byte;
    if (pipe2(p, O_NONBLOCK | flags) == -1)
        err(EXIT_FAILURE, "pipe2");
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, talk) == -1)
        err(EXIT_FAILURE, "socketpair");
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        if (renumber(talk[1], STDIN_FILENO) == -1
            || renumber(talk[1], STDOUT_FILENO) == -1)
            fail("dup2");
        execlp("sh", "sh", "-c", "echo; exec cat", (char *)NULL);
        fail("sh");
    }
    close(talk[1]);
    if (read_some(talk[0], &byte, 1) != 1)
        errx(EXIT_FAILURE, "sh does not answer");
    close(p[1]);
    show(flags ? "read, with O_CLOEXEC" : "read, without O_CLOEXEC",
         read_some(p[0], &byte, 1), flags ? 0 : EAGAIN);
    close(p[0]);
    close(talk[0]);
    if (wait_for(child) != 0)
        errx(EXIT_FAILURE, "cat failed");
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
    watch(false);
    watch(true);
    leak(0);
    leak(O_CLOEXEC);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
