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


int main(int argc, char *argv[])
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    int p[2];
    if (pipe2(p, O_CLOEXEC | O_NONBLOCK) == -1)
        err(EXIT_FAILURE, "pipe2");
    if (argc > 1) {
        char *end;
        errno = 0;
        long bytes = strtol(argv[1], &end, 10);
        if (argc > 2 || end == argv[1] || *end != '\0' || errno != 0
            || bytes < 1 || bytes > INT_MAX)
            errx(2, "usage: pipe_capacity [BYTES]");
        if (fcntl(p[1], F_SETPIPE_SZ, (int)bytes) == -1)
            err(EXIT_FAILURE, "F_SETPIPE_SZ %ld", bytes);
    }
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    printf("%7zu bytes, says the kernel\n", capacity(p[1]));
    printf("%7zu bytes go in\n", fill(p[1], page) * page);
    long atomic = fpathconf(p[1], _PC_PIPE_BUF);
    if (atomic == -1)
        err(EXIT_FAILURE, "fpathconf");
    printf("%7ld bytes are PIPE_BUF\n", atomic);
    show("shrink it to one page",
         fcntl(p[1], F_SETPIPE_SZ, (int)page), EBUSY);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
