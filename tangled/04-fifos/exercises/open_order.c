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

int main(int argc, char **argv)
{
    int in = -1, out = -1;
    if (argc != 2)
        errx(2, "usage: open_order LETTERS");
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
    enter_room();
    if (mkfifo("door", 0600) == -1)
        err(EXIT_FAILURE, "door");
    for (const char *step = argv[1]; *step != '\0'; step++) {
        char byte = 'x';
        ssize_t n = -1;
        errno = EINVAL;
        if (*step == 'R')
            n = in = open("door", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        else if (*step == 'W')
            n = out = open("door", O_WRONLY | O_NONBLOCK | O_CLOEXEC);
        else if (*step == 'r')
            n = read(in, &byte, 1);
        else if (*step == 'w')
            n = write(out, &byte, 1);
        else if (*step == 'c' || *step == 'C')
            n = close(*step == 'c' ? in : out);
        if (n == -1)
            printf("%c %s\n", *step, strerrorname_np(errno));
        else if (*step == 'R' || *step == 'W')
            printf("%c opened\n", *step);
        else
            printf("%c %zd\n", *step, n);
    }
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
