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
/* Waits until CHILD has news of KIND, and leaves them uncollected. */
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
/* Returns the letter for the state of process PID, 0 if it is gone. */
static char state_of(pid_t pid)
{
    char path[64], line[512] = "";
    snprintf(path, sizeof path, "/proc/%jd/stat", (intmax_t)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL && errno != ENOENT)
        err(EXIT_FAILURE, "%s", path);
    if (file == NULL)
        return 0;
    size_t length = fread(line, 1, sizeof line - 1, file);
    fclose(file);
    line[length] = '\0';
    const char *name_end = strrchr(line, ')');
    return name_end == NULL || name_end[1] == '\0' ? '?' : name_end[2];
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

static void ask_by_pid(void)
{
    pid_t first = child_leaving(1), second = child_leaving(2);
    await(first, WEXITED);
    await(second, WEXITED);
    printf("the first is %jd, the second %jd, both are dead\n",
           (intmax_t)first, (intmax_t)second);
    show("waitpid(second)", collect(second, NULL, 0), 0);
    printf("%-36s = %c\n", "state of the first", state_of(first));
    show("waitpid(second) again",
         collect(second, NULL, 0), ECHILD);
    show("waitpid(my own parent)",
         collect(getppid(), NULL, 0), ECHILD);
    show("waitpid(first)", collect(first, NULL, 0), 0);
}
/* Forks a child that leads a new group and leaves with STATUS. */
static pid_t leader_leaving(int status)
{
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        if (setpgid(0, 0) == -1)
            _exit(EXIT_FAILURE);
        _exit(status);
    }
    return child;
}
static void ask_by_group(void)
{
    pid_t ours = child_leaving(3), theirs = leader_leaving(4);
    await(ours, WEXITED);
    await(theirs, WEXITED);
    printf("%jd is in our group, %jd leads another, "
           "both are dead\n", (intmax_t)ours, (intmax_t)theirs);
    show("waitpid(0)", collect(0, NULL, 0), 0);
    show("waitpid(0) again", collect(0, NULL, 0), ECHILD);
    printf("%-36s = %c\n", "state of the leader", state_of(theirs));
    show("waitpid(-leader)", collect(-theirs, NULL, 0), 0);
    show("waitpid(-leader) again",
         collect(-theirs, NULL, 0), ECHILD);
    pid_t moved = leader_leaving(5);
    await(moved, WEXITED);
    printf("%jd leads another group and is dead\n", (intmax_t)moved);
    show("waitpid(0)", collect(0, NULL, 0), ECHILD);
    show("setpgid(leader, our group)", setpgid(moved, getpgrp()), 0);
    show("waitpid(0) again", collect(0, NULL, 0), 0);
    show("waitpid(INT_MIN)", collect(INT_MIN, NULL, 0), ESRCH);
}
static void ask_for_any(void)
{
    int by_wait = 0, by_waitpid = 0;
    pid_t got, one = child_leaving(9), two = leader_leaving(9);
    await(one, WEXITED);
    await(two, WEXITED);
    printf("%jd is in our group, %jd leads another, "
           "both are dead\n", (intmax_t)one, (intmax_t)two);
    do
        got = wait(&by_wait);
    while (got == -1 && errno == EINTR);
    show("wait(&status)", got, 0);
    show("waitpid(-1, &status, 0)",
         collect(-1, &by_waitpid, 0), 0);
    printf("%-36s = 0x%04x 0x%04x\n", "the two status words",
           (unsigned)by_wait, (unsigned)by_waitpid);
    show("waitpid(-1, NULL, 0)", collect(-1, NULL, 0), ECHILD);
    FILE *command = popen("exit 3", "re");
    if (command == NULL)
        err(EXIT_FAILURE, "popen");
    bool taken = collect(-1, NULL, 0) > 0;
    printf("%-36s = %s\n", "waitpid(-1) takes popen's child",
           taken ? "yes" : "no");
    show("pclose", pclose(command), ECHILD);
}

int main(int argc, char *argv[])
{
    const char *scene = argc == 2 ? argv[1] : "";
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (strcmp(scene, "pid") == 0)
        ask_by_pid();
    else if (strcmp(scene, "group") == 0)
        ask_by_group();
    else if (strcmp(scene, "any") == 0)
        ask_for_any();
    else
        errx(2, "usage: wait_which pid|group|any");
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
