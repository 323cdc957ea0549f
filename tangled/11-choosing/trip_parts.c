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
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>

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

enum { TRIPS = 100 };
static int there[2], back[2];
static size_t size;
static double *took;

static void move(int from, int to, char *bytes, bool begins)
{
    if ((begins && write_all(to, bytes, size) == -1)
        || read_full(from, bytes, size) != (ssize_t)size
        || (!begins && write_all(to, bytes, size) == -1))
        fail("a pipe");
}

static void answer_all(void)
{
    char bytes[4096];
    for (int i = 0; i < TRIPS; i++)
        move(there[0], back[1], bytes, false);
}

static void ask_all(void)
{
    char bytes[4096] = "";
    const int64_t start = now();
    for (int i = 0; i < TRIPS; i++)
        move(back[0], there[1], bytes, true);
    *took = (double)(now() - start);
}

static void alone(void)
{
    char bytes[4096] = "";
    const int64_t start = now();
    for (int i = 0; i < TRIPS; i++)
        if (write_all(there[1], bytes, size) == -1
            || read_full(there[0], bytes, size) != (ssize_t)size
            || write_all(back[1], bytes, size) == -1
            || read_full(back[0], bytes, size) != (ssize_t)size)
            fail("a pipe");
    *took = (double)(now() - start);
}

static void *thread(void *nothing)
{
    answer_all();
    return nothing;
}

static void threads(void)
{
    pthread_t other;
    const int error = pthread_create(&other, NULL, thread, NULL);
    errno = error;
    if (error != 0)
        fail("pthread_create");
    ask_all();
    pthread_join(other, NULL);
}

static void nobody(void)
{
}

static double time_of(work *one, work *other, size_t bytes)
{
    size = bytes;
    run_both(one, other);
    return *took;
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
    took = mmap(NULL, sizeof *took, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (took == MAP_FAILED || pipe2(there, O_CLOEXEC) == -1
        || pipe2(back, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "memory and pipes");
    double by_itself[ROUNDS], pair[ROUNDS], large[ROUNDS], threaded[ROUNDS];
    stay_on(processors[0]);
    for (int i = 0; i < ROUNDS; i++) {
        by_itself[i] = time_of(alone, nobody, 1);
        pair[i] = time_of(ask_all, answer_all, 1);
        large[i] = time_of(ask_all, answer_all, 4096);
        threaded[i] = time_of(threads, nobody, 1);
    }
    const double trip = median(pair);
    printf("a round trip of 1 byte, two processes      1.00\n");
    printf("the same four calls in one process         %.2f\n",
           median(by_itself) / trip);
    printf("a round trip of 4096 bytes                 %.2f\n",
           median(large) / trip);
    printf("a round trip of 1 byte, two threads        %.2f\n",
           median(threaded) / trip);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
