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
#include <sys/prctl.h>
#include <sys/resource.h>

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

static long faults(void)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) == -1)
        err(EXIT_FAILURE, "getrusage");
    return usage.ru_minflt + usage.ru_majflt;
}

static void touch_twice(void)
{
    const size_t all = 1000 * (size_t)sysconf(_SC_PAGESIZE);
    char *map = mmap(NULL, all, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED
        || madvise(map, all, MADV_NOHUGEPAGE) == -1)
        err(EXIT_FAILURE, "1000 pages");
    for (int pass = 1; pass <= 2; pass++) {
        const long before = faults();
        memset(map, pass, all);
        const long after = faults();
        printf("pass %d over 1000 pages: %4ld faults\n", pass,
               (after - before) / 100 * 100);
    }
    munmap(map, all);
}

enum { TRIPS = 10000 };
static int there[2], back[2];
static double *ns;

static void ask_and_time(void)
{
    char byte = '?';
    for (int i = 0; i < TRIPS; i++) {
        const int64_t start = now();
        if (write_some(there[1], &byte, 1) != 1
            || read_some(back[0], &byte, 1) != 1)
            fail("a pipe");
        ns[i] = (double)(now() - start);
    }
}

static void give_back(void)
{
    char byte;
    for (int i = 0; i < TRIPS; i++)
        if (read_some(there[0], &byte, 1) != 1
            || write_some(back[1], &byte, 1) != 1)
            fail("a pipe");
}

static void run_both(work *one, work *other)
{
    partner = begin(other);
    first = begin(one);
    while (first != 0 || partner != 0)
        wait_beside();
}

static void tell_trips(void)
{
    ns = mmap(NULL, TRIPS * sizeof *ns, PROT_READ | PROT_WRITE,
              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (ns == MAP_FAILED || pipe2(there, O_CLOEXEC) == -1
        || pipe2(back, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "memory and pipes");
    run_both(ask_and_time, give_back);
    double sum = 0;
    for (int i = 0; i < TRIPS; i++)
        sum += ns[i];
    qsort(ns, TRIPS, sizeof *ns, compare);
    printf("the median of %d round trips: %.4f ms\n", TRIPS,
           ns[TRIPS / 2] / 1e6);
    printf("the mean: %.4f ms\n", sum / TRIPS / 1e6);
    printf("one of a hundred is above %.4f ms\n",
           ns[TRIPS / 100 * 99] / 1e6);
    printf("the slowest: %.4f ms\n", ns[TRIPS - 1] / 1e6);
}

static double sleep_once(void)
{
    const struct timespec shortest = { .tv_nsec = 1 };
    double took[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        const int64_t start = now();
        nanosleep(&shortest, NULL);
        took[i] = (double)(now() - start);
    }
    return median(took);
}

static void tell_sleeps(void)
{
    if (prctl(PR_SET_TIMERSLACK, 50000) == -1)
        err(EXIT_FAILURE, "prctl");
    printf("the shortest sleep, slack of 50000 ns: %.4f ms\n",
           sleep_once() / 1e6);
    if (prctl(PR_SET_TIMERSLACK, 1) == -1)
        err(EXIT_FAILURE, "prctl");
    printf("the shortest sleep, slack of 1 ns: %.4f ms\n",
           sleep_once() / 1e6);
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
    touch_twice();
    tell_trips();
    tell_sleeps();
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
