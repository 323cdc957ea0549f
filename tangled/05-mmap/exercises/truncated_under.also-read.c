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

static const char *command;

/* Returns byte I; when it is the second one, COMMAND runs first. */
static unsigned char look(const volatile char *p, size_t i)
{
    if (i == 1 && system(command) == -1)
        err(EXIT_FAILURE, "system");
    return (unsigned char)p[i];
}

static bool add_up(const char *name, int fd, const char *p, size_t size)
{
    struct stat about;
    unsigned long sum = 0;
    char *copy = malloc(size);
    (void)p;
    for (size_t done = 0; done < size;) {
        ssize_t n = pread(fd, copy + done, size - done, (off_t)done);
        if (n == -1)
            err(EXIT_FAILURE, "%s", name);
        if (n == 0)
            break;
        done += (size_t)n;
    }
    for (size_t i = 0; i < size; i++)
        sum += look(copy, i);
    free(copy);
    if (fstat(fd, &about) == -1)
        err(EXIT_FAILURE, "%s", name);
    if (about.st_size < (off_t)size) {
        warnx("%s: was cut short", name);
        return false;
    }
    printf("%s %lu\n", name, sum);
    return true;
}

int main(int argc, char *argv[])
{
    if (argc < 3)
        errx(2, "usage: truncated_under COMMAND FILE...");
    command = argv[1];
    int status = EXIT_SUCCESS;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 2; i < argc; i++) {
        int fd = open(argv[i], O_RDONLY | O_CLOEXEC);
        struct stat about;
        if (fd == -1 || fstat(fd, &about) == -1)
            err(EXIT_FAILURE, "%s", argv[i]);
        const size_t size = (size_t)about.st_size;
        char *p = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
        if (p == MAP_FAILED)
            err(EXIT_FAILURE, "%s", argv[i]);
        if (!add_up(argv[i], fd, p, size))
            status = EXIT_FAILURE;
        munmap(p, size);
        close(fd);
    }
    return status;
}
