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
    if (argc < 2)
        errx(2, "usage: first_process COMMAND [ARGUMENT]...");
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (getpid() != 1 && prctl(PR_SET_CHILD_SUBREAPER, 1UL) == -1)
        err(EXIT_FAILURE, "prctl");
    sigset_t ours, before;
    sigemptyset(&ours);
    sigaddset(&ours, SIGCHLD);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGINT);
    if (sigprocmask(SIG_BLOCK, &ours, &before) == -1)
        err(EXIT_FAILURE, "sigprocmask");
    pid_t command = fork();
    if (command == -1)
        err(EXIT_FAILURE, "fork");
    if (command == 0) {
        if (sigprocmask(SIG_SETMASK, &before, NULL) == 0)
            execvp(argv[1], argv + 1);
        warn("%s", argv[1]);
        _exit(127);
    }
    int collected = 0, last_word = 0;
    pid_t got = 0;
    while (got != -1) {
        int number, status;
        errno = sigwait(&ours, &number);
        if (errno != 0)
            err(EXIT_FAILURE, "sigwait");
        if (number != SIGCHLD && command == 0)
            break;
        if (number != SIGCHLD && kill(command, number) == -1)
            warn("kill");
        while ((got = waitpid(-1, &status, WNOHANG)) > 0) {
            collected++;
            if (got == command) {
                last_word = status;
                command = 0;
            }
        }
    }
    printf("collected %d, %d of them orphans\n",
           collected, collected - 1);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return WIFEXITED(last_word) ? WEXITSTATUS(last_word)
                                : 128 + WTERMSIG(last_word);
}
