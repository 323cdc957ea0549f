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


/* Opens the door and prints how that went. An error other than
   EXPECTED ends the program; 0 means that none is expected. */
static int open_shown(const char *how, int flags, int expected)
{
    int fd = open_fifo("door", flags);
    if (fd == -1 && errno != expected)
        err(EXIT_FAILURE, "%s", how);
    if (fd == -1)
        printf("%-36s = -1 %s\n", how, strerrorname_np(errno));
    else
        printf("%-36s = opened\n", how);
    return fd;
}

/* Prints what a call returned. An error other than EXPECTED ends the
   program; 0 means that none is expected. */
static void show(const char *call, ssize_t result, int expected)
{
    if (result == -1 && errno != expected)
        err(EXIT_FAILURE, "%s", call);
    if (result == -1)
        printf("%-36s = -1 %s\n", call, strerrorname_np(errno));
    else
        printf("%-36s = %zd\n", call, result);
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

/* Waits for the next report, which has to be WANTED. */
static void expect(int in, enum report wanted)
{
    char byte;
    if (read_some(in, &byte, 1) != 1)
        errx(EXIT_FAILURE, "the child is gone");
    if (byte != (char)wanted)
        errx(EXIT_FAILURE, "the child reports something else");
}

/* Makes sure that CHILD sleeps and has no more to report. */
static void expect_sleep(pid_t child, int in)
{
    if (!asleep(child) || !silent(in))
        errx(EXIT_FAILURE, "the child does not wait");
}

static void open_door(int flags)
{
    int fd = open_fifo("door", flags);
    if (fd == -1)
        fail("door");
    tell(OPENED);
    char byte;
    if (flags == O_RDONLY && read_some(fd, &byte, 1) == 1)
        tell(HAS_READ);
    close(fd);
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
    int from_child;
    pid_t reader = start(open_door, O_RDONLY, &from_child);
    expect_sleep(reader, from_child);
    puts("O_RDONLY, no writer: sleeps in open");
    int out = must_open("door", O_WRONLY);
    expect(from_child, OPENED);
    puts("  a writer comes:    open returns");
    expect_sleep(reader, from_child);
    puts("  it says nothing:   sleeps in read");
    if (write_some(out, "x", 1) != 1)
        err(EXIT_FAILURE, "write");
    expect(from_child, HAS_READ);
    puts("  it writes a byte:  read returns it");
    close(out);
    close(from_child);
    if (wait_for(reader) != 0)
        errx(EXIT_FAILURE, "the reader failed");

    pid_t writer = start(open_door, O_WRONLY, &from_child);
    expect_sleep(writer, from_child);
    puts("O_WRONLY, no reader: sleeps in open");
    int in = must_open("door", O_RDONLY);
    expect(from_child, OPENED);
    puts("  a reader comes:    open returns");
    close(in);
    close(from_child);
    if (wait_for(writer) != 0)
        errx(EXIT_FAILURE, "the writer failed");
    char byte = 'x';
    in = open_shown("O_RDONLY|O_NONBLOCK, no writer",
                    O_RDONLY | O_NONBLOCK, 0);
    show("  read", read_some(in, &byte, 1), 0);
    close(in);
    open_shown("O_WRONLY|O_NONBLOCK, no reader", O_WRONLY | O_NONBLOCK,
               ENXIO);
    int both = open_shown("O_RDWR, nobody else", O_RDWR, 0);
    show("  write", write_some(both, &byte, 1), 0);
    show("  read", read_some(both, &byte, 1), 0);
    out = open_shown("O_WRONLY|O_NONBLOCK, a reader",
                     O_WRONLY | O_NONBLOCK, 0);
    close(out);
    close(both);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
