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
#include <ctype.h>

/* Like read(2), but a signal does not end it. */
static ssize_t read_some(int fd, void *buffer, size_t length)
{
    ssize_t n;
    do
        n = read(fd, buffer, length);
    while (n == -1 && errno == EINTR);
    return n;
}


int main(void)
{
    static char buffer[4096];
    ssize_t n;
    while ((n = read_some(0, buffer, sizeof buffer)) > 0) {
        for (ssize_t i = 0; i < n; i++)
            putchar(toupper((unsigned char)buffer[i]));
        if (fflush(stdout) == EOF)
            err(EXIT_FAILURE, "write");
    }
    return n == -1;
}
