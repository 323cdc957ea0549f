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

static size_t page;

static int make_memfd(void)
{
    int fd = memfd_create("frame", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd == -1 || ftruncate(fd, (off_t)page) == -1)
        err(EXIT_FAILURE, "memfd_create");
    return fd;
}
/* A child loads a byte; is it killed by SIGBUS? */
static const char *load(const volatile char *map)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        const struct rlimit none = { 0, 0 };
        setrlimit(RLIMIT_CORE, &none);
        _exit(map[0] == 'x');
    }
    int status = wait_for(child);
    return WIFEXITED(status) ? "works"
        : WTERMSIG(status) == SIGBUS ? "SIGBUS" : "?";
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
    int fd = make_memfd(), other = make_memfd();
    struct stat one, two;
    if (fstat(fd, &one) == -1 || fstat(other, &two) == -1)
        err(EXIT_FAILURE, "fstat");
    close(other);
    other = memfd_create("frame", 0);
    char path[64];
    snprintf(path, sizeof path, "/proc/%jd/fd/%d", (intmax_t)getpid(), fd);
    printf("two with one label are one object:   %s\n",
           yes(one.st_ino == two.st_ino));
    printf("there is a name in /dev/shm:         %s\n",
           yes(access("/dev/shm/frame", F_OK) == 0));
    printf("closed at an exec, unless asked for: %s\n",
           yes(fcntl(other, F_GETFD) & FD_CLOEXEC));
    close(other);
    int opened = open(path, O_RDWR | O_CLOEXEC);
    show("opened by way of /proc", opened == -1 ? -1 : 0, 0);
    char *sender = map_or_die(NULL, page, PROT_READ | PROT_WRITE,
                              MAP_SHARED, opened, 0);
    volatile char *receiver = map_or_die(NULL, page, PROT_READ,
                                         MAP_SHARED, opened, 0);
    sender[0] = 'o';
    printf("the receiver checks, and finds       %c\n", receiver[0]);
    sender[0] = 'N';
    printf("a moment later it finds              %c\n", receiver[0]);
    show("the sender shrinks it", ftruncate(fd, 0), 0);
    printf("the receiver's load                  %s\n", load(receiver));
    if (ftruncate(fd, (off_t)page) == -1)
        err(EXIT_FAILURE, "ftruncate");
    show("F_SEAL_SHRINK", fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK), 0);
    show("  the sender shrinks it", ftruncate(fd, 0), EPERM);
    printf("  the receiver's load                %s\n", load(receiver));
    munmap(sender, page);
    show("F_SEAL_WRITE, mapped by the receiver",
         fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), EBUSY);
    munmap((void *)(uintptr_t)receiver, page);
    int reading = open(path, O_RDONLY | O_CLOEXEC);
    receiver = map_or_die(NULL, page, PROT_READ, MAP_SHARED, reading, 0);
    show("F_SEAL_WRITE, mapped from O_RDONLY",
         fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), 0);
    show("  the sender writes", pwrite(fd, "x", 1, 0), EPERM);
    void *again = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED,
                       fd, 0);
    show("  it maps it for writing", again == MAP_FAILED ? -1 : 0, EPERM);
    close(reading);
    close(opened);
    close(fd);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
