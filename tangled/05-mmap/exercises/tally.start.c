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
#include <stdatomic.h>

_Static_assert(sizeof(atomic_int) == sizeof(int), "padding");

int main(int argc, char *argv[])
{
    signal(SIGXFSZ, SIG_IGN);
    if (argc != 2)
        errx(2, "usage: tally FILE");
    int fd = open(argv[1], O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd == -1)
        err(EXIT_FAILURE, "%s", argv[1]);
    return EXIT_SUCCESS;
}
