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

static int writes;

static ssize_t count(void *nothing, const char *bytes, size_t length)
{
    (void)nothing, (void)bytes;
    writes++;
    return (ssize_t)length;
}

int main(int argc, char **argv)
{
    static char buffer[1000];
    const cookie_io_functions_t functions = { .write = count };
    if (argc != 3)
        errx(2, "usage: how_many_writes n|l|f LINES");
    const int how = *argv[1] == 'n'   ? _IONBF
                    : *argv[1] == 'l' ? _IOLBF
                                      : _IOFBF;
    FILE *stream = fopencookie(NULL, "w", functions);
    if (stream == NULL || setvbuf(stream, buffer, how, 1000) != 0)
        err(EXIT_FAILURE, "fopencookie");
    for (long i = strtol(argv[2], NULL, 10); i > 0; i--)
        fputs("nine more\n", stream);
    fclose(stream);
    printf("%d\n", writes);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
