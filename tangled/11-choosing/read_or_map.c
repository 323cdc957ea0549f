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
#include <sys/mman.h>
#include <sys/resource.h>

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

/* Nanoseconds since some moment, by a clock that nobody can set. */
static int64_t now(void)
{
    struct timespec t;
    if (clock_gettime(CLOCK_MONOTONIC, &t) == -1)
        err(EXIT_FAILURE, "clock_gettime");
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

enum { ROUNDS = 9 };

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

enum { LENGTH = 4 << 20 };
static int file;
static long calls;

static long faults(void)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) == -1)
        err(EXIT_FAILURE, "getrusage");
    return usage.ru_minflt + usage.ru_majflt;
}

static char *map_file(int protection, int flag)
{
    char *map = mmap(NULL, LENGTH, protection, MAP_SHARED | flag, file,
                     0);
    if (map == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    calls++;
    return map;
}

enum { PIECE = 65536 };

static uint64_t sum(const char *piece)
{
    uint64_t all = 0;
    for (size_t i = 0; i < PIECE; i++)
        all += (unsigned char)piece[i];
    return all;
}

static uint64_t by_read(int nothing)
{
    static char buffer[PIECE];
    uint64_t all = 0;
    (void)nothing;
    if (lseek(file, 0, SEEK_SET) == -1)
        err(EXIT_FAILURE, "lseek");
    for (size_t i = 0; i < LENGTH; i += PIECE) {
        if (read_full(file, buffer, PIECE) != PIECE)
            err(EXIT_FAILURE, "read");
        all += sum(buffer);
        calls++;
    }
    return all;
}

static uint64_t by_map(int flag)
{
    char *map = map_file(PROT_READ, flag);
    uint64_t all = 0;
    for (size_t i = 0; i < LENGTH; i += PIECE)
        all += sum(map + i);
    munmap(map, LENGTH);
    return all;
}

enum { LOADS = 2000 };

static size_t next_place(size_t at)
{
    return (at * 1664525 + 1013904223) % LENGTH / 8 * 8;
}

static uint64_t add_by_pread(void)
{
    uint64_t word, all = 0;
    for (size_t i = 0, at = 0; i < LOADS; i++, at = next_place(at)) {
        if (pread(file, &word, 8, (off_t)at) != 8)
            err(EXIT_FAILURE, "pread");
        all += word;
    }
    return all;
}

static uint64_t add_by_loads(const char *map)
{
    uint64_t word, all = 0;
    for (size_t i = 0, at = 0; i < LOADS; i++, at = next_place(at)) {
        memcpy(&word, map + at, 8);
        all += word;
    }
    return all;
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
    file = memfd_create("file", MFD_CLOEXEC);
    if (file == -1 || ftruncate(file, LENGTH) == -1)
        err(EXIT_FAILURE, "memfd_create");
    char *map = map_file(PROT_READ | PROT_WRITE, 0);
    for (size_t i = 0; i < LENGTH; i++)
        map[i] = (char)(i % 251);
    munmap(map, LENGTH);
    static const struct {
        const char *name;
        uint64_t (*sum)(int);
        int flag;
    } ways[] = { { "read", by_read, 0 },
                 { "mmap", by_map, 0 },
                 { "mmap, MAP_POPULATE", by_map, MAP_POPULATE } };
    double ns[3][ROUNDS], taken[3][ROUNDS];
    long called[3];
    const uint64_t right = by_read(0);
    for (int round = 0; round < ROUNDS; round++)
        for (int w = 0; w < 3; w++) {
            calls = 0;
            const long before = faults();
            const int64_t start = now();
            if (ways[w].sum(ways[w].flag) != right)
                errx(EXIT_FAILURE, "%s: a wrong sum", ways[w].name);
            ns[w][round] = (double)(now() - start);
            taken[w][round] = (double)(faults() - before);
            called[w] = calls;
        }
    for (int w = 0; w < 3; w++)
        printf("%-20s %3ld calls %4ld faults, time %.2f of read's\n",
               ways[w].name, called[w], (long)median(taken[w]) / 10 * 10,
               median(ns[w]) / median(ns[0]));
    map = map_file(PROT_READ | PROT_WRITE, 0);
    const long before = faults();
    for (size_t i = 0; i < LENGTH; i += 4096)
        map[i] = 1;
    printf("%-20s   1 calls %4ld faults\n", "mmap and store",
           (faults() - before) / 10 * 10);
    double called_for[ROUNDS], loaded[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        const int64_t start = now();
        const uint64_t one = add_by_pread();
        const int64_t middle = now();
        if (add_by_loads(map) != one)
            errx(EXIT_FAILURE, "a wrong sum");
        called_for[round] = (double)(middle - start);
        loaded[round] = (double)(now() - middle);
    }
    printf("8 bytes here and there: pread takes %.1f times as long\n",
           median(called_for) / median(loaded));
    munmap(map, LENGTH);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
