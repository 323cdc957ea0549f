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

/* Forks a child that leaves with STATUS. */
static pid_t child_leaving(int status)
{
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0)
        _exit(status);
    return child;
}
/* Waits until CHILD has news of KIND, and leaves it uncollected. */
static void await(pid_t child, int kind)
{
    siginfo_t news;
    while (waitid(P_PID, (id_t)child, &news, kind | WNOWAIT) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitid");
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
    enum { CHILDREN = 3 };
    pid_t child[CHILDREN];
    for (int i = 0; i < CHILDREN; i++) {
        child[i] = child_leaving(9);
        await(child[i], WEXITED);
    }
    printf("%jd, %jd and %jd are dead\n", (intmax_t)child[0],
           (intmax_t)child[1], (intmax_t)child[2]);
    show("waitpid(youngest)", collect(child[2], NULL, 0), 0);
    show("waitpid(youngest) again",
         collect(child[2], NULL, 0), ECHILD);
    int by_wait = 0, by_waitpid = 0;
    show("waitpid(-1, &status, 0)",
         collect(-1, &by_waitpid, 0), 0);
    pid_t got;
    do
        got = wait(&by_wait);
    while (got == -1 && errno == EINTR);
    show("wait(&status)", got, 0);
    printf("%-36s = 0x%04x 0x%04x\n", "the two status words",
           (unsigned)by_waitpid, (unsigned)by_wait);
    show("waitpid(-1, NULL, 0)", collect(-1, NULL, 0), ECHILD);
    FILE *command = popen("exit 3", "re");
    if (command == NULL)
        err(EXIT_FAILURE, "popen");
    bool taken = collect(-1, NULL, 0) > 0;
    printf("%-36s = %s\n", "waitpid(-1) takes popen's child",
           taken ? "yes" : "no");
    show("pclose", pclose(command), ECHILD);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
