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
#include <poll.h>
#include <sys/file.h>
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
    int fd = open(box, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd == -1)
        err(EXIT_FAILURE, "%s", box);
    struct stat is;
    if (fstat(fd, &is) == -1)
        err(EXIT_FAILURE, "%s", box);
    if (!S_ISFIFO(is.st_mode))
        errx(EXIT_FAILURE, "%s: not a FIFO", box);
    struct pollfd client = { .fd = fd, .events = POLLIN };
    if (flock(fd, LOCK_EX | LOCK_NB) == -1
        || poll(&client, 1, -1) == -1
        || fcntl(fd, F_SETFL, 0) == -1)
        err(EXIT_FAILURE, "%s", box);
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
