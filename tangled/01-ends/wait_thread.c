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


static void *other_thread(void *argument)
{
    const pid_t child = *(const pid_t *)argument;
    int status = 0;
    printf("another thread asks\n");
    show("waitpid(child, __WNOTHREAD)",
         collect(child, NULL, __WNOTHREAD), ECHILD);
    show("waitpid(child, 0)", collect(child, &status, 0), 0);
    printf("%-36s = %d\n", "exit status", exit_status(status));
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
    setvbuf(stdout, NULL, _IOLBF, 0);
    pid_t child = child_leaving(5);
    printf("one thread forked %jd\n", (intmax_t)child);
    pthread_t thread;
    errno = pthread_create(&thread, NULL, other_thread, &child);
    if (errno != 0)
        err(EXIT_FAILURE, "pthread_create");
    errno = pthread_join(thread, NULL);
    if (errno != 0)
        err(EXIT_FAILURE, "pthread_join");
    show("waitpid(child) in the first thread",
         collect(child, NULL, 0), ECHILD);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
