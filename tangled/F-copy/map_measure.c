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
#include <sys/resource.h>

enum { ROUNDS = 5 };
static long calls;

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
static void by_buffer(int in, int out, size_t size, size_t part)
{
    static char buffer[128 * 1024];
    while (size > 0) {
        ssize_t n = read_some(in, buffer, part);
        if (n <= 0 || write_all(out, buffer, (size_t)n) == -1)
            err(EXIT_FAILURE, "read or write");
        size -= (size_t)n;
        calls += 2;
    }
}
static void by_mappings(int in, int out, size_t size, size_t flag)
{
    const int type = MAP_SHARED | (int)flag;
    if (ftruncate(out, (off_t)size) == -1)
        err(EXIT_FAILURE, "ftruncate");
    char *from = map_or_die(NULL, size, PROT_READ, type, in, 0);
    char *to = map_or_die(NULL, size, PROT_READ | PROT_WRITE, type,
                          out, 0);
    memcpy(to, from, size);
    munmap(from, size);
    munmap(to, size);
    calls += 5;
}
static void by_kernel(int in, int out, size_t size, size_t part)
{
    while (size > 0) {
        ssize_t n = copy_file_range(in, NULL, out, NULL,
                                    size < part ? size : part, 0);
        calls++;
        if (n <= 0)
            err(EXIT_FAILURE, "copy_file_range");
        size -= (size_t)n;
    }
}
static const struct {
    const char *name;
    void (*copy)(int in, int out, size_t size, size_t how);
    size_t how;
} ways[] = {
    { "read, write, 4 KiB", by_buffer, 4 * 1024 },
    { "read, write, 128 KiB", by_buffer, 128 * 1024 },
    { "two mappings", by_mappings, 0 },
    { "two, MAP_POPULATE", by_mappings, MAP_POPULATE },
    { "copy_file_range", by_kernel, 1 << 30 },
};
enum { WAYS = sizeof ways / sizeof ways[0] };
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
static struct result {
    long calls;
    double faults[ROUNDS], ms[ROUNDS];
} results[WAYS];

static double faults_so_far(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_minflt + usage.ru_majflt);
}

static void measure(int way, int round, int in, size_t size)
{
    int out = scratch_file(0, 0);
    if (lseek(in, 0, SEEK_SET) == -1)
        err(EXIT_FAILURE, "lseek");
    calls = 0;
    double faults = faults_so_far(), start = now_ms();
    ways[way].copy(in, out, size, ways[way].how);
    results[way].ms[round] = now_ms() - start;
    results[way].faults[round] = faults_so_far() - faults;
    results[way].calls = calls;
    char *a = map_or_die(NULL, size, PROT_READ, MAP_SHARED, in, 0);
    char *b = map_or_die(NULL, size, PROT_READ, MAP_SHARED, out, 0);
    struct stat about;
    if (fstat(out, &about) == -1)
        err(EXIT_FAILURE, "fstat");
    if (about.st_size != (off_t)size || memcmp(a, b, size) != 0)
        errx(EXIT_FAILURE, "%s: the copy differs", ways[way].name);
    munmap(a, size);
    munmap(b, size);
    close(out);
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
    long mib = argc == 2 ? strtol(argv[1], &end, 10) : 0;
    if (mib < 1 || mib > 1024 || *end != '\0')
        errx(2, "usage: map_measure MIB (1 to 1024)");
    const size_t size = (size_t)mib << 20;
    int in = scratch_file(size, 'x');
    for (int round = 0; round < ROUNDS; round++)
        for (int way = 0; way < WAYS; way++)
            measure(way, round, in, size);
    printf("%ld MiB, median of %d rounds\n", mib, ROUNDS);
    for (int way = 0; way < WAYS; way++)
        printf("%-20s %6ld calls, %.0f faults, %.1f ms\n", ways[way].name,
               results[way].calls, median(results[way].faults),
               median(results[way].ms));
    close(in);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
