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
        errx(2, "usage: fifo_server BOX");
    const char *box = argv[1];
    umask(077);
    if (mkfifo(box, 0600) == -1 && errno != EEXIST)
        err(EXIT_FAILURE, "%s", box);
    setvbuf(stdout, NULL, _IOLBF, 0);
    char *line = NULL;
    size_t room = 0;
    long count = 0;
    int fd = open(box, O_RDONLY | O_CLOEXEC);
    if (fd == -1)
        err(EXIT_FAILURE, "%s", box);
    FILE *in = fdopen(fd, "r");
    if (in == NULL)
        err(EXIT_FAILURE, "%s", box);
    for (;;) {
        while (getline(&line, &room, in) != -1)
            printf("%ld: %s", ++count, line);
        clearerr(in);
        close(open(box, O_RDONLY | O_CLOEXEC));
    }
}
