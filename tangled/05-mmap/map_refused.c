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
#include <sys/socket.h>

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
/* Opens the file behind FD again, with other flags. */
static int reopen(int fd, int flags)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int again = open(path, flags | O_CLOEXEC);
    if (again == -1)
        err(EXIT_FAILURE, "%s", path);
    return again;
}
/* Prints what mmap(2) returned, and returns it. An error other than
   EXPECTED ends the program; 0 means that none is expected. */
static char *show_map(const char *how, void *map, int expected)
{
    if (map == MAP_FAILED && errno != expected)
        err(EXIT_FAILURE, "%s", how);
    if (map == MAP_FAILED)
        printf("%-36s = MAP_FAILED %s\n", how, strerrorname_np(errno));
    else
        printf("%-36s = mapped\n", how);
    return map;
}

static size_t page;

static void try_arguments(int fd)
{
    const int rw = PROT_READ | PROT_WRITE;
    const off_t last = (off_t)(INT64_MAX - INT64_MAX % (off_t)page);
    int reading = reopen(fd, O_RDONLY), writing = reopen(fd, O_WRONLY);
    show_map("length 0",
             mmap(NULL, 0, rw, MAP_SHARED, fd, 0), EINVAL);
    show_map("PROT_WRITE, shared, O_RDONLY",
             mmap(NULL, 1, rw, MAP_SHARED, reading, 0), EACCES);
    show_map("PROT_WRITE, shared, O_WRONLY",
             mmap(NULL, 1, rw, MAP_SHARED, writing, 0), EACCES);
    show_map("offset 1000",
             mmap(NULL, 1, rw, MAP_SHARED, fd, 1000), EINVAL);
    show_map("neither shared nor private",
             mmap(NULL, 1, rw, 0, fd, 0), EINVAL);
    show_map("offset plus length too large",
             mmap(NULL, 2 * page, rw, MAP_SHARED, fd, last), EOVERFLOW);
    show_map("more than there is",
             mmap(NULL, SIZE_MAX - 2 * page, PROT_READ, MAP_SHARED,
                  fd, 0), ENOMEM);
    close(reading);
    close(writing);
}
static void try_thing(const char *what, int fd, int flags, int expected)
{
    show_map(what, mmap(NULL, 1, PROT_READ, flags, fd, 0), expected);
    if (fd != -1)
        close(fd);
}

static void try_things(void)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    close(ends[1]);
    putchar('\n');
    try_thing("descriptor -1", -1, MAP_SHARED, EBADF);
    try_thing("descriptor -1, anonymous", -1,
              MAP_SHARED | MAP_ANONYMOUS, 0);
    try_thing("a pipe", ends[0], MAP_SHARED, ENODEV);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    try_thing("a socket", fd, MAP_SHARED, ENODEV);
    fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    try_thing("a directory", fd, MAP_SHARED, ENODEV);
    fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    try_thing("/dev/null", fd, MAP_SHARED, ENODEV);
    fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    try_thing("/dev/zero", fd, MAP_SHARED, 0);
    fd = memfd_create("scratch", MFD_CLOEXEC);
    try_thing("a memfd", fd, MAP_SHARED, 0);
}
static void try_sealed(void)
{
    int fd = memfd_create("sealed", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd == -1 || fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE) == -1)
        err(EXIT_FAILURE, "memfd_create");
    show_map("a memfd sealed against writing",
             mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0),
             EPERM);
    close(fd);
}

int main(void)
{
    page = (size_t)sysconf(_SC_PAGESIZE);
    int fd = scratch_file(1, 'a');
    try_arguments(fd);
    try_things();
    try_sealed();
    printf("\nMAP_FAILED == NULL: %s\n",
           MAP_FAILED == NULL ? "yes" : "no");
    close(fd);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
