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
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

/* Waits until CHILD has ended and returns its wait status. */
static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitpid");
    return status;
}

/* Returns the letter for the state of process PID, 0 if it is gone, or
   -1 with errno set, ESRCH when /proc does not know us. */
static int state_of(pid_t pid)
{
    char path[64], line[512] = "";
    if (readlink("/proc/self", line, sizeof line - 1) == -1)
        return -1;
    errno = ESRCH;
    if (strtoimax(line, NULL, 10) != getpid())
        return -1;
    snprintf(path, sizeof path, "/proc/%jd/stat", (intmax_t)pid);
    int file;
    while ((file = open(path, O_RDONLY | O_CLOEXEC)) == -1)
        if (errno != EINTR)
            return errno == ENOENT ? 0 : -1;
    size_t length = 0;
    ssize_t n = 1;
    while (n != 0 && length < sizeof line - 1) {
        n = read(file, line + length, sizeof line - 1 - length);
        if (n == -1 && errno != EINTR)
            break;
        if (n > 0)
            length += (size_t)n;
    }
    const int error = errno;
    close(file);
    errno = error;
    if (n == -1)
        return errno == ESRCH ? 0 : -1;
    line[length] = '\0';
    const char *name_end = strrchr(line, ')');
    return name_end == NULL || name_end[1] == '\0' ? '?' : name_end[2];
}

/* Returns 1 once PID was seen asleep twice in a row, 0 when it has
   ended or was not seen asleep in ten thousand looks, or -1 with errno
   set. */
static int seen_asleep(pid_t pid)
{
    const struct timespec moment = { .tv_nsec = 1000000 };
    int seen = 0;
    for (int look = 0; look < 10000 && seen < 2; look++) {
        int state = state_of(pid);
        if (state == -1)
            return -1;
        if (state == 0 || state == 'Z')
            return 0;
        seen = state == 'S' ? seen + 1 : 0;
        nanosleep(&moment, NULL);
    }
    return seen == 2;
}

/* For parents: is PID seen asleep? Gives up when that is not told. */
static bool asleep(pid_t pid)
{
    int seen = seen_asleep(pid);
    if (seen == -1)
        err(EXIT_FAILURE, "/proc");
    return seen == 1;
}

/* For children: prints what failed, and why, and ends by _exit. */
static _Noreturn void fail(const char *what)
{
    warn("%s", what);
    _exit(EXIT_FAILURE);
}

/* Returns memory that our children will share with us. */
static void *shared_memory(size_t length)
{
    void *map = mmap(NULL, length, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    return map;
}
/* Makes a mutex that is SHARED between processes or private, and
   ROBUST or not (as in PTHREAD_MUTEX_STALLED). */
static void make_mutex(pthread_mutex_t *lock, int shared, int robust)
{
    pthread_mutexattr_t how;
    if (pthread_mutexattr_init(&how) != 0
        || pthread_mutexattr_setpshared(&how, shared) != 0
        || pthread_mutexattr_setrobust(&how, robust) != 0
        || pthread_mutex_init(lock, &how) != 0)
        errx(EXIT_FAILURE, "cannot make the mutex");
    pthread_mutexattr_destroy(&how);
}

/* Sleeps while *WORD is SEEN; returns 0 when woken, or -1 with errno
   set, EAGAIN when it is another value. */
static long futex_wait(atomic_uint *word, unsigned seen)
{
    return syscall(SYS_futex, word, FUTEX_WAIT, seen, NULL, NULL, 0);
}

/* Wakes up to COUNT of those who sleep on WORD; returns how many. */
static long futex_wake(atomic_uint *word, int count)
{
    return syscall(SYS_futex, word, FUTEX_WAKE, count, NULL, NULL, 0);
}
static struct {
    pthread_mutex_t lock;
    atomic_uint changed, messages;
} *box;

/* Takes the lock, also from the dead. */
static void take_lock(void)
{
    if (pthread_mutex_lock(&box->lock) == EOWNERDEAD)
        pthread_mutex_consistent(&box->lock);
}

static void wake_all(void)
{
    atomic_fetch_add(&box->changed, 1);
    futex_wake(&box->changed, INT_MAX);
}
static void take(void)
{
    take_lock();
    while (atomic_load(&box->messages) == 0) {
        unsigned seen = atomic_load(&box->changed);
        pthread_mutex_unlock(&box->lock);
        futex_wait(&box->changed, seen);
        take_lock();
    }
    atomic_store(&box->messages, 0);
    pthread_mutex_unlock(&box->lock);
}
static void publish_first(void)
{
    take_lock();
    atomic_store(&box->messages, 1);
    pthread_mutex_unlock(&box->lock);
    raise(SIGKILL);
    wake_all();
}

static void wake_first(void)
{
    take_lock();
    wake_all();
    atomic_store(&box->messages, 1);
    raise(SIGKILL);
    pthread_mutex_unlock(&box->lock);
}
static pid_t start(void (*part)(void))
{
    fflush(stdout);
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
            fail("prctl");
        if (getppid() != parent)
            _exit(EXIT_FAILURE);
        part();
        _exit(EXIT_SUCCESS);
    }
    return child;
}
static void try_order(const char *what, void (*order)(void))
{
    box = shared_memory(sizeof *box);
    make_mutex(&box->lock, PTHREAD_PROCESS_SHARED,
               PTHREAD_MUTEX_ROBUST);
    pid_t reader = start(take);
    if (!asleep(reader))
        errx(EXIT_FAILURE, "the reader does not sleep");
    wait_for(start(order));
    bool sleeps = asleep(reader);
    printf("%s\n  messages %u, the reader %s\n", what,
           atomic_load(&box->messages), sleeps ? "sleeps" : "has it");
    kill(reader, SIGKILL);
    wait_for(reader);
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
    try_order("publish, unlock, [killed] wake", publish_first);
    try_order("wake, publish, [killed] unlock", wake_first);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
