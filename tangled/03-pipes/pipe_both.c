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

struct text { char *bytes; size_t length; };

/* Reads once from FD to the end of TEXT; returns what read(2) did. */
static ssize_t add(struct text *text, int fd)
{
    const size_t room = 1 << 16;
    char *bytes = realloc(text->bytes, text->length + room);
    if (bytes == NULL)
        err(EXIT_FAILURE, "realloc");
    text->bytes = bytes;
    ssize_t n = read_some(fd, bytes + text->length, room);
    if (n > 0)
        text->length += (size_t)n;
    return n;
}

/* Runs WORDS. It reads what is written to *IN; what it prints can be
   read from *OUT. */
static pid_t start(char **words, int *in, int *out)
{
    int to[2], from[2];
    if (pipe2(to, O_CLOEXEC) == -1 || pipe2(from, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        if (renumber(to[0], STDIN_FILENO) == -1
            || renumber(from[1], STDOUT_FILENO) == -1)
            fail("dup2");
        run(words);
    }
    close(to[0]);
    close(from[1]);
    *in = to[1];
    *out = from[0];
    return child;
}

/* Writes QUESTION to IN while it reads ANSWER from OUT; closes IN. */
static void converse(const struct text *question, int in,
                     struct text *answer, int out)
{
    size_t sent = 0;
    struct pollfd both[] = {
        { .fd = in, .events = POLLOUT }, { .fd = out, .events = POLLIN }
    };
    while (both[0].fd != -1 || both[1].fd != -1) {
        if (poll(both, 2, -1) == -1) {
            if (errno != EINTR)
                err(EXIT_FAILURE, "poll");
            continue;
        }
        if (both[0].revents != 0) {
            ssize_t n = write_some(in, question->bytes + sent,
                                   question->length - sent);
            if (n == -1 && errno != EAGAIN && errno != EPIPE)
                err(EXIT_FAILURE, "write");
            if (n > 0)
                sent += (size_t)n;
            if (sent == question->length || (n == -1 && errno == EPIPE)) {
                close(in);
                both[0].fd = -1;
            }
        }
        if (both[1].revents != 0) {
            ssize_t n = add(answer, out);
            if (n == -1)
                err(EXIT_FAILURE, "read");
            if (n == 0)
                both[1].fd = -1;
        }
    }
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
    if (argc < 2)
        errx(2, "usage: PROGRAM COMMAND... < QUESTION");
    struct text question = { 0 }, answer = { 0 };
    ssize_t n;
    while ((n = add(&question, STDIN_FILENO)) != 0)
        if (n == -1)
            err(EXIT_FAILURE, "standard input");
    int in, out;
    pid_t child = start(argv + 1, &in, &out);
    int flags = fcntl(in, F_GETFL);
    if (flags == -1 || fcntl(in, F_SETFL, flags | O_NONBLOCK) == -1)
        err(EXIT_FAILURE, "fcntl");
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        err(EXIT_FAILURE, "signal");
    converse(&question, in, &answer, out);
    if (signal(SIGPIPE, SIG_DFL) == SIG_ERR)
        err(EXIT_FAILURE, "signal");
    close(out);
    int code = tell(argv[1], wait_for(child));
    if (hand_on(STDOUT_FILENO, answer.bytes, answer.length) == -1)
        err(EXIT_FAILURE, "standard output");
    free(question.bytes);
    free(answer.bytes);
    return code;
}
