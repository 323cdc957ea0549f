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

static pid_t long_job;
static int gate[2];   /* a pipe: open for writing while we serve */

/* Begins a job that is dead on return, or one that stays. */
static void job(bool stays)
{
    siginfo_t news;
    char nothing;
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0 && stays) {
        close(gate[1]);
        while (read(gate[0], &nothing, 1) == -1)
            ;
    }
    if (child == 0)
        _exit(EXIT_SUCCESS);
    if (stays)
        long_job = child;
    else if (waitid(P_PID, (id_t)child, &news, WEXITED | WNOWAIT) == -1)
        err(EXIT_FAILURE, "a job is gone");
}

static void on_child(int number)
{
    (void)number;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
    errno = 0;
}

int main(int argc, char *argv[])
{
    struct sigaction action = { .sa_flags = SA_RESTART };
    sigset_t child, before;
    action.sa_handler = on_child;
    if (sigaction(SIGCHLD, &action, NULL) == -1
        || pipe2(gate, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "main");
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    for (int i = 1; i < argc; i++) {
        sigprocmask(SIG_BLOCK, &child, &before);
        if (strcmp(argv[i], "long") == 0)
            job(true);
        for (int k = atoi(argv[i]); k > 0; k--)
            job(false);
        errno = i;
        sigprocmask(SIG_SETMASK, &before, NULL);
        if (errno != i)
            err(EXIT_FAILURE, "main finds errno changed");
        siginfo_t news = { .si_pid = 0 };
        waitid(P_ALL, 0, &news, WEXITED | WNOHANG | WNOWAIT);
        printf("%s: %s\n", argv[i],
               news.si_pid == 0 ? "nobody dead" : "a zombie");
    }
    close(gate[1]);
    while (long_job != 0 && waitpid(long_job, NULL, 0) == -1
           && errno == EINTR)
        ;
    return fclose(stdout) == EOF;
}
