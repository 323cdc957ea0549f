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
#include <sys/resource.h>

/* Like mmap(2), but a failure ends the program. */
static char *map_or_die(void *where, size_t length, int protection,
                        int flags, int fd, off_t offset)
{
    void *map = mmap(where, length, protection, flags, fd, offset);
    if (map == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    return map;
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

static const char *yes(bool so)
{
    return so ? "yes" : "no";
}
/* Waits until CHILD has ended and returns its wait status. */
static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitpid");
    return status;
}

/* What a child finds in the first byte of the object that FD is open
   for: a letter, "-" for 0, or "SIGBUS" when that kills it. */
static const char *another_loads(int fd)
{
    static char text[2];
    fflush(stdout);
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        const struct rlimit none = { 0, 0 };    /* no core file */
        setrlimit(RLIMIT_CORE, &none);
        char *map = mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);
        _exit(map == MAP_FAILED ? 1 : *map == 0 ? '-' : *map);
    }
    int status = wait_for(child);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS)
        return "SIGBUS";
    if (!WIFEXITED(status) || WEXITSTATUS(status) <= 1)
        errx(EXIT_FAILURE, "the other process failed");
    text[0] = (char)WEXITSTATUS(status);
    return text;
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
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    int fd = memfd_create("frame", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd == -1 || ftruncate(fd, (off_t)page) == -1)
        err(EXIT_FAILURE, "memfd_create");
    char *sender = map_or_die(NULL, page, PROT_READ | PROT_WRITE,
                              MAP_SHARED, fd, 0);
    volatile char *receiver = map_or_die(NULL, page, PROT_READ,
                                         MAP_SHARED, fd, 0);
    sender[0] = 'o';
    printf("the receiver checks, and finds       %c\n", receiver[0]);
    sender[0] = 'N';
    printf("a moment later it finds              %c\n", receiver[0]);
    show("the sender shrinks it", ftruncate(fd, 0), 0);
    printf("the receiver's load                  %s\n", another_loads(fd));
    if (ftruncate(fd, (off_t)page) == -1 || pwrite(fd, "N", 1, 0) != 1)
        err(EXIT_FAILURE, "page");
    show("F_SEAL_SHRINK", fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK), 0);
    printf("  F_GET_SEALS tells of it            %s\n",
           yes(fcntl(fd, F_GET_SEALS) == F_SEAL_SHRINK));
    show("  the sender shrinks it", ftruncate(fd, 0), EPERM);
    printf("  the receiver's load                %s\n", another_loads(fd));
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    munmap(sender, page);
    show("F_SEAL_WRITE, mapped by the receiver",
         fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), EBUSY);
    munmap((void *)(uintptr_t)receiver, page);
    int reading = open(path, O_RDONLY | O_CLOEXEC);
    map_or_die(NULL, page, PROT_READ, MAP_SHARED, reading, 0);
    show("F_SEAL_WRITE, mapped from O_RDONLY",
         fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), 0);
    show("  the sender writes", pwrite(fd, "x", 1, 0), EPERM);
    void *again = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED,
                       fd, 0);
    show("  it maps it for writing", again == MAP_FAILED ? -1 : 0, EPERM);
    close(reading);
    close(fd);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
