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

int main(int argc, char *argv[])
{
    if (argc != 3)
        errx(2, "usage: map_cp SOURCE TARGET");
    int in = open(argv[1], O_RDONLY | O_CLOEXEC);
    struct stat about;
    if (in == -1 || fstat(in, &about) == -1)
        err(EXIT_FAILURE, "%s", argv[1]);
    int out = open(argv[2], O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (out == -1 || ftruncate(out, about.st_size) == -1)
        err(EXIT_FAILURE, "%s", argv[2]);
    const size_t size = (size_t)about.st_size;
    char *from = mmap(NULL, size, PROT_READ, MAP_SHARED, in, 0);
    char *to = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
                    out, 0);
    if (from == MAP_FAILED || to == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    memcpy(to, from, size);
    return EXIT_SUCCESS;
}
