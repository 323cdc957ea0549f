# rules - what the files rules-*.bats of this chapter have in common.
# shellcheck shell=bash

# makes_trial NAME < C: makes ./NAME of C, which begins with these headers and words:
#   THAT(WHAT, SO)   ends the process with 1, and tells WHAT, unless SO
#   collect(CHILD)   waits for CHILD, which has to leave with 0
#   asleep(PID)      waits until the kernel shows PID asleep
makes_trial() {
    { cat <<'C'; cat; } | makes "$1"
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#define THAT(what, so) ((so) ? (void)0 : untrue(what, __LINE__))
#define UNUSED __attribute__((unused))

static UNUSED _Noreturn void untrue(const char *what, int line)
{
    dprintf(2, "not so: %s (line %d, errno %s)\n", what, line,
            strerrorname_np(errno));
    _exit(1);
}

static UNUSED pid_t forked(void)
{
    pid_t child = fork();
    THAT("fork", child != -1);
    return child;
}

static UNUSED void collect(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) == -1)
        THAT("waitpid", errno == EINTR);
    THAT("what the child found", status == 0);
}

static UNUSED void asleep(pid_t pid)
{
    char path[64], line[512], *end;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    do {
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        THAT("/proc/PID/stat", fd != -1);
        ssize_t n = read(fd, line, sizeof line - 1);
        THAT("read", n > 0);
        close(fd);
        line[n] = '\0';
        end = strrchr(line, ')');
        THAT("the process is alive", end != NULL && end[2] != 'Z');
    } while (end[2] != 'S' && sched_yield() == 0);
}
C
}

# tries < C: a trial of C, which has nothing to complain of.
tries() {
    makes_trial tried
    run_program ./tried
    assert_success
}
