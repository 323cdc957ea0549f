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

static size_t capacity(int fd)
{
    int bytes = fcntl(fd, F_GETPIPE_SZ);
    if (bytes == -1)
        err(EXIT_FAILURE, "fcntl F_GETPIPE_SZ");
    return (size_t)bytes;
}

static void ask(const char *when, int fd, short events)
{
    struct pollfd one = { .fd = fd, .events = events };
    while (poll(&one, 1, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "poll");
    printf("%-36s%s%s%s%s%s\n", when,
           one.revents == 0 ? " -" : "",
           one.revents & POLLIN ? " POLLIN" : "",
           one.revents & POLLOUT ? " POLLOUT" : "",
           one.revents & POLLHUP ? " POLLHUP" : "",
           one.revents & POLLERR ? " POLLERR" : "");
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
    if (pipe2(p, O_CLOEXEC | O_NONBLOCK) == -1)
        err(EXIT_FAILURE, "pipe2");
    const size_t full = capacity(p[1]);
    char *data = calloc(2, full);
    if (data == NULL)
        err(EXIT_FAILURE, "calloc");
    ask("empty: poll the read end", p[0], POLLIN);
    show("empty: read", read_some(p[0], data, full), EAGAIN);
    ask("empty: poll the write end", p[1], POLLOUT);
    show("empty: write twice what fits", write_some(p[1], data, 2 * full),
         0);
    ask("full: poll the read end", p[0], POLLIN);
    ask("full: poll the write end", p[1], POLLOUT);
    show("full: write 1", write_some(p[1], data, 1), EAGAIN);
    show("full: write twice what fits", write_some(p[1], data, 2 * full),
         EAGAIN);
    close(p[1]);
    ask("full, no writer: poll", p[0], POLLIN);
    show("full, no writer: read", read_some(p[0], data, full), 0);
    ask("empty, no writer: poll", p[0], POLLIN);
    show("empty, no writer: read", read_some(p[0], data, full), 0);
    close(p[0]);
    for (int filled = 0; filled < 2; filled++) {
        if (pipe2(p, O_CLOEXEC | O_NONBLOCK) == -1)
            err(EXIT_FAILURE, "pipe2");
        if (filled && write_all(p[1], data, full) == -1)
            err(EXIT_FAILURE, "write");
        close(p[0]);
        ask(filled ? "full, no reader: poll" : "empty, no reader: poll",
            p[1], POLLOUT);
        close(p[1]);
    }
    free(data);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
