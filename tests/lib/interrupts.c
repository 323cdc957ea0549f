/* interrupts.so - interrupts the calls of a program that could sleep.
 *
 *   LD_PRELOAD=interrupts.so [BOOK_TARGET=NAME] [BOOK_LATE=parent|child] COMMAND...
 *
 * A signal may come while a call sleeps; with a handler that was installed
 * without SA_RESTART the call then returns EINTR. Here a signal comes in every
 * such call of the program's own, by turns: the first time the call is
 * interrupted, the next time, for the same function and thread, it is made. So
 * nothing depends on who is faster, and a program that makes the call again
 * loses nothing.
 *
 * The signal is SIGURG, which nobody misses. Where it is blocked or ignored, or
 * the program handles it otherwise, no call is interrupted. A call that could not
 * sleep (a read from a file, a wait with WNOHANG, a descriptor with O_NONBLOCK)
 * is left alone, and so is what the C library does inside, as stdio.
 *
 * Who goes on first after a fork nobody knows either. With BOOK_LATE=parent the
 * program's fork returns in the parent when a signal has come or is pending, with
 * BOOK_LATE=child in the child after a time in which a parent can end it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static bool on, late_parent, late_child;
static __thread volatile sig_atomic_t came;

static void note(int signal)
{
    (void)signal;
    came = 1;
}

__attribute__((constructor))
static void begin(void)
{
    const char *target = getenv("BOOK_TARGET");
    if (target && strcmp(target, program_invocation_short_name) != 0)
        return;
    on = true;
    struct sigaction action = { .sa_handler = note };
    sigemptyset(&action.sa_mask);
    sigaction(SIGURG, &action, NULL);
    unsetenv("LD_PRELOAD");
    unsetenv("BOOK_TARGET");
    const char *late = getenv("BOOK_LATE");
    late_parent = late && strcmp(late, "parent") == 0;
    late_child = late && strcmp(late, "child") == 0;
    unsetenv("BOOK_LATE");
}

/* interrupted: sends the signal when it is the turn; whether it came. */
static bool interrupted(bool *was, bool could_sleep)
{
    if (!on || !could_sleep)
        return false;
    *was = !*was;
    if (!*was)
        return false;
    came = 0;
    raise(SIGURG);
    if (came)
        errno = EINTR;
    return came;
}

/* sleeps: could a call on this descriptor sleep for long? */
static bool sleeps(int fd)
{
    int saved = errno;
    struct stat s;
    int flags = fcntl(fd, F_GETFL);
    bool could = flags != -1 && !(flags & O_NONBLOCK) && fstat(fd, &s) == 0
        && (S_ISFIFO(s.st_mode) || S_ISSOCK(s.st_mode)
            || (S_ISCHR(s.st_mode) && isatty(fd)));
    errno = saved;
    return could;
}

/* meets: does opening PATH so wait for another one who opens it? */
static bool meets(int dir, const char *path, int flags)
{
    int saved = errno;
    struct stat s;
    bool could = !(flags & O_NONBLOCK) && (flags & O_ACCMODE) != O_RDWR
        && fstatat(dir, path, &s, 0) == 0 && S_ISFIFO(s.st_mode);
    errno = saved;
    return could;
}

