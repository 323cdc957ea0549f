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

static int shell_status(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status)
                             : 128 + WTERMSIG(status);
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


int main(int argc, char *argv[])
{
    if (argc < 2)
        errx(2, "usage: last_words COMMAND...");
    int p[2];
    if (pipe2(p, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        if (renumber(p[1], STDOUT_FILENO) == -1)
            fail("dup2");
        run(argv + 1);
    }
    close(p[1]);
    struct pollfd from = { .fd = p[0], .events = POLLIN };
    char text[4096];
    while (poll(&from, 1, 50) > 0) {
        ssize_t n = read_some(p[0], text, sizeof text);
        if (n == -1)
            err(EXIT_FAILURE, "read");
        if (write_all(STDOUT_FILENO, text, (size_t)n) == -1)
            err(EXIT_FAILURE, "standard output");
        if (n == 0)
            break;
    }
    return shell_status(wait_for(child));
}
