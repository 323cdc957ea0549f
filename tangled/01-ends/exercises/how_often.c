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

static volatile sig_atomic_t signals;

static void on_child(int number)
{
    (void)number;
    signals++;
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
    if (argc != 2)
        errx(2, "usage: how_often LETTERS");
    struct sigaction action = { .sa_flags = SA_RESTART };
    sigset_t child;
    action.sa_handler = on_child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    if (sigaction(SIGCHLD, &action, NULL) == -1)
        err(EXIT_FAILURE, "sigaction");
    for (const char *letter = argv[1]; *letter != '\0'; letter++)
        if (*letter == 'd')
            await(child_leaving(0), WEXITED);
        else if (sigprocmask(*letter == 'B' ? SIG_BLOCK : SIG_UNBLOCK,
                             &child, NULL) == -1)
            err(EXIT_FAILURE, "sigprocmask");
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
    printf("signals %d\n", (int)signals);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
