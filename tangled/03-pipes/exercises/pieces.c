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

/* Returns 0 when all LENGTH bytes are written, or -1 with errno set. */
static int write_all(int fd, const void *buffer, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t n = write(fd, (const char *)buffer + done,
                          length - done);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return -1;
        done += (size_t)n;
    }
    return 0;
}


static void tell(int fd, size_t length)
{
    char text[100];
    printf("%zd\n", read(fd, text, length));
}

int main(void)
{
    int p[2];
    if (pipe2(p, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    if (write_all(p[1], "one", 3) == -1
        || write_all(p[1], "three", 5) == -1)
        err(EXIT_FAILURE, "write");
    tell(p[0], 4);
    if (write_all(p[1], "!", 1) == -1)
        err(EXIT_FAILURE, "write");
    tell(p[0], 100);
    close(p[1]);
    tell(p[0], 100);
    tell(p[0], 100);
}
