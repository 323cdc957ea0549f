#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc < 2)
        errx(2, "usage: shm_hello NAME [WORDS]");
    int fd = shm_open(argv[1], O_RDWR | O_CREAT, 0600);
    if (fd == -1 || ftruncate(fd, 4096) == -1)
        err(1, "%s", argv[1]);
    char *words = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                       MAP_SHARED, fd, 0);
    if (words == MAP_FAILED)
        err(1, "mmap");
    if (argc > 2)
        snprintf(words, 4096, "%s", argv[2]);
    else if (puts(words) == EOF || fflush(stdout) == EOF)
        err(1, "standard output");
    return 0;
}
