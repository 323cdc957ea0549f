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
#include <arpa/inet.h>

int main(void)
{
    uint32_t length;
    char text[1000];
    while (read(STDIN_FILENO, &length, sizeof length) > 0) {
        length = ntohl(length);
        if (length > sizeof text)
            errx(EXIT_FAILURE, "too long");
        ssize_t n = read(STDIN_FILENO, text, length);
        if (n < 0 || (n == 0 && length > 0))
            errx(EXIT_FAILURE, "cut");
        printf("%.*s\n", (int)n, text);
    }
    return fflush(stdout) == EOF;
}
