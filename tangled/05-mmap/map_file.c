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
    if (argc != 2)
        errx(2, "usage: map_file FILE");
    int fd = open(argv[1], O_RDWR | O_CLOEXEC);
    if (fd == -1)
        err(EXIT_FAILURE, "%s", argv[1]);
    struct stat about;
    if (fstat(fd, &about) == -1)
        err(EXIT_FAILURE, "%s", argv[1]);
    if (about.st_size < 8)
        errx(EXIT_FAILURE, "%s: has less than the 8 bytes to print",
             argv[1]);
    const size_t size = (size_t)about.st_size;
    char *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
                     fd, 0);
    if (map == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    printf("mapped:                %.8s\n", map);
    map[0] = 'g';
    char copy[9] = "";
    if (pread(fd, copy, 8, 0) != 8)
        err(EXIT_FAILURE, "pread");
    printf("store 'g', then read:  %s\n", copy);
    if (pwrite(fd, "s", 1, 5) != 1)
        err(EXIT_FAILURE, "pwrite");
    printf("write 's', then load:  %.8s\n", map);
    if (munmap(map, size) == -1)
        err(EXIT_FAILURE, "munmap");
    if (close(fd) == -1)
        err(EXIT_FAILURE, "close");
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
