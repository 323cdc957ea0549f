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

/* For children: prints what failed, and why, and ends by _exit. */
static _Noreturn void fail(const char *what)
{
    warn("%s", what);
    _exit(EXIT_FAILURE);
}

enum kind { VOLATILE, ATOMIC };
static struct { volatile int plain; atomic_int atomic; } *counters;
static enum kind kind;
static size_t page;

static void add_one(void)
{
    if (kind == ATOMIC) {
        atomic_fetch_add(&counters->atomic, 1);
    } else {
        volatile int seen = counters->plain;
        counters->plain = seen + 1;
    }
}
static void at_the_store(int number)
{
    (void)number;
    const int error = errno;
    if (mprotect(counters, page, PROT_READ | PROT_WRITE) == -1)
        fail("mprotect");
    pid_t other = fork();
    if (other == 0) {
        add_one();
        _exit(EXIT_SUCCESS);
    }
    if (other == -1 || wait_for(other) != 0)
        fail("the other one");
    errno = error;
}
static void let_both_add(const char *what, enum kind how)
{
    struct sigaction action = { .sa_handler = at_the_store };
    kind = how;
    if (sigaction(SIGSEGV, &action, NULL) == -1
        || mprotect(counters, page, PROT_READ) == -1)
        err(EXIT_FAILURE, "page");
    add_one();
    printf("%-13s 0 + 1 + 1 = %d\n", what, kind == ATOMIC
           ? atomic_load(&counters->atomic) : counters->plain);
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
    page = (size_t)sysconf(_SC_PAGESIZE);
    counters = mmap(NULL, page, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (counters == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    let_both_add("volatile int", VOLATILE);
    let_both_add("_Atomic int", ATOMIC);
    struct pair { void *first, *second; };
    printf("in one step without a lock: int %s, long %s, pointer %s\n",
           ATOMIC_INT_LOCK_FREE == 2 ? "yes" : "no",
           ATOMIC_LONG_LOCK_FREE == 2 ? "yes" : "no",
           ATOMIC_POINTER_LOCK_FREE == 2 ? "yes" : "no");
    printf("a pair of pointers: %s\n",
           __atomic_always_lock_free(sizeof(struct pair), 0)
           ? "yes" : "not always");
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
