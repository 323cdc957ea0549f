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

static void hear(const int from[2])
{
    char byte;
    while (read(from[0], &byte, 1) == -1 && errno == EINTR)
        ;
}

static _Noreturn void be_the_helper(void)
{
    hear(go);
    in_child();
    if (write(done[1], "b", 1) != 1)
        _exit(EXIT_FAILURE);
    hear(go);
    printf("%s\n", parent_lives() ? "it lives" : "it is gone");
    _exit(fflush(stdout) == EOF);
}

static _Noreturn void be_the_parent(const char *how)
{
    close(go[1]);
    before_fork();
    pid_t helper = fork();
    if (helper == 0)
        be_the_helper();
    if (helper == -1)
        _exit(EXIT_FAILURE);
    if (strcmp(how, "ends") == 0)
        hear(done);
    if (strcmp(how, "lives") == 0)
        waitpid(helper, NULL, 0);
    _exit(EXIT_SUCCESS);
}

int main(int argc, char *argv[])
{
    const char *how = argc == 2 ? argv[1] : "lives";
    const int keep = strcmp(how, "zombie") == 0 ? WNOWAIT : 0;
    siginfo_t news;
    char byte;
    if (pipe(go) == -1 || pipe(done) == -1)
        err(EXIT_FAILURE, "pipe");
    pid_t parent = fork();
    if (parent == -1)
        err(EXIT_FAILURE, "fork");
    if (parent == 0)
        be_the_parent(how);
    close(done[1]);
    if (keep != 0 || strcmp(how, "ended") == 0)
        waitid(P_PID, (id_t)parent, &news, WEXITED | keep);
    if (write(go[1], "b", 1) != 1)
        err(EXIT_FAILURE, "write");
    if (strcmp(how, "ends") == 0)
        waitpid(parent, NULL, 0);
    if (write(go[1], "l", 1) != 1)
        err(EXIT_FAILURE, "write");
    while (read(done[0], &byte, 1) > 0)   /* until the helper is gone */
        ;
    return EXIT_SUCCESS;
}
