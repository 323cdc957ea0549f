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

int main(void)
{
    unsigned char head[4];
    char text[1000];
    size_t n;
    while ((n = fread(head, 1, 4, stdin)) == 4) {
        uint32_t length = (uint32_t)head[0] << 24
                          | (uint32_t)head[1] << 16
                          | (uint32_t)head[2] << 8 | head[3];
        if (length > sizeof text)
            errx(EXIT_FAILURE, "a text that is too long");
        if (fread(text, 1, length, stdin) != length)
            errx(EXIT_FAILURE, "the end within a text");
        fwrite(text, 1, length, stdout);
        putchar('\n');
    }
    if (n != 0)
        errx(EXIT_FAILURE, "the end within a length");
    return fflush(stdout) == EOF;
}
