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
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>

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

static work *to_be_counted;

/* What the child does that is counted. */
static void between_marks(void)
{
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == -1
        || raise(SIGSTOP) != 0)
        fail("ptrace");
    getsid(0);
    to_be_counted();
    getsid(0);
}

/* Runs ONE in a child, and OTHER, if any, in another one beside it.
   Returns the number of system calls of the first. */
static long calls_of(work *one, work *other)
{
    partner = other == NULL ? 0 : begin(other);
    to_be_counted = one;
    first = begin(between_marks);
    long calls = 0;
    int marks = 0;
    while (first != 0) {
        const int status = wait_beside();
        if (!WIFSTOPPED(status))
            continue;
        int signal = WSTOPSIG(status);
        if (signal == SIGSTOP) {
            if (ptrace(PTRACE_SETOPTIONS, first, NULL,
                       PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) == -1)
                give_up("ptrace");
            signal = 0;
        }
        if (signal == (SIGTRAP | 0x80)) {
            struct __ptrace_syscall_info info;
            if (ptrace(PTRACE_GET_SYSCALL_INFO, first, sizeof info, &info) == -1)
                give_up("ptrace");
            if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
                if (info.entry.nr == SYS_getsid)
                    marks++;
                else if (marks == 1)
                    calls++;
            }
            signal = 0;
        }
        if (ptrace(PTRACE_SYSCALL, first, NULL, signal) == -1)
            give_up("ptrace");
    }
    while (partner != 0)
        wait_beside();
    return calls;
}

enum { TIMES = 1000 };

#define QUESTION(name, call)            \
    static void name(void)              \
    {                                   \
        struct timespec t;              \
        struct timeval v;               \
        (void)t, (void)v;               \
        for (int i = 0; i < TIMES; i++) \
            call;                       \
    }
QUESTION(monotonic, clock_gettime(CLOCK_MONOTONIC, &t))
QUESTION(time_of_day, gettimeofday(&v, NULL))
QUESTION(seconds, time(NULL))
QUESTION(own_time, clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t))
QUESTION(own_pid, getpid())

static FILE *streams[3];    /* unbuffered, buffered, by lines */

static void make_streams(void)
{
    static const int how[] = { _IONBF, _IOFBF, _IOLBF };
    static char buffers[3][4096];
    for (int i = 0; i < 3; i++) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) == -1
            || (streams[i] = fdopen(ends[1], "w")) == NULL
            || setvbuf(streams[i], buffers[i], how[i], 4096) != 0)
            err(EXIT_FAILURE, "a stream into a pipe");
    }
}

static void print_lines(FILE *stream)
{
    for (int i = 0; i < TIMES; i++)
        fputs("eleven more\n", stream);
    if (fflush(stream) == EOF)
        fail("a pipe");
}

static void by_write(void) { print_lines(streams[0]); }
static void by_printf(void) { print_lines(streams[1]); }
static void by_lines(void) { print_lines(streams[2]); }


static const struct {
    const char *name;
    work *work;
} things[] = {
    { "clock_gettime(CLOCK_MONOTONIC)", monotonic },
    { "gettimeofday", time_of_day },
    { "time", seconds },
    { "clock_gettime(PROCESS_CPUTIME)", own_time },
    { "getpid", own_pid },
    { "a line by write", by_write },
    { "a line by printf", by_printf },
    { "a line by printf, line buffered", by_lines },
};

/* Nanoseconds since some moment, by a clock that nobody can set. */
static int64_t now(void)
{
    struct timespec t;
    if (clock_gettime(CLOCK_MONOTONIC, &t) == -1)
        err(EXIT_FAILURE, "clock_gettime");
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void tell_cost(void)
{
    const int64_t start = now();
    own_pid();
    const int64_t middle = now();
    calls_of(own_pid, NULL);
    const int64_t end = now();
    printf("under a tracer, %s than 10 times as long\n",
           end - middle > 10 * (middle - start) ? "more" : "less");
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
    make_streams();
    for (size_t i = 0; i < sizeof things / sizeof things[0]; i++)
        printf("%-36s %5ld\n", things[i].name,
               calls_of(things[i].work, NULL));
    tell_cost();
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
