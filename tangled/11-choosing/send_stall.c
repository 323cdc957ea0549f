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
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

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

/* Makes a socket at some port of the loopback address. */
static int at_loopback(int type, struct sockaddr_in *where)
{
    socklen_t length = sizeof *where;
    *where = (struct sockaddr_in){ .sin_family = AF_INET };
    where->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    if (fd != -1 && bind(fd, (struct sockaddr *)where, length) == 0
        && getsockname(fd, (struct sockaddr *)where, &length) == 0)
        return fd;
    if (fd != -1)
        close(fd);
    return -1;
}

/* Makes two sockets of TYPE that are connected with each other. */
static int connect_pair(int two[2], int type)
{
    const int on = 1;
    struct sockaddr_in here, there;
    two[0] = at_loopback(type, &here);
    two[1] = at_loopback(type, &there);
    if (two[0] == -1 || two[1] == -1)
        return -1;
    if (type == SOCK_DGRAM)
        return connect(two[0], (struct sockaddr *)&there, sizeof there)
               || connect(two[1], (struct sockaddr *)&here, sizeof here)
               ? -1 : 0;
    if (listen(two[0], 1) == -1
        || connect(two[1], (struct sockaddr *)&here, sizeof here) == -1)
        return -1;
    int door = two[0];
    two[0] = accept4(door, NULL, NULL, SOCK_CLOEXEC);
    close(door);
    for (int i = 0; i < 2; i++)
        if (setsockopt(two[i], IPPROTO_TCP, TCP_NODELAY, &on,
                       sizeof on) == -1)
            return -1;
    return 0;
}

enum { TRIPS = 9 };
enum how { NONE, AT_SENDER, AT_RECEIVER, QUICK, TOGETHER };
static enum how how;
static int two[2];
static double *took;

static void set(int fd, int option, int value)
{
    if (setsockopt(fd, IPPROTO_TCP, option, &value, sizeof value) == -1)
        fail("setsockopt");
}

static void ask(void)
{
    char head = 'h', body = 'b';
    double ns[ROUNDS];
    struct iovec parts[2] = { { &head, 1 }, { &body, 1 } };
    set(two[0], TCP_NODELAY, how == AT_SENDER);
    for (int i = 0; i < TRIPS; i++) {
        const int64_t start = now();
        if (how == TOGETHER) {
            if (writev(two[0], parts, 2) != 2)
                fail("writev");
        } else if (write_all(two[0], &head, 1) == -1
                   || write_all(two[0], &body, 1) == -1) {
            fail("write");
        }
        if (read_full(two[0], &body, 1) != 1)
            fail("read");
        ns[i] = (double)(now() - start);
    }
    *took = median(ns);
}

static void answer(void)
{
    char byte;
    set(two[1], TCP_NODELAY, how == AT_RECEIVER);
    for (int i = 0; i < 2 * TRIPS; i++) {
        if (how == QUICK)
            set(two[1], TCP_QUICKACK, 1);
        if (read_full(two[1], &byte, 1) != 1)
            fail("read");
        if (i % 2 == 1 && write_all(two[1], &byte, 1) == -1)
            fail("write");
    }
}

static double time_of(const char *what, enum how way)
{
    how = way;
    if (connect_pair(two, SOCK_STREAM) == -1)
        err(EXIT_FAILURE, "TCP over the loopback address");
    run_both(ask, answer);
    close(two[0]);
    close(two[1]);
    printf("%-26s %.3f ms\n", what, *took / 1e6);
    return *took;
}

static void compare_with(double best, const char *what, enum how way)
{
    if (time_of(what, way) > 20 * best)
        printf("%26s more than 20 times as long\n", "");
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
    took = mmap(NULL, sizeof *took, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (took == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    const double best = time_of("NODELAY where it is sent", AT_SENDER);
    compare_with(best, "no option", NONE);
    compare_with(best, "NODELAY where it arrives", AT_RECEIVER);
    compare_with(best, "QUICKACK where it arrives", QUICK);
    compare_with(best, "one writev, no option", TOGETHER);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