/* a function that is interrupted every other time, if COULD_SLEEP */
#define INTERRUPTED(result, name, could_sleep, parameters, ...)         \
    result name parameters;                                             \
    result name parameters                                              \
    {                                                                   \
        static result (*next) parameters;                               \
        static __thread bool was;                                       \
        if (!next)                                                      \
            *(void **)&next = dlsym(RTLD_NEXT, #name);                  \
        if (interrupted(&was, could_sleep))                             \
            return (result)-1;                                          \
        return next(__VA_ARGS__);                                       \
    }

INTERRUPTED(ssize_t, read, sleeps(fd), (int fd, void *p, size_t n), fd, p, n)
INTERRUPTED(ssize_t, __read_chk, sleeps(fd),
    (int fd, void *p, size_t n, size_t max), fd, p, n, max)
INTERRUPTED(ssize_t, readv, sleeps(fd),
    (int fd, const struct iovec *v, int n), fd, v, n)
INTERRUPTED(ssize_t, write, sleeps(fd),
    (int fd, const void *p, size_t n), fd, p, n)
INTERRUPTED(ssize_t, writev, sleeps(fd),
    (int fd, const struct iovec *v, int n), fd, v, n)
INTERRUPTED(ssize_t, splice, sleeps(in) || sleeps(out),
    (int in, off64_t *a, int out, off64_t *b, size_t n, unsigned f),
    in, a, out, b, n, f)
INTERRUPTED(ssize_t, tee, sleeps(in) || sleeps(out),
    (int in, int out, size_t n, unsigned f), in, out, n, f)
INTERRUPTED(ssize_t, recv, sleeps(fd) && !(f & MSG_DONTWAIT),
    (int fd, void *p, size_t n, int f), fd, p, n, f)
INTERRUPTED(ssize_t, send, sleeps(fd) && !(f & MSG_DONTWAIT),
    (int fd, const void *p, size_t n, int f), fd, p, n, f)
INTERRUPTED(pid_t, wait, true, (int *status), status)
INTERRUPTED(pid_t, waitpid, !(options & WNOHANG),
    (pid_t pid, int *status, int options), pid, status, options)
INTERRUPTED(pid_t, wait4, !(options & WNOHANG),
    (pid_t pid, int *status, int options, struct rusage *use),
    pid, status, options, use)
INTERRUPTED(int, waitid, !(options & WNOHANG),
    (idtype_t type, id_t id, siginfo_t *info, int options),
    type, id, info, options)
INTERRUPTED(int, poll, timeout != 0,
    (struct pollfd *list, nfds_t n, int timeout), list, n, timeout)
INTERRUPTED(int, ppoll, !timeout || timeout->tv_sec || timeout->tv_nsec,
    (struct pollfd *list, nfds_t n, const struct timespec *timeout,
     const sigset_t *mask), list, n, timeout, mask)
INTERRUPTED(int, select, !timeout || timeout->tv_sec || timeout->tv_usec,
    (int n, fd_set *r, fd_set *w, fd_set *e, struct timeval *timeout),
    n, r, w, e, timeout)
INTERRUPTED(int, flock, !(operation & LOCK_NB) && operation != LOCK_UN,
    (int fd, int operation), fd, operation)
INTERRUPTED(int, sem_wait, true, (sem_t *semaphore), semaphore)
INTERRUPTED(int, nanosleep, wanted->tv_sec || wanted->tv_nsec,
    (const struct timespec *wanted, struct timespec *rest), wanted, rest)

/* rests: a thousandth of a second; whether a signal has come or is pending. */
static bool rests(void)
{
    int (*sleep_for)(const struct timespec *, struct timespec *);
    *(void **)&sleep_for = dlsym(RTLD_NEXT, "nanosleep");
    sigset_t pending;
    return sleep_for(&(struct timespec){ .tv_nsec = 1000000 }, NULL) == -1
        || (sigpending(&pending) == 0 && !sigisemptyset(&pending));
}

pid_t fork(void)
{
    pid_t (*next)(void);
    *(void **)&next = dlsym(RTLD_NEXT, "fork");
    pid_t child = next();
    int saved = errno;
    for (int i = 0; late_parent && child > 0 && i < 2000 && !rests(); i++)
        ;
    for (int i = 0; late_child && child == 0 && i < 300; i++)
        rests();
    errno = saved;
    return child;
}

/* the mode of a file that an open may make */
#define MODE(flags)                                                     \
    mode_t mode = 0;                                                    \
    if (flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE) {           \
        va_list list;                                                   \
        va_start(list, flags);                                          \
        mode = va_arg(list, mode_t);                                    \
        va_end(list);                                                   \
    }

int open(const char *path, int flags, ...)
{
    static __thread bool was;
    MODE(flags)
    if (interrupted(&was, meets(AT_FDCWD, path, flags)))
        return -1;
    int (*next)(int, const char *, int, ...);
    *(void **)&next = dlsym(RTLD_NEXT, "openat");
    return next(AT_FDCWD, path, flags, mode);
}

int openat(int dir, const char *path, int flags, ...)
{
    static __thread bool was;
    MODE(flags)
    if (interrupted(&was, meets(dir, path, flags)))
        return -1;
    int (*next)(int, const char *, int, ...);
    *(void **)&next = dlsym(RTLD_NEXT, "openat");
    return next(dir, path, flags, mode);
}

int fcntl(int fd, int command, ...)
{
    static __thread bool was;
    va_list list;
    va_start(list, command);
    void *argument = va_arg(list, void *);
    va_end(list);
    if (interrupted(&was, command == F_SETLKW || command == F_OFD_SETLKW))
        return -1;
    int (*next)(int, int, ...);
    *(void **)&next = dlsym(RTLD_NEXT, "fcntl");
    return next(fd, command, argument);
}
