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

/* Returns the number of bytes read, less than LENGTH only at end of
   file, or -1 with errno set. */
static ssize_t read_full(int fd, void *buffer, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t n = read(fd, (char *)buffer + done, length - done);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return -1;
        if (n == 0)
            break;
        done += (size_t)n;
    }
    return (ssize_t)done;
}


int main(void)
{
    uint32_t length;
    char text[1000];
    while (read_full(STDIN_FILENO, &length, sizeof length)
           == sizeof length) {
        length = ntohl(length);
        if (length > sizeof text)
            errx(EXIT_FAILURE, "too long");
        ssize_t n = read_full(STDIN_FILENO, text, length);
        printf("%.*s\n", (int)n, text);
    }
    return fflush(stdout) == EOF;
}
