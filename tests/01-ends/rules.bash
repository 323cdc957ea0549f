# rules.bash - what the rules-*.bats of this chapter share: small families.
# shellcheck shell=bash

# family NAME < C: makes ./NAME of a program in C that may use the functions below.
# Every one of them looks at the kernel instead of sleeping "to be safe".
family() {
    { printf '%s\n' "$family_head"; cat; } | makes "$1"
}

family_head=$(cat <<'C'
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Forks; the child prints nothing that its parent has in a buffer. */
static inline pid_t child(void)
{
    fflush(stdout);
    pid_t p = fork();
    if (p == -1)
        err(99, "fork");
    return p;
}

/* A child that leaves with STATUS. */
static inline pid_t leaving(int status)
{
    pid_t p = child();
    if (p == 0)
        _exit(status);
    return p;
}

/* A child that stays until it is killed or this process ends. */
static inline pid_t staying(void)
{
    pid_t parent = getpid(), p = child();
    if (p == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(99);
        for (;;)
            pause();
    }
    return p;
}

/* Waits until P has news of KIND, and leaves it there. */
static inline void await(pid_t p, int kind)
{
    siginfo_t news;
    while (waitid(P_PID, (id_t)p, &news, kind | WNOWAIT) == -1)
        if (errno != EINTR)
            err(99, "waitid");
}

/* The state of process P, '-' when it is gone; its parent. */
static inline char state(pid_t p, pid_t *parent)
{
    char path[64], letter = '-', line[512];
    int number = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)p);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return '-';
    if (fgets(line, sizeof line, file) != NULL)
        sscanf(strrchr(line, ')'), ") %c %d", &letter, &number);
    fclose(file);
    if (parent != NULL)
        *parent = number;
    return letter;
}

/* Returns when P was seen in state WANTED twice in a row. */
static inline void until(pid_t p, char wanted)
{
    for (int seen = 0; seen < 2; sched_yield())
        seen = state(p, NULL) == wanted ? seen + 1 : 0;
}

/* The state of P once it is WANTED, or after many looks whichever it is: one that
   is about to go is Z or X for a moment. */
static inline char settled(pid_t p, char wanted)
{
    char letter = '?';
    for (int i = 0; i < 100000 && (letter = state(p, NULL)) != wanted; i++)
        sched_yield();
    return letter;
}

/* Prints what a call returned: who (of those that are named), a number, an error. */
static pid_t first, second, third;
static inline void say(const char *call, long result)
{
    int error = errno;
    if (result == -1)
        printf("%s: %s\n", call, strerrorname_np(error));
    else if (result > 0 && (result == first || result == second || result == third))
        printf("%s: %s\n", call, result == first ? "first"
                                 : result == second ? "second" : "third");
    else
        printf("%s: %ld\n", call, result);
    fflush(stdout);
}
C
)
