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
#include <stdatomic.h>

/* Waits until CHILD has ended and returns its wait status. */
static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitpid");
    return status;
}

struct shared {
    volatile long ordinary;
    atomic_long atomic;
};

static void add(struct shared *shared, long times)
{
    for (long i = 0; i < times; i++)
        shared->ordinary++;
    for (long i = 0; i < times; i++)
        atomic_fetch_add(&shared->atomic, 1);
}
struct sums { long ordinary, atomic; };

static struct sums two_add(long times)
{
    struct shared *shared = mmap(NULL, sizeof *shared,
                                 PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    pid_t children[2];
    for (int i = 0; i < 2; i++) {
        children[i] = fork();
        if (children[i] == -1)
            err(EXIT_FAILURE, "fork");
        if (children[i] == 0) {
            add(shared, times);
            _exit(EXIT_SUCCESS);
        }
    }
    for (int i = 0; i < 2; i++)
        if (wait_for(children[i]) != 0)
            errx(EXIT_FAILURE, "a child failed");
    struct sums sums = { shared->ordinary,
                         atomic_load(&shared->atomic) };
    munmap(shared, sizeof *shared);
    return sums;
}

enum { RUNS = 200 };

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
    char *end = NULL;
    long times = argc == 2 ? strtol(argv[1], &end, 10) : 0;
    if (times < 1 || times > 100000000 || *end != '\0')
        errx(2, "usage: map_race TIMES (1 to 100000000)");
    struct sums sums;
    int run = 0;
    do {
        sums = two_add(times);
        run++;
    } while (run < RUNS && sums.ordinary == 2 * times
             && sums.atomic == 2 * times);
    printf("%ld additions by each of two, run %d\n", times, run);
    printf("  ordinary: %ld missing\n", 2 * times - sums.ordinary);
    printf("  atomic:   %s missing\n",
           sums.atomic == 2 * times ? "none" : "some");
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
