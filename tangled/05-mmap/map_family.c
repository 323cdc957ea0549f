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

/* Waits until CHILD has ended and returns its wait status. */
static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitpid");
    return status;
}

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
   directory, and removes its name. */
static int scratch_file(size_t size, char byte)
{
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

static const struct {
    const char *name;
    int flags;
} kinds[] = {
    { "MAP_SHARED, a file", MAP_SHARED },
    { "MAP_SHARED_VALIDATE, a file", MAP_SHARED_VALIDATE },
    { "MAP_PRIVATE, a file", MAP_PRIVATE },
    { "MAP_SHARED, anonymous", MAP_SHARED | MAP_ANONYMOUS },
    { "MAP_PRIVATE, anonymous", MAP_PRIVATE | MAP_ANONYMOUS },
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

int main(void)
{
    char *map[KINDS];
    int fd = scratch_file(1, 'P');
    for (int i = 0; i < KINDS; i++) {
        bool anonymous = (kinds[i].flags & MAP_ANONYMOUS) != 0;
        map[i] = map_or_die(NULL, 1, PROT_READ | PROT_WRITE,
                            kinds[i].flags, anonymous ? -1 : fd, 0);
    }
    for (int i = 0; i < KINDS; i++)
        map[i][0] = 'P';
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        for (int i = 0; i < KINDS; i++)
            map[i][0] = 'C';
        close(fd);
        _exit(EXIT_SUCCESS);
    }
    if (wait_for(child) != 0)
        errx(EXIT_FAILURE, "the child failed");
    for (int i = 0; i < KINDS; i++)
        printf("%-36s = %c\n", kinds[i].name, map[i][0]);
    close(fd);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
