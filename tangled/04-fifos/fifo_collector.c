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
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/stat.h>

/* Like read(2), but a signal does not end it. */
static ssize_t read_some(int fd, void *buffer, size_t length)
{
    ssize_t n;
    do
        n = read(fd, buffer, length);
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

/* Makes the FIFO BOX unless it is there, and opens it for reading.
   Returns -1 when the name went away in between. */
static int open_box(const char *box)
{
    umask(077);
    if (mkfifo(box, 0600) == -1 && errno != EEXIST)
        err(EXIT_FAILURE, "%s", box);
    int in = open_fifo(box, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    struct stat is;
    if (in == -1 && errno == ENOENT)
        return -1;
    if (in == -1 || fstat(in, &is) == -1)
        err(EXIT_FAILURE, "%s", box);
    if (S_ISREG(is.st_mode))
        errx(EXIT_FAILURE, "%s: a file, not a FIFO; has a shell's > "
                           "made it?", box);
    if (!S_ISFIFO(is.st_mode))
        errx(EXIT_FAILURE, "%s: not a FIFO", box);
    return in;
}

/* Tells whether NAME leads to what FD has open. */
static bool leads_to(const char *name, int fd)
{
    struct stat there, here;
    if (fstat(fd, &here) == -1)
        err(EXIT_FAILURE, "%s", name);
    return lstat(name, &there) == 0 && there.st_dev == here.st_dev
        && there.st_ino == here.st_ino;
}

/* Returns a descriptor that tells when we are asked to stop. */
static int hear_signals(void)
{
    const int terminal[] = { SIGINT, SIGHUP };
    struct sigaction now;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    for (int i = 0; i < 2; i++)
        if (sigaction(terminal[i], NULL, &now) == 0
            && now.sa_handler != SIG_IGN)
            sigaddset(&set, terminal[i]);
    int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd == -1 || sigprocmask(SIG_BLOCK, &set, NULL) == -1)
        err(EXIT_FAILURE, "signals");
    return fd;
}

/* Waits until IN can be read or we are asked to stop. Tells whether
   we are asked. */
static bool wait_for_news(int in, int signals)
{
    struct pollfd both[] = { { .fd = in, .events = POLLIN },
                             { .fd = signals, .events = POLLIN } };
    if (poll(both, 2, -1) == -1 && errno != EINTR)
        err(EXIT_FAILURE, "poll");
    struct signalfd_siginfo one;
    return read_some(signals, &one, sizeof one) == sizeof one;
}

static long lines;
static char last = '\n';    /* the last byte that has come */

/* Reads once from IN and prints what has come. Returns false at the
   end of file. */
static bool take(int in)
{
    char text[PIPE_BUF];
    ssize_t n = read_some(in, text, sizeof text);
    if (n == -1 && errno == EAGAIN)
        return true;
    if (n == -1)
        err(EXIT_FAILURE, "read");
    for (ssize_t i = 0; i < n; i++)
        lines += text[i] == '\n';
    if (n > 0)
        last = text[n - 1];
    fwrite(text, 1, (size_t)n, stdout);
    return n > 0;
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
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        err(EXIT_FAILURE, "signal");
    long limit = LONG_MAX;
    char *end = NULL;
    if (argc == 3)
        limit = strtol(argv[2], &end, 10);
    bool number = end == NULL || *end == '\0';
    if (argc < 2 || argc > 3 || limit < 1 || !number) {
        fprintf(stderr, "usage: fifo_collector BOX [LINES]\n");
        return 2;
    }
    const char *box = argv[1];
    const int signals = hear_signals();
    int in = -1;
    for (bool ours = false; !ours;) {
        in = open_box(box);
        if (in == -1)
            continue;
        bool locked = flock(in, LOCK_EX | LOCK_NB) == 0;
        if (!locked && errno != EWOULDBLOCK)
            err(EXIT_FAILURE, "%s", box);
        ours = leads_to(box, in);
        if (ours && !locked)
            errx(EXIT_FAILURE, "%s: has a collector already", box);
        if (!ours)
            close(in);
    }
    char same[64];
    snprintf(same, sizeof same, "/proc/self/fd/%d", in);
    int keep = open_fifo(same, O_WRONLY | O_NONBLOCK);
    if (keep == -1)
        err(EXIT_FAILURE, "%s", same);
    bool asked = false;
    while (!asked && lines < limit && !ferror(stdout)) {
        asked = wait_for_news(in, signals);
        if (!asked && !take(in))
            break;
    }
    bool stays = leads_to(box, in) && unlink(box) == -1;
    if (stays)
        warn("%s", box);
    close(keep);
    for (bool inside = true; inside && !ferror(stdout);) {
        wait_for_news(in, signals);
        inside = take(in);
    }
    close(in);
    close(signals);
    if (last != '\n')
        putchar('\n');
    if (stays)
        errx(EXIT_FAILURE, "%s is still there", box);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
