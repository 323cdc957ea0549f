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
#include <threads.h>

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


static int other_thread(void *argument)
{
    const pid_t child = *(const pid_t *)argument;
    int status = 0;
    printf("another thread asks\n");
    show("waitpid(child, __WNOTHREAD)",
         collect(child, NULL, __WNOTHREAD), ECHILD);
    show("waitpid(child, 0)", collect(child, &status, 0), 0);
    return WEXITSTATUS(status);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    pid_t child = child_leaving(5);
    printf("one thread forked %jd\n", (intmax_t)child);
    thrd_t thread;
    int answer;
    if (thrd_create(&thread, other_thread, &child) != thrd_success)
        errx(EXIT_FAILURE, "thrd_create failed");
    if (thrd_join(thread, &answer) != thrd_success)
        errx(EXIT_FAILURE, "thrd_join failed");
    printf("%-36s = %d\n", "exit status", answer);
    show("waitpid(child) in the first thread",
         collect(child, NULL, 0), ECHILD);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
