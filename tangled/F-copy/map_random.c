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
#include <setjmp.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { ROUNDS = 5 };

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


/* Makes a file of SIZE bytes, each of them BYTE, in the current
   directory, and removes its name. Ignores SIGXFSZ. */
static int scratch_file(size_t size, char byte)
{
    signal(SIGXFSZ, SIG_IGN);
    char name[] = "map_XXXXXX";
    int fd = mkostemp(name, O_CLOEXEC);
    if (fd == -1 || unlink(name) == -1)
        err(EXIT_FAILURE, "%s", name);
    char *bytes = malloc(size + 1);
    if (bytes == NULL)
        err(EXIT_FAILURE, "malloc");
    memset(bytes, byte, size);
    if (write_all(fd, bytes, size) == -1)
        err(EXIT_FAILURE, "write");
    free(bytes);
    return fd;
}
/* Like mmap(2), but a failure ends the program. */
static char *map_or_die(void *where, size_t length, int protection,
                        int flags, int fd, off_t offset)
{
    void *map = mmap(where, length, protection, flags, fd, offset);
    if (map == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    return map;
}
static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}
static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values)
{
    qsort(values, ROUNDS, sizeof *values, compare);
    return values[ROUNDS / 2];
}
static size_t choose(uint64_t *state, size_t rows)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(*state >> 33) % rows;
}
static uint64_t look_by_pread(int fd, size_t rows, long looks)
{
    uint64_t sum = 0, state = 1, row;
    for (long i = 0; i < looks; i++) {
        size_t at = choose(&state, rows) * sizeof row;
        if (pread(fd, &row, sizeof row, (off_t)at) != sizeof row)
            err(EXIT_FAILURE, "pread");
        sum += row;
    }
    return sum;
}
static uint64_t look_through_mapping(int fd, size_t rows, long looks)
{
    const size_t size = rows * sizeof(uint64_t);
    const uint64_t *table = (void *)map_or_die(
        NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    uint64_t sum = 0, state = 1;
    for (long i = 0; i < looks; i++)
        sum += table[choose(&state, rows)];
    munmap((void *)(uintptr_t)table, size);
    return sum;
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
    char *end = NULL;
    long looks = argc == 2 ? strtol(argv[1], &end, 10) : 0;
    if (looks < 1 || looks > 100000000 || *end != '\0')
        errx(2, "usage: map_random LOOKS (1 to 100000000)");
    const size_t rows = 1 << 20, size = rows * sizeof(uint64_t);
    int fd = scratch_file(size, 0);
    uint64_t *table = (void *)map_or_die(NULL, size,
                                         PROT_READ | PROT_WRITE,
                                         MAP_SHARED, fd, 0);
    for (size_t row = 0; row < rows; row++)
        table[row] = row;
    munmap(table, size);
    double by_call[ROUNDS], by_load[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        double start = now_ms();
        uint64_t sum = look_by_pread(fd, rows, looks);
        by_call[round] = now_ms() - start;
        start = now_ms();
        if (look_through_mapping(fd, rows, looks) != sum)
            errx(EXIT_FAILURE, "the two have seen different rows");
        by_load[round] = now_ms() - start;
    }
    printf("%ld looks at %zu rows, median of %d rounds\n", looks, rows,
           ROUNDS);
    printf("pread    %6ld calls, %.1f ms\n", looks, median(by_call));
    printf("mapping  %6d calls, %.1f ms\n", 2, median(by_load));
    close(fd);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
