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

/* Writes pieces of SIZE bytes until no more fits into the pipe, which
   must not block; returns how many fitted. */
static size_t fill(int fd, size_t size)
{
    size_t pieces = 0;
    char *piece = calloc(1, size);
    if (piece == NULL)
        err(EXIT_FAILURE, "calloc");
    ssize_t n;
    while ((n = write_some(fd, piece, size)) == (ssize_t)size)
        pieces++;
    if (n != -1)
        errx(EXIT_FAILURE, "%zd of %zu bytes written", n, size);
    if (errno != EAGAIN)
        err(EXIT_FAILURE, "write");
    free(piece);
    return pieces;
}

static void ask(const char *when, int fd, short events)
{
    struct pollfd one = { .fd = fd, .events = events };
    while (poll(&one, 1, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "poll");
    printf("%-34s%s%s%s%s%s\n", when,
           one.revents == 0 ? " -" : "",
           one.revents & POLLIN ? " POLLIN" : "",
           one.revents & POLLOUT ? " POLLOUT" : "",
           one.revents & POLLHUP ? " POLLHUP" : "",
           one.revents & POLLERR ? " POLLERR" : "");
}


int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    int p[2];
    char text[4];
    if (pipe2(p, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    ask("read end: empty", p[0], POLLIN);
    if (write_all(p[1], "data", 4) == -1)
        err(EXIT_FAILURE, "write");
    ask("read end: data", p[0], POLLIN);
    close(p[1]);
    ask("read end: data, no writer", p[0], POLLIN);
    if (read_full(p[0], text, 4) != 4)
        err(EXIT_FAILURE, "read");
    ask("read end: empty, no writer", p[0], POLLIN);
    close(p[0]);
    if (pipe2(p, O_CLOEXEC | O_NONBLOCK) == -1)
        err(EXIT_FAILURE, "pipe2");
    ask("write end: room", p[1], POLLOUT);
    fill(p[1], (size_t)sysconf(_SC_PAGESIZE));
    ask("write end: full", p[1], POLLOUT);
    close(p[0]);
    ask("write end: full, no reader", p[1], POLLOUT);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
