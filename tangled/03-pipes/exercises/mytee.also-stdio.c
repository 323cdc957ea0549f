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
    const char *name[] = { "standard output", argv[1] };
    FILE *to[] = { stdout, fdopen(file, "w") };
    char text[5000];
    size_t n;
    int code = EXIT_SUCCESS;
    signal(SIGPIPE, SIG_IGN);
    do {
        n = fread(text, 1, sizeof text, stdin);
        for (int i = 0; i < 2; i++)
            if (to[i] != NULL
                && (fwrite(text, 1, n, to[i]) < n
                    || (n == 0 && fflush(to[i]) == EOF))) {
                warn("%s", name[i]);
                to[i] = NULL;
                code = EXIT_FAILURE;
            }
    } while (n > 0);
    if (ferror(stdin))
        err(EXIT_FAILURE, "standard input");
    return code;
}
