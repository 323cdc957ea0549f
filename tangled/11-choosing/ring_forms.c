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
#include <stdatomic.h>
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

enum { SLOTS = 1024, LARGEST = 65536 };

struct ring {
    _Alignas(64) _Atomic size_t put;        /* so many, ever */
    _Alignas(64) _Atomic size_t taken;
    _Atomic size_t plain_put;               /* in the same line */
    _Alignas(64) char slots[];
};

struct side {           /* what one of the two knows */
    size_t mine;        /* its own index */
    size_t told;        /* what its partner has been told of it */
    size_t seen;        /* its partner's index, when it last looked */
    size_t times;       /* how often it has told */
};

enum form { PLAIN, SEEN, BATCHED };

static inline void tell(struct side *s, _Atomic size_t *own)
{
    atomic_store_explicit(own, s->told = s->mine, memory_order_release);
    s->times++;
}

/* Waits until S may use the next slot, while OTHER is ROOM behind.
   OWN is where it tells of its own index. */
static inline void wait_turn(struct side *s, _Atomic size_t *own,
                             _Atomic size_t *other, size_t room,
                             enum form form)
{
    if (form != PLAIN && s->mine - s->seen != room)
        return;
    if (s->told != s->mine)
        tell(s, own);
    while (s->seen = atomic_load_explicit(other, memory_order_acquire),
           s->mine - s->seen == room)
        if (form == BATCHED)
            for (volatile int i = 0; i < 50; i++)
                ;
}

static inline void go_on(struct side *s, _Atomic size_t *own,
                         enum form form)
{
    s->mine++;
    if (form == BATCHED && s->mine - s->told < 32)
        return;
    tell(s, own);
}
static struct ring *ring;
static enum form form;
static size_t size, count, slots;
static int ends[2];
static struct result { double ns; uint64_t sum, told; } *result;

static inline void fill(char *at, size_t bytes, uint64_t n)
{
    for (size_t i = 0; i < bytes; i += 8)
        memcpy(at + i, &n, 8);
}

static inline uint64_t add(const char *at, size_t bytes)
{
    uint64_t all = 0, word;
    for (size_t i = 0; i < bytes; i += 8) {
        memcpy(&word, at + i, 8);
        all += word;
    }
    return all;
}

static inline void put_all(size_t bytes, enum form f)
{
    _Atomic size_t *own = f == PLAIN ? &ring->plain_put : &ring->put;
    struct side s = { 0 };
    const size_t mask = slots - 1;
    for (size_t n = 0; n < count; n++) {
        wait_turn(&s, own, &ring->taken, mask + 1, f);
        fill(ring->slots + (n & mask) * bytes, bytes, n);
        go_on(&s, own, f);
    }
    tell(&s, own);
    result->told = s.times - 1;
}

static inline void take_all(size_t bytes, enum form f)
{
    _Atomic size_t *other = f == PLAIN ? &ring->plain_put : &ring->put;
    struct side s = { 0 };
    const size_t mask = slots - 1;
    uint64_t sum = 0;
    for (size_t n = 0; n < count; n++) {
        wait_turn(&s, &ring->taken, other, 0, f);
        sum += add(ring->slots + (n & mask) * bytes, bytes);
        go_on(&s, &ring->taken, f);
    }
    result->sum = sum;
}

#define EACH_FORM(what, bytes)          \
    if (form == PLAIN)                  \
        what(bytes, PLAIN);             \
    else if (form == SEEN)              \
        what(bytes, SEEN);              \
    else                                \
        what(bytes, BATCHED)

static void send_ring(void)
{
    stay_on(processors[1]);
    if (size == 8) {
        EACH_FORM(put_all, 8);
    } else if (size == 64) {
        EACH_FORM(put_all, 64);
    } else {
        EACH_FORM(put_all, LARGEST);
    }
}

static void receive_ring(void)
{
    stay_on(processors[0]);
    const int64_t start = now();
    if (size == 8) {
        EACH_FORM(take_all, 8);
    } else if (size == 64) {
        EACH_FORM(take_all, 64);
    } else {
        EACH_FORM(take_all, LARGEST);
    }
    result->ns = (double)(now() - start);
}

static char bytes[LARGEST];

static void send_pipe(void)
{
    stay_on(processors[1]);
    for (size_t n = 0; n < count; n++) {
        fill(bytes, size, n);
        if (write_all(ends[1], bytes, size) == -1)
            fail("a pipe");
    }
}

static void receive_pipe(void)
{
    stay_on(processors[0]);
    const int64_t start = now();
    uint64_t sum = 0;
    for (size_t n = 0; n < count; n++) {
        if (read_full(ends[0], bytes, size) != (ssize_t)size)
            fail("a pipe");
        sum += add(bytes, size);
    }
    result->ns = (double)(now() - start);
    result->sum = sum;
}


int main(int argc, char **argv)
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
    const bool timed = argc == 3 && strcmp(argv[2], "--time") == 0;
    const long messages = argc < 2 ? 0 : strtol(argv[1], NULL, 10);
    if (messages < 1000 || messages > 10000000 || argc > 2 + timed)
        errx(2, "usage: ring_forms MESSAGES [--time]");
    find_processors();
    if (found < 2)
        errx(EXIT_FAILURE, "this needs two processors");
    const size_t all = sizeof *ring + 16 * LARGEST;
    char *map = mmap(NULL, all + 4096, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (map == MAP_FAILED || pipe2(ends, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "the memory");
    result = (struct result *)map;
    ring = (struct ring *)(map + 4096);
    static const size_t sizes[] = { 8, 64, LARGEST };
    for (int s = 0; s < 3; s++) {
        double ns[4][ROUNDS];
        uint64_t told[4];
        size = sizes[s];
        slots = size == LARGEST ? 16 : SLOTS;
        count = (size_t)messages / (size == LARGEST ? 100 : 1);
        for (int round = 0; round < (timed ? ROUNDS : 1); round++)
            for (int k = 0; k < 4; k++) {
                form = (enum form)k;
                ring->put = ring->taken = ring->plain_put = 0;
                run_both(k == 3 ? receive_pipe : receive_ring,
                         k == 3 ? send_pipe : send_ring);
                if (result->sum != count * (count - 1) / 2 * (size / 8))
                    errx(EXIT_FAILURE, "a wrong sum");
                ns[k][round] = result->ns;
                told[k] = result->told;
            }
        printf("%5zu bytes: ", size);
        if (timed)
            printf("as fast as a pipe times %.1f, %.1f, %.1f\n",
                   median(ns[3]) / median(ns[0]),
                   median(ns[3]) / median(ns[1]),
                   median(ns[3]) / median(ns[2]));
        else
            printf("%zu right, told %ju, %ju, %s\n", count,
                   (uintmax_t)told[0], (uintmax_t)told[1],
                   told[2] < count / 10 ? "less than a tenth"
                                        : "each a few times");
    }
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
