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
#include <setjmp.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sched.h>

struct shared {
    long count;
};

/* Waits until CHILD has ended and returns its wait status. */
static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitpid");
    return status;
}

/* Like mmap(2), but a failure ends the program. */
static char *map_or_die(void *where, size_t length, int protection,
                        int flags, int fd, off_t offset)
{
    void *map = mmap(where, length, protection, flags, fd, offset);
    if (map == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    return map;
}

static void add_one(struct shared *shared)
{
    long seen = shared->count;
    sched_yield();
    shared->count = seen + 1;
}

int main(int argc, char *argv[])
{
    const long processes = argc == 3 ? strtol(argv[1], NULL, 10) : 0;
    const long times = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
    if (processes < 1 || processes > 8 || times < 1)
        errx(2, "usage: lost_counts PROCESSES TIMES");
    struct shared *shared = (void *)map_or_die(NULL, sizeof *shared,
        PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t children[8];
    for (long i = 0; i < processes; i++) {
        children[i] = fork();
        if (children[i] == -1)
            err(EXIT_FAILURE, "fork");
        if (children[i] == 0) {
            for (long n = 0; n < times; n++)
                add_one(shared);
            _exit(EXIT_SUCCESS);
        }
    }
    for (long i = 0; i < processes; i++)
        wait_for(children[i]);
    printf("%ld\n", processes * times);
    return EXIT_SUCCESS;
}
