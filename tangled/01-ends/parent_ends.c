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
#include <pthread.h>
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

/* Like waitpid(2), but a signal does not end it. */
static pid_t collect(pid_t which, int *status, int options)
{
    pid_t got;
    do
        got = waitpid(which, status, options);
    while (got == -1 && errno == EINTR);
    return got;
}

static pid_t child_that_asks(void)
{
    int asked[2];
    char nothing;
    if (pipe2(asked, O_CLOEXEC) == -1)
        fail("pipe2");
    const pid_t parent = getpid();
    pid_t child = fork();
    if (child == -1)
        fail("fork");
    if (child == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
            fail("prctl");
        if (getppid() != parent)
            _exit(EXIT_FAILURE);
        if (close(asked[0]) == -1 || close(asked[1]) == -1)
            fail("close");
        for (;;)
            pause();
    }
    if (close(asked[1]) == -1
        || read_some(asked[0], &nothing, 1) == -1
        || close(asked[0]) == -1)
        fail("pipe");
    return child;
}

static void tell(const char *event, pid_t child)
{
    int status;
    if (collect(child, &status, 0) == -1)
        err(EXIT_FAILURE, "waitpid");
    if (!WIFSIGNALED(status))
        errx(EXIT_FAILURE, "the child was not killed");
    printf("%-20s has ended: its child was killed by SIG%s\n",
           event, sigabbrev_np(WTERMSIG(status)));
}

static void *fork_and_end(void *child)
{
    *(pid_t *)child = child_that_asks();
    return NULL;
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
    pid_t parent = fork();
    if (parent == -1)
        err(EXIT_FAILURE, "fork");
    if (parent == 0) {
        child_that_asks();
        _exit(EXIT_SUCCESS);
    }
    if (collect(parent, NULL, 0) == -1)
        err(EXIT_FAILURE, "waitpid");
    tell("the parent", -1);
    pthread_t thread;
    pid_t child = -1;
    errno = pthread_create(&thread, NULL, fork_and_end, &child);
    if (errno != 0)
        err(EXIT_FAILURE, "pthread_create");
    errno = pthread_join(thread, NULL);
    if (errno != 0)
        err(EXIT_FAILURE, "pthread_join");
    tell("the forking thread", child);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
