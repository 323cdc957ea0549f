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

/* Waits until CHILD has news of KIND, and leaves it uncollected. */
static void await(pid_t child, int kind)
{
    siginfo_t news;
    while (waitid(P_PID, (id_t)child, &news, kind | WNOWAIT) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitid");
}

static pid_t staying(void)
{
    const pid_t parent = getpid();
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
            fail("prctl");
        if (getppid() != parent)
            _exit(EXIT_FAILURE);
        for (;;)
            pause();
    }
    return child;
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
    siginfo_t nobody;
    if (waitid(P_ALL, 0, &nobody, WEXITED | WNOHANG | WNOWAIT) == 0)
        errx(EXIT_FAILURE, "I was started with a child, and want none");
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc != 2 || strlen(argv[1]) > 20)
        errx(2, "usage: three_answers LETTERS");
    pid_t child[20];
    int born = 0, dead = 0;
    for (const char *letter = argv[1]; *letter != '\0'; letter++) {
        if (*letter == 'n')
            child[born++] = staying();
        if (*letter == 's' && dead < born) {
            kill(child[dead], SIGSTOP);
            await(child[dead], WSTOPPED);
        }
        if (*letter == 'd' && dead < born) {
            kill(child[dead], SIGKILL);
            await(child[dead++], WEXITED);
        }
        if (*letter == 'a') {
            pid_t got = waitpid(-1, NULL, WNOHANG);
            printf("%s\n", got > 0 ? "a child" : got == 0 ? "0" : "-1");
        }
    }
    for (int i = dead; i < born; i++)
        kill(child[i], SIGKILL);
    while (wait(NULL) > 0 || errno == EINTR)
        ;
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
