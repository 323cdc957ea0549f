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
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>

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

/* For children: prints what failed, and why, and ends by _exit. */
static _Noreturn void fail(const char *what)
{
    warn("%s", what);
    _exit(EXIT_FAILURE);
}

typedef void work(void);
static pid_t first, partner;

static _Noreturn void give_up(const char *what)
{
    const int error = errno;
    if (first > 0)
        kill(first, SIGKILL);
    if (partner > 0)
        kill(partner, SIGKILL);
    while (wait(NULL) > 0 || errno == EINTR)
        ;
    errno = error;
    err(EXIT_FAILURE, "%s", what);
}

static pid_t begin(work *one)
{
    const pid_t parent = getpid();
    fflush(stdout);
    pid_t child = fork();
    if (child == -1)
        give_up("fork");
    if (child != 0)
        return child;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
        fail("prctl");
    if (getppid() != parent)
        _exit(EXIT_FAILURE);
    one();
    _exit(EXIT_SUCCESS);
}

/* Waits for news of one of the two, and returns the status if it is
   the first one; else 0, and the partner has ended well. */
static int wait_beside(void)
{
    int status;
    pid_t who;
    while ((who = wait(&status)) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "wait");
    errno = ECHILD;
    if (!WIFSTOPPED(status) && status != 0)
        give_up("a child failed");
    if (who == partner)
        partner = 0;
    if (who == first && WIFEXITED(status))
        first = 0;
    return who == first ? status : 0;
}

static void run_both(work *one, work *other)
{
    partner = begin(other);
    first = begin(one);
    while (first != 0 || partner != 0)
        wait_beside();
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

static size_t processors[2];
static int found;

static void find_processors(void)
{
    cpu_set_t mine;
    if (sched_getaffinity(0, sizeof mine, &mine) == -1)
        err(EXIT_FAILURE, "sched_getaffinity");
    for (size_t i = 0; i < CPU_SETSIZE && found < 2; i++)
        if (CPU_ISSET(i, &mine))
            processors[found++] = i;
}

static void stay_on(size_t processor)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(processor, &one);
    if (sched_setaffinity(0, sizeof one, &one) == -1)
        fail("sched_setaffinity");
}

enum { ALL = 1 << 20, LARGEST = 1 << 20, SIZES = 5 };
static const size_t sizes[SIZES] = { 512, 4096, 16384, 65536,
                                     LARGEST };
static char bytes[LARGEST];
static int ends[2];
static size_t part;
static int apart;
static struct result { double ns; uint64_t sum; } *result;

static void send_all(void)
{
    stay_on(processors[apart]);
    memset(bytes, 1, sizeof bytes);
    result->ns = (double)now();
    for (size_t sent = 0; sent < ALL; sent += part)
        if (write_all(ends[1], bytes, part) == -1)
            fail("a pipe");
}

static void add_up(void)
{
    stay_on(processors[0]);
    memset(bytes, 0, sizeof bytes);
    close(ends[1]);
    uint64_t sum = 0;
    for (size_t got = 0; got < ALL;) {
        ssize_t n = read_some(ends[0], bytes, part);
        if (n <= 0)
            fail("a pipe");
        for (ssize_t i = 0; i < n; i++)
            sum += (unsigned char)bytes[i];
        got += (size_t)n;
    }
    result->ns = (double)now() - result->ns;
    result->sum = sum;
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
    find_processors();
    static double ns[2][SIZES][ROUNDS];
    result = mmap(NULL, sizeof *result, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (result == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    for (int round = 0; round < ROUNDS; round++)
        for (int s = 0; s < SIZES; s++)
            for (apart = 0; apart < found; apart++) {
                if (pipe2(ends, O_CLOEXEC) == -1)
                    err(EXIT_FAILURE, "pipe2");
                part = sizes[s];
                run_both(send_all, add_up);
                if (result->sum != ALL)
                    errx(EXIT_FAILURE, "bytes are missing");
                ns[apart][s][round] = result->ns;
                close(ends[0]);
                close(ends[1]);
            }
    const double base = median(ns[0][1]);
    printf("parts of 4096 bytes on one processor are 1\n");
    for (int s = 0; s < SIZES; s++) {
        printf("parts of %7zu bytes: %.2f on one", sizes[s],
               base / median(ns[0][s]));
        if (found == 2)
            printf(", %.2f on two", base / median(ns[1][s]));
        putchar('\n');
    }
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
