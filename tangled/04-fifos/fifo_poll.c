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


static void look(const char *when, int in)
{
    struct pollfd p = { .fd = in, .events = POLLIN };
    while (poll(&p, 1, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "poll");
    char byte;
    ssize_t n = read_some(in, &byte, 1);
    if (n == -1 && errno != EAGAIN)
        err(EXIT_FAILURE, "read");
    printf("%-24s  %-6s %-7s  read = %s\n", when,
           p.revents & POLLIN ? "POLLIN" : "-",
           p.revents & POLLHUP ? "POLLHUP" : "-",
           n == -1 ? "-1 EAGAIN" : n == 0 ? "0" : "1");
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
    int in = must_open("door", O_RDONLY | O_NONBLOCK);
    look("nobody has come yet", in);
    int out = must_open("door", O_WRONLY);
    look("a writer has come", in);
    if (write_all(out, "ab", 2) == -1)
        err(EXIT_FAILURE, "write");
    look("it has written 2 bytes", in);
    close(out);
    look("it has left", in);
    look("all is read", in);
    out = must_open("door", O_WRONLY);
    look("another has come", in);
    close(out);
    close(in);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
