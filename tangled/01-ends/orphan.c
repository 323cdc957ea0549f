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

/* Like waitpid(2), but a signal does not end it. */
static pid_t collect(pid_t which, int *status, int options)
{
    pid_t got;
    do
        got = waitpid(which, status, options);
    while (got == -1 && errno == EINTR);
    return got;
}
/* Returns the exit status in STATUS, or gives up if there is none. */
static int exit_status(int status)
{
    if (!WIFEXITED(status))
        errx(EXIT_FAILURE, "a child did not leave by itself");
    return WEXITSTATUS(status);
}
/* For children: prints what failed, and why, and ends by _exit. */
static _Noreturn void fail(const char *what)
{
    warn("%s", what);
    _exit(EXIT_FAILURE);
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

/* For children: returns when the parent opens GATE or is gone. */
static void wait_at(const int gate[2])
{
    char byte;
    if (close(gate[1]) == -1)
        fail("close");
    if (read_some(gate[0], &byte, 1) == -1)
        fail("read");
    if (close(gate[0]) == -1)
        fail("close");
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


static int death[2], look[2], report[2];

/* Closes one end of a pipe, or gives up. */
static void close_end(int end)
{
    if (close(end) == -1)
        fail("close");
}

static void close_both(const int ends[2])
{
    close_end(ends[0]);
    close_end(ends[1]);
}

static _Noreturn void be_the_orphan(void)
{
    const pid_t me = getpid();
    close_both(death);
    close_end(report[0]);
    printf("orphan %jd: my parent is %jd\n", (intmax_t)me,
           (intmax_t)getppid());
    if (write_some(report[1], &me, sizeof me) != sizeof me)
        fail("write");
    wait_at(look);
    printf("orphan %jd: my parent is %jd\n", (intmax_t)me,
           (intmax_t)getppid());
    close_end(report[1]);
    _exit(6);
}

static _Noreturn void be_the_parent(void)
{
    pid_t orphan = fork();
    if (orphan == -1)
        fail("fork");
    if (orphan == 0)
        be_the_orphan();
    close_both(look);
    close_both(report);
    wait_at(death);
    _exit(EXIT_SUCCESS);
}

int main(int argc, char *argv[])
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
    bool adopt = argc == 2 && strcmp(argv[1], "adopt") == 0;
    if (argc > 2 || (argc == 2 && !adopt))
        errx(2, "usage: orphan [adopt]");
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("grandparent %jd\n", (intmax_t)getpid());
    if (prctl(PR_SET_CHILD_SUBREAPER, adopt ? 1UL : 0UL) == -1)
        err(EXIT_FAILURE, "prctl");
    if (pipe2(death, O_CLOEXEC) == -1 || pipe2(look, O_CLOEXEC) == -1
        || pipe2(report, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    pid_t parent = fork();
    if (parent == -1)
        err(EXIT_FAILURE, "fork");
    if (parent == 0)
        be_the_parent();
    close_end(death[0]);
    close_end(look[0]);
    close_end(report[1]);
    pid_t orphan;
    if (read_some(report[0], &orphan, sizeof orphan) != sizeof orphan)
        errx(EXIT_FAILURE, "no word from the orphan");
    show("waitpid(grandchild, WNOHANG)",
         collect(orphan, NULL, WNOHANG), ECHILD);
    close_end(death[1]);
    show("waitpid(parent)", collect(parent, NULL, 0), 0);
    char nothing;
    close_end(look[1]);
    if (read_some(report[0], &nothing, 1) != 0)
        errx(EXIT_FAILURE, "the orphan says too much");
    close_end(report[0]);
    int status = 0;
    show("waitpid(grandchild)", collect(orphan, &status, 0),
         adopt ? 0 : ECHILD);
    if (adopt)
        printf("%-36s = %d\n", "exit status", exit_status(status));
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
