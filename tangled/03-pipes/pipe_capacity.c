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

static int wanted;

static void make_pipe(int p[2], int flags)
{
    if (pipe2(p, O_CLOEXEC | O_NONBLOCK | flags) == -1)
        err(EXIT_FAILURE, "pipe2");
    if (wanted != 0 && fcntl(p[1], F_SETPIPE_SZ, wanted) == -1)
        err(EXIT_FAILURE, "F_SETPIPE_SZ %d", wanted);
}

static void count(const char *what, size_t size, int flags)
{
    int p[2];
    make_pipe(p, flags);
    size_t pieces = fill(p[1], size);
    printf("%-6s of %4zu bytes: %4zu fit, %5zu bytes in all\n",
           what, size, pieces, pieces * size);
    close(p[0]);
    close(p[1]);
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
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc > 1) {
        char *end;
        errno = 0;
        long bytes = strtol(argv[1], &end, 10);
        if (argc > 2 || end == argv[1] || *end != '\0' || errno != 0
            || bytes < 1 || bytes > INT_MAX)
            errx(2, "usage: pipe_capacity [BYTES]");
        wanted = (int)bytes;
    }
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    int p[2];
    make_pipe(p, 0);
    printf("%7zu bytes, says the kernel\n", capacity(p[1]));
    long atomic = fpathconf(p[1], _PC_PIPE_BUF);
    if (atomic == -1)
        err(EXIT_FAILURE, "fpathconf");
    printf("%7ld bytes are PIPE_BUF\n", atomic);
    close(p[0]);
    close(p[1]);
    count("write", 64, 0);
    count("write", page, 0);
    count("write", page / 2 + 1, 0);
    count("packet", 64, O_DIRECT);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
