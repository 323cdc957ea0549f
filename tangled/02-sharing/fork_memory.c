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

/* Waits until CHILD has ended and returns its wait status. */
static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitpid");
    return status;
}

static bool mapped_elsewhere(const void *address)
{
    const uint64_t present = UINT64_C(1) << 63;
    const uint64_t mapped_once = UINT64_C(1) << 56;
    const uintptr_t size = (uintptr_t)sysconf(_SC_PAGESIZE);
    const uintptr_t page = (uintptr_t)address / size;
    int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    uint64_t entry;
    if (fd == -1 || pread(fd, &entry, sizeof entry,
                          (off_t)(page * sizeof entry)) != sizeof entry)
        err(EXIT_FAILURE, "/proc/self/pagemap");
    close(fd);
    if ((entry & present) == 0)
        errx(EXIT_FAILURE, "the page of the number is not in memory");
    return (entry & mapped_once) == 0;
}

static void say(const char *who, int *number)
{
    const int found = *number;
    bool shared = mapped_elsewhere(number);
    printf("%-6s %jd: at %p there is %2d, in a page %s\n",
           who, (intmax_t)getpid(), (void *)number, found,
           shared ? "that is shared" : "of its own");
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
    const size_t size = (size_t)sysconf(_SC_PAGESIZE);
    int *number = aligned_alloc(size, size);
    if (number == NULL)
        err(EXIT_FAILURE, "aligned_alloc");
    *number = 1;
    say("parent", number);
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        say("child", number);
        *number = 42;
        say("child", number);
        free(number);
        _exit(ferror(stdout) ? EXIT_FAILURE : EXIT_SUCCESS);
    }
    if (wait_for(child) != 0)
        errx(EXIT_FAILURE, "the child failed");
    say("parent", number);
    free(number);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
