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
    char *data = malloc(page);
    if (data == NULL)
        err(EXIT_FAILURE, "malloc");
    int p[2];
    make_pipe(p, 0);
    printf("%7zu bytes, says the kernel\n", capacity(p[1]));
    long atomic = fpathconf(p[1], _PC_PIPE_BUF);
    if (atomic == -1)
        err(EXIT_FAILURE, "fpathconf");
    printf("%7ld bytes are PIPE_BUF\n", atomic);
    const size_t slots = capacity(p[1]) / page;
    printf("%zu slots: ", slots);
    for (size_t i = 0; i < slots + slots / 4; i++) {
        if (i >= slots && read_full(p[0], data, page) != (ssize_t)page)
            err(EXIT_FAILURE, "read");
        int letter = i < slots ? 'a' + (int)(i % 26)
                               : 'A' + (int)((i - slots) % 26);
        memset(data, letter, page);
        if (write_all(p[1], data, page) == -1)
            err(EXIT_FAILURE, "write");
    }
    for (size_t i = 0; i < slots; i++) {
        if (read_full(p[0], data, page) != (ssize_t)page)
            err(EXIT_FAILURE, "read");
        putchar(data[0]);
    }
    putchar('\n');
    count("write", 64, 0);
    count("write", page, 0);
    count("write", page / 2 + 1, 0);
    count("packet", 64, O_DIRECT);
    fill(p[1], page);
    if (read_full(p[0], data, page - 1) != (ssize_t)page - 1)
        err(EXIT_FAILURE, "read");
    show("page read but for one byte, write 1", write_some(p[1], "x", 1),
         EAGAIN);
    if (read_full(p[0], data, 1) != 1)
        err(EXIT_FAILURE, "read");
    show("the last byte read too, write 1", write_some(p[1], "x", 1), 0);
    show("shrink it to one page",
         fcntl(p[1], F_SETPIPE_SZ, (int)page), EBUSY);
    close(p[0]);
    close(p[1]);
    free(data);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
