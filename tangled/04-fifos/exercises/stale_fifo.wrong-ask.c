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
    if (argc != 2)
        errx(2, "usage: stale_fifo BOX");
    const char *box = argv[1];
    umask(077);
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (mkfifo(box, 0600) == -1 && errno != EEXIST)
        err(EXIT_FAILURE, "%s", box);
    int ask = open(box, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (ask != -1)
        errx(EXIT_FAILURE, "%s: served already, or no FIFO", box);
    if (errno != ENXIO)
        err(EXIT_FAILURE, "%s", box);
    int fd = open(box, O_RDONLY | O_CLOEXEC);
    if (fd == -1)
        err(EXIT_FAILURE, "%s", box);
    struct stat is;
    if (fstat(fd, &is) == -1)
        err(EXIT_FAILURE, "%s", box);
    if (!S_ISFIFO(is.st_mode))
        errx(EXIT_FAILURE, "%s: not a FIFO", box);
    FILE *in = fdopen(fd, "r");
    if (in == NULL)
        err(EXIT_FAILURE, "%s", box);
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, in) != -1)
        fputs(line, stdout);
    free(line);
    fclose(in);
    return EXIT_SUCCESS;
}
