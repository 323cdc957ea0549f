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

int main(int argc, char *argv[])
{
    if (argc != 2)
        errx(2, "usage: mytee FILE");
    int file = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                    0666);
    if (file == -1)
        err(EXIT_FAILURE, "%s", argv[1]);
    FILE *copy = fdopen(file, "w");
    char line[4096];
    signal(SIGPIPE, SIG_IGN);
    while (fgets(line, sizeof line, stdin) != NULL) {
        fputs(line, stdout);
        fputs(line, copy);
    }
    return fclose(stdout) == EOF || fclose(copy) == EOF;
}
