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

/* Makes FD known as WANTED in a program that is about to be run. */
static int renumber(int fd, int wanted)
{
    int n;
    while ((n = dup2(fd, wanted)) == -1 && errno == EINTR)
        continue;
    return n;
}

/* Becomes the program that WORDS name; if it cannot, ends with 127
   or 126. */
static _Noreturn void run(char **words)
{
    execvp(words[0], words);
    int code = errno == ENOENT ? 127 : 126;
    warn("%s", words[0]);
    _exit(code);
}

/* Returns 0 when all LENGTH bytes are written, or -1 with errno set. */
static int hand_on(int fd, const char *data, size_t length)
{
    struct pollfd room = { .fd = fd, .events = POLLOUT };
    while (length > 0) {
        ssize_t n = write_some(fd, data, length);
        if (n == -1 && errno == EAGAIN)
            n = poll(&room, 1, -1) == -1 && errno != EINTR ? -1 : 0;
        if (n == -1)
            return -1;
        data += n;
        length -= (size_t)n;
    }
    return 0;
}

/* Says how NAME ended; returns what a shell would call its status. */
static int tell(const char *name, int status)
{
    struct pollfd room = { .fd = STDERR_FILENO, .events = POLLOUT };
    poll(&room, 1, -1);
    if (WIFEXITED(status)) {
        warnx("%s left with status %d", name, WEXITSTATUS(status));
        return WEXITSTATUS(status);
    }
    int number = WTERMSIG(status);
    const char *word = sigabbrev_np(number);
    if (word != NULL)
        warnx("%s was killed by SIG%s", name, word);
    else
        warnx("%s was killed by signal %d", name, number);
    return 128 + number;
}


int main(int argc, char *argv[])
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
        run(command);
    }
    close(p[1]);
    char text[1 << 16];
    bool copied = true;
    ssize_t n;
    while (copied && (n = read_some(p[0], text, sizeof text)) != 0)
        if (n == -1 || hand_on(STDOUT_FILENO, text, (size_t)n) == -1) {
            warn(n == -1 ? "read" : "standard output");
            copied = false;
        }
    close(p[0]);
    int code = tell(command[0], wait_for(child));
    return copied ? code : EXIT_FAILURE;
}
