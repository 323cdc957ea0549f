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
#include <sys/stat.h>

int main(int argc, char **argv)
{
    if (argc != 3)
        errx(2, "usage: log_lines BOX LOG");
    umask(077);
    if (mkfifo(argv[1], 0600) == -1 && errno != EEXIST)
        err(EXIT_FAILURE, "%s", argv[1]);
    /* your part */
    return EXIT_SUCCESS;
}
