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
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>

static const char *const names[] = { "door", "gate", "window" };
static char room[PATH_MAX];

static void leave_room(void)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(names[i]);
    if (rmdir(room) == -1)
        warn("%s", room);
}

/* Makes a new directory and goes there; it is removed at the end. */
static void enter_room(void)
{
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        err(EXIT_FAILURE, "signal");
    umask(077);
    const char *base = getenv("TMPDIR");
    if (base == NULL || base[0] != '/')
        base = "/tmp";
    int n = snprintf(room, sizeof room, "%s/fifo.XXXXXX", base);
    if (n < 0 || (size_t)n >= sizeof room)
        errx(EXIT_FAILURE, "%s: too long a name", base);
    if (mkdtemp(room) == NULL)
        err(EXIT_FAILURE, "%s", room);
    if (chdir(room) == -1 || atexit(leave_room) != 0) {
        rmdir(room);
        err(EXIT_FAILURE, "%s", room);
    }
}

/* Like open(2) with O_CLOEXEC, but a signal does not end it. The mode
   counts where FLAGS have O_CREAT. */
static int open_fifo(const char *name, int flags)
{
    int fd;
    do
        fd = open(name, flags | O_CLOEXEC, 0600);
    while (fd == -1 && errno == EINTR);
    return fd;
}

/* Like open_fifo, but ends the program when the name cannot be
   opened. */
static int must_open(const char *name, int flags)
{
    int fd = open_fifo(name, flags);
    if (fd == -1)
        err(EXIT_FAILURE, "%s", name);
    return fd;
}

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


/* Like write(2), but a signal does not end it with EINTR. */
static ssize_t write_some(int fd, const void *buffer, size_t length)
{
    ssize_t n;
    do
        n = write(fd, buffer, length);
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


/* Waits until CHILD has ended and returns its wait status. */
static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitpid");
    return status;
}


/* For children: prints what failed, and why, and ends by _exit. */
static _Noreturn void fail(const char *what)
{
    warn("%s", what);
    _exit(EXIT_FAILURE);
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


/* Tells whether nothing can be read from IN. */
static bool silent(int in)
{
    struct pollfd p = { .fd = in, .events = POLLIN };
    int n;
    while ((n = poll(&p, 1, 0)) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "poll");
    return n == 0;
}

enum report { OPENED, HAS_READ, HAS_WRITTEN };
static int reports;         /* in a child: the pipe to its parent */

static void tell(enum report what)
{
    char byte = (char)what;
    if (write_some(reports, &byte, 1) != 1)
        _exit(EXIT_FAILURE);
}

/* Starts a child that calls PART(HOW). Its reports can be read from
   *IN. */
static pid_t start(void (*part)(int), int how, int *in)
{
    int p[2];
    if (pipe2(p, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
            fail("prctl");
        if (getppid() != parent)
            _exit(EXIT_FAILURE);
        close(p[0]);
        reports = p[1];
        part(how);
        close(reports);
        _exit(EXIT_SUCCESS);
    }
    close(p[1]);
    *in = p[0];
    return child;
}

enum person { ANNE, BEN, BEN_LISTENS };
static int fifos[2];        /* from Anne to Ben, from Ben to Anne */
static int from[2];         /* the reports of each */
static size_t length;       /* how much each of them says */

static void talk(int who)
{
    const int out = fifos[who != ANNE], in = fifos[who == ANNE];
    char *text = calloc(length, 1);
    if (text == NULL)
        fail("calloc");
    if (who == BEN_LISTENS
        && read_full(in, text, length) != (ssize_t)length)
        fail("read");
    if (write_all(out, text, length) == -1)
        fail("write");
    tell(HAS_WRITTEN);
    if (who != BEN_LISTENS
        && read_full(in, text, length) != (ssize_t)length)
        fail("read");
    free(text);
    close(in);
    close(out);
    if (who != ANNE)
        close(from[0]);
}

/* Prints whether Anne and BEN get through with BYTES each. */
static void talk_both(const char *title, size_t bytes, enum person ben)
{
    int status[2];
    length = bytes;
    fifos[0] = must_open("door", O_RDWR);
    fifos[1] = must_open("gate", O_RDWR);
    const pid_t who[2] = { start(talk, ANNE, &from[0]),
                           start(talk, (int)ben, &from[1]) };
    bool stuck = ben == BEN && asleep(who[0]) && asleep(who[1])
              && silent(from[0]) && silent(from[1]);
    for (int i = 0; i < 2; i++) {
        if (stuck)
            kill(who[i], SIGKILL);
        status[i] = wait_for(who[i]);
        close(from[i]);
        close(fifos[i]);
    }
    if (!stuck && (status[0] != 0 || status[1] != 0))
        errx(EXIT_FAILURE, "somebody failed");
    printf("%zu bytes, %-17s %s\n", bytes, title,
           stuck ? "both sleep in write, for ever"
                 : "both get through");
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
    enter_room();
    if (mkfifo("door", 0600) == -1)
        err(EXIT_FAILURE, "door");
    if (mkfifo("gate", 0600) == -1)
        err(EXIT_FAILURE, "gate");
    int door = must_open("door", O_RDWR);
    const int capacity = fcntl(door, F_GETPIPE_SZ);
    if (capacity == -1)
        err(EXIT_FAILURE, "F_GETPIPE_SZ");
    const size_t fits = (size_t)capacity;
    close(door);
    talk_both("both write first", fits, BEN);
    talk_both("both write first", fits + 1, BEN);
    talk_both("Ben reads first", fits + 1, BEN_LISTENS);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
