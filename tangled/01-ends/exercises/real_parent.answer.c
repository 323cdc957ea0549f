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

static pid_t parent_id;

static void before_fork(void)
{
    parent_id = getpid();
}

static void in_child(void)
{
}

static bool parent_lives(void)
{
    return getppid() == parent_id;
}

static int go[2], done[2];   /* pipes: to the helper, and from it */

static _Noreturn void be_the_helper(void)
{
    char byte;
    if (read(go[0], &byte, 1) != 1)
        _exit(EXIT_FAILURE);
    in_child();
    if (write(done[1], "b", 1) != 1 || read(go[0], &byte, 1) != 1)
        _exit(EXIT_FAILURE);
    printf("%s\n", parent_lives() ? "it lives" : "it is gone");
    fflush(stdout);
    _exit(write(done[1], "d", 1) != 1);
}

static _Noreturn void be_the_parent(void)
{
    before_fork();
    pid_t helper = fork();
    close(go[1]);
    if (helper == 0)
        be_the_helper();
    if (helper == -1 || write(done[1], "f", 1) != 1)
        _exit(EXIT_FAILURE);
    for (;;)
        pause();
}

int main(int argc, char *argv[])
{
    const char *how = argc == 2 ? argv[1] : "";
    siginfo_t news;
    char byte;
    if (prctl(PR_SET_CHILD_SUBREAPER, 1UL) == -1
        || pipe(go) == -1 || pipe(done) == -1)
        err(EXIT_FAILURE, "main");
    pid_t parent = fork();
    if (parent == -1)
        err(EXIT_FAILURE, "fork");
    if (parent == 0)
        be_the_parent();
    if (read(done[0], &byte, 1) != 1)   /* the helper is there */
        err(EXIT_FAILURE, "read");
    if (how[0] == 'z' || strcmp(how, "ended") == 0)
        kill(parent, SIGKILL);
    if (how[0] == 'z')
        waitid(P_PID, (id_t)parent, &news, WEXITED | WNOWAIT);
    else if (strcmp(how, "ended") == 0)
        waitpid(parent, NULL, 0);
    if (write(go[1], "b", 1) != 1 || read(done[0], &byte, 1) != 1)
        err(EXIT_FAILURE, "helper");
    if (strcmp(how, "ends") == 0) {
        kill(parent, SIGKILL);
        waitpid(parent, NULL, 0);
    }
    if (write(go[1], "l", 1) != 1 || read(done[0], &byte, 1) != 1)
        err(EXIT_FAILURE, "helper");
    kill(parent, SIGKILL);
    while (wait(NULL) > 0)
        ;
    return EXIT_SUCCESS;
}
