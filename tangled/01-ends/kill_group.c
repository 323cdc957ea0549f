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
/* Like waitpid(2), but a signal does not end it. */
static pid_t collect(pid_t which, int *status, int options)
{
    pid_t got;
    do
        got = waitpid(which, status, options);
    while (got == -1 && errno == EINTR);
    return got;
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
    siginfo_t nobody;
    if (waitid(P_ALL, 0, &nobody, WEXITED | WNOHANG | WNOWAIT) == 0)
        errx(EXIT_FAILURE, "I was started with a child, and want none");
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (prctl(PR_SET_CHILD_SUBREAPER, 1UL) == -1)
        err(EXIT_FAILURE, "prctl");
    if (signal(SIGTERM, SIG_DFL) == SIG_ERR)
        err(EXIT_FAILURE, "signal");
    int gate[2], report[2];
    if (pipe2(gate, O_CLOEXEC) == -1 || pipe2(report, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    pid_t leader = fork(), helper;
    if (leader == -1)
        err(EXIT_FAILURE, "fork");
    if (leader == 0) {
        if (setpgid(0, 0) == -1)
            fail("setpgid");
        if ((helper = fork()) == -1)
            fail("fork");
        if (helper != 0 && write_some(report[1], &helper,
                                      sizeof helper) != sizeof helper)
            fail("write");
        if (close(report[0]) == -1 || close(report[1]) == -1)
            fail("close");
        wait_at(gate);
        _exit(EXIT_SUCCESS);
    }
    if (close(gate[0]) == -1 || close(report[1]) == -1)
        err(EXIT_FAILURE, "close");
    if (read_some(report[0], &helper, sizeof helper) != sizeof helper)
        errx(EXIT_FAILURE, "no word from the leader");
    printf("%jd leads a group, %jd is in it\n",
           (intmax_t)leader, (intmax_t)helper);
    int status = 0;
    show("waitpid(0, WNOHANG)", collect(0, NULL, WNOHANG), ECHILD);
    show("kill(leader, SIGTERM)", kill(leader, SIGTERM), 0);
    show("waitpid(-leader)", collect(-leader, &status, 0), 0);
    show("waitpid(-leader, WNOHANG)",
         collect(-leader, &status, WNOHANG), 0);
    show("kill(-leader, SIGTERM)", kill(-leader, SIGTERM), 0);
    show("waitpid(-leader)", collect(-leader, &status, 0), 0);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGTERM)
        errx(EXIT_FAILURE, "the helper was not killed by SIGTERM");
    show("kill(-leader, SIGTERM)", kill(-leader, SIGTERM), ESRCH);
    if (close(gate[1]) == -1 || close(report[0]) == -1)
        err(EXIT_FAILURE, "close");
    pid_t in_ours = fork();
    if (in_ours == -1)
        err(EXIT_FAILURE, "fork");
    if (in_ours == 0)
        _exit(EXIT_SUCCESS);
    printf("%jd is in our group\n", (intmax_t)in_ours);
    show("waitpid(0)", collect(0, NULL, 0), 0);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
