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
#include <sys/socket.h>

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

/* Waits until CHILD has ended and returns its wait status. */
static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitpid");
    return status;
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


/* Looks at FD without sleeping, and returns what poll says of it. */
static const char *says(int fd, short events)
{
    static const struct { short bit; const char *name; } words[] = {
        { POLLIN, " IN" },       { POLLOUT, " OUT" },
        { POLLRDHUP, " RDHUP" }, { POLLERR, " ERR" },
        { POLLHUP, " HUP" },     { POLLNVAL, " NVAL" },
    };
    static char text[40];
    struct pollfd p = { .fd = fd, .events = events };
    while (poll(&p, 1, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "poll");
    strcpy(text, p.revents == 0 ? " -" : "");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (p.revents & words[i].bit)
            strcat(text, words[i].name);
    return text + 1;
}

/* Empties the pipe P, and writes pages into it until one fits. */
static void fill_but_one_page(int p[2], char *bytes, size_t page)
{
    if (fcntl(p[1], F_SETFL, O_NONBLOCK) == -1)
        err(EXIT_FAILURE, "fcntl");
    while (read(p[0], bytes, page) > 0)
        ;
    while (write(p[1], bytes, page) > 0)
        ;
    if (read(p[0], bytes, page) != (ssize_t)page)
        err(EXIT_FAILURE, "a page");
}

static bool told_of(struct pollfd *entry, short what)
{
    while (poll(entry, 1, -1) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "poll");
    return entry->revents == what;
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
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        err(EXIT_FAILURE, "signal");
    int p[2];
    static char bytes[1 << 16];
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (pipe2(p, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    show("a byte is written", write(p[1], "x", 1), 0);
    printf("poll says %s\n", says(p[0], POLLIN));
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0)
        _exit(read(p[0], bytes, 1) != 1);
    if (wait_for(child) != 0 || fcntl(p[0], F_SETFL, O_NONBLOCK) == -1)
        errx(EXIT_FAILURE, "the other reader failed");
    show("another one reads, then we", read(p[0], bytes, 1), EAGAIN);
    fill_but_one_page(p, bytes, page);
    printf("room for one page: poll says %s\n", says(p[1], POLLOUT));
    printf("two pages without waiting: %s\n",
           write(p[1], bytes, 2 * page) == (ssize_t)page ? "one page fits"
                                                         : "otherwise");
    fill_but_one_page(p, bytes, page);
    if (fcntl(p[1], F_SETFL, 0) == -1)
        err(EXIT_FAILURE, "fcntl");
    child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        close(p[0]);
        _exit(write(p[1], bytes, 2 * page) != (ssize_t)(2 * page));
    }
    printf("two pages with waiting: asleep %s\n",
           asleep(child) ? "yes" : "no");
    for (pid_t one; (one = waitpid(child, NULL, WNOHANG)) != child;)
        if (one == -1 && errno != EINTR)
            err(EXIT_FAILURE, "waitpid");
        else if (read(p[0], bytes, sizeof bytes) == -1 && errno != EAGAIN)
            err(EXIT_FAILURE, "read");
    int told = 0;
    struct pollfd nothing = { .fd = p[0], .events = 0 };
    close(p[1]);
    for (int call = 0; call < 100; call++)
        told += told_of(&nothing, POLLHUP);
    printf("nothing asked, writer gone: told in %d of 100 calls\n", told);
    nothing.fd = -1;
    show("the same with a negative number", poll(&nothing, 1, 0), 0);
    close(p[0]);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, p) == -1)
        err(EXIT_FAILURE, "socketpair");
    struct pollfd idle = { .fd = p[0], .events = POLLIN | POLLOUT };
    for (int call = told = 0; call < 100; call++)
        told += told_of(&idle, POLLOUT);
    printf("OUT asked for, nothing to send: told in %d of 100\n", told);
    close(p[0]);
    close(p[1]);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
