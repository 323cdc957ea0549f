#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>

int main(int argc, char *argv[])
{
    if (argc != 2)
        errx(2, "usage: map_hello FILE");
    int fd = open(argv[1], O_RDWR | O_CLOEXEC);
    if (fd == -1)
        err(EXIT_FAILURE, "%s", argv[1]);
    char *map = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED,
                     fd, 0);
    if (map == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    map[0] = 'g';
    return EXIT_SUCCESS;
}
