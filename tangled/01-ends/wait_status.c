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
/* For children: prints what failed, and why, and ends by _exit. */
static _Noreturn void fail(const char *what)
{
    warn("%s", what);
    _exit(EXIT_FAILURE);
}


static const char *name_of(int number)
{
    const char *name = sigabbrev_np(number);
    return name == NULL ? "RT" : name;
}

static void report(const char *what, int status)
{
    printf("%-22s 0x%04x  ", what, (unsigned)status);
    if (WIFEXITED(status))
        printf("exited, status %d\n", WEXITSTATUS(status));
    else if (WIFSIGNALED(status))
        printf("killed by SIG%s, %s\n",
               name_of(WTERMSIG(status)),
               WCOREDUMP(status) ? "core dumped" : "no core");
    else if (WIFSTOPPED(status))
        printf("stopped by SIG%s\n", name_of(WSTOPSIG(status)));
    else if (WIFCONTINUED(status))
        printf("continued\n");
}

static void report_end(const char *what, int last_word, int number)
{
    int status;
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        if (prctl(PR_SET_DUMPABLE, 0) == -1)
            fail("prctl");
        if (number != 0)
            raise(number);
        _exit(last_word);
    }
    if (collect(child, &status, 0) == -1)
        err(EXIT_FAILURE, "waitpid");
    report(what, status);
}

static void report_life(void)
{
    int status;
    const pid_t parent = getpid();
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
            fail("prctl");
        if (getppid() != parent)
            _exit(EXIT_FAILURE);
        raise(SIGSTOP);
        for (;;)
            pause();
    }
    if (collect(child, &status, WUNTRACED) == -1)
        err(EXIT_FAILURE, "waitpid");
    report("raise(SIGSTOP)", status);
    if (kill(child, SIGCONT) == -1)
        err(EXIT_FAILURE, "kill");
    if (collect(child, &status, WCONTINUED) == -1)
        err(EXIT_FAILURE, "waitpid");
    report("receive SIGCONT", status);
    if (kill(child, SIGTERM) == -1)
        err(EXIT_FAILURE, "kill");
    if (collect(child, &status, 0) == -1)
        err(EXIT_FAILURE, "waitpid");
    report("receive SIGTERM", status);
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
    if (signal(SIGQUIT, SIG_DFL) == SIG_ERR
        || signal(SIGTERM, SIG_DFL) == SIG_ERR)
        err(EXIT_FAILURE, "signal");
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("%-22s %-6s  %s\n", "the child did", "word", "which says");
    report_end("_exit(3)", 3, 0);
    report_end("_exit(261)", 261, 0);
    report_end("_exit(-1)", -1, 0);
    report_end("raise(SIGKILL)", 0, SIGKILL);
    report_end("raise(SIGQUIT)", 0, SIGQUIT);
    report_life();
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
