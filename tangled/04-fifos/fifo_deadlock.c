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

struct step { const char *name; int flags; };

static pid_t send_through(const struct step plan[2],
                          const int report[2])
{
    int in = -1, out = -1;
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child != 0)
        return child;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
        fail("prctl");
    if (getppid() != parent)
        _exit(EXIT_FAILURE);
    close(report[0]);
    for (int i = 0; i < 2; i++) {
        int fd = open_fifo(plan[i].name, plan[i].flags);
        if (fd == -1)
            fail(plan[i].name);
        if (i == 0 && write_some(report[1], "1", 1) != 1)
            fail("report");
        if (plan[i].flags & O_WRONLY)
            out = fd;
        else
            in = fd;
    }
    char byte = 'x';
    if (write_some(out, &byte, 1) != 1)
        fail("write");
    struct pollfd p = { .fd = in, .events = POLLIN };
    while (poll(&p, 1, -1) == -1)
        if (errno != EINTR)
            fail("poll");
    if (read_some(in, &byte, 1) != 1)
        fail("read");
    close(in);
    close(out);
    close(report[1]);
    _exit(EXIT_SUCCESS);
}

/* Prints whether two processes with these plans get through. */
static void meet(const char *title, const struct step anne[2],
                 const struct step ben[2])
{
    int p[2], status[2];
    if (pipe2(p, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    pid_t who[2];
    who[0] = send_through(anne, p);
    who[1] = send_through(ben, p);
    close(p[1]);
    bool stuck = asleep(who[0]) && asleep(who[1]) && silent(p[0]);
    for (int i = 0; i < 2; i++) {
        if (stuck)
            kill(who[i], SIGKILL);
        status[i] = wait_for(who[i]);
    }
    close(p[0]);
    if (!stuck && (status[0] != 0 || status[1] != 0))
        errx(EXIT_FAILURE, "somebody failed");
    printf("%-33s %s\n", title, stuck ? "both sleep in open, for ever"
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
    meet("each its reading end first:",
         (struct step[]){ { "door", O_RDONLY }, { "gate", O_WRONLY } },
         (struct step[]){ { "gate", O_RDONLY }, { "door", O_WRONLY } });
    meet("both the door first:",
         (struct step[]){ { "door", O_RDONLY }, { "gate", O_WRONLY } },
         (struct step[]){ { "door", O_WRONLY }, { "gate", O_RDONLY } });
    meet("each its reading end, not waiting:",
         (struct step[]){ { "door", O_RDONLY | O_NONBLOCK },
                          { "gate", O_WRONLY } },
         (struct step[]){ { "gate", O_RDONLY | O_NONBLOCK },
                          { "door", O_WRONLY } });
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
