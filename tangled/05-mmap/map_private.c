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

/* Returns 0 when all LENGTH bytes are written, or -1 with errno set. */
static int write_all(int fd, const void *buffer, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t n = write(fd, (const char *)buffer + done,
                          length - done);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return -1;
        done += (size_t)n;
    }
    return 0;
}


/* Makes a file of SIZE bytes, each of them BYTE, in the current
   directory, and removes its name. Ignores SIGXFSZ. */
static int scratch_file(size_t size, char byte)
{
    signal(SIGXFSZ, SIG_IGN);
    char name[] = "map_XXXXXX";
    int fd = mkostemp(name, O_CLOEXEC);
    if (fd == -1 || unlink(name) == -1)
        err(EXIT_FAILURE, "%s", name);
    char *bytes = malloc(size + 1);
    if (bytes == NULL)
        err(EXIT_FAILURE, "malloc");
    memset(bytes, byte, size);
    if (write_all(fd, bytes, size) == -1)
        err(EXIT_FAILURE, "write");
    free(bytes);
    return fd;
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
static void report(const char *when, int fd, const char *map)
{
    char byte;
    if (pread(fd, &byte, 1, 0) != 1)
        err(EXIT_FAILURE, "pread");
    printf("%-28s file %c, memory %c\n", when, byte, map[0]);
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
    int fd = scratch_file(1, 'a');
    char *map = map_or_die(NULL, 1, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE, fd, 0);
    report("at first", fd, map);
    if (pwrite(fd, "b", 1, 0) != 1)
        err(EXIT_FAILURE, "pwrite");
    report("the file is written: b", fd, map);
    map[0] = 'c';
    report("the memory is stored to: c", fd, map);
    if (pwrite(fd, "d", 1, 0) != 1)
        err(EXIT_FAILURE, "pwrite");
    report("the file is written: d", fd, map);
    close(fd);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
