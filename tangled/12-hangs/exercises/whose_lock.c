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
#include <sys/file.h>
#include <sys/mman.h>

static void ask(int fd)
{
    puts(flock(fd, LOCK_EX | LOCK_NB) == 0 ? "yes" : "no");
}

int main(void)
{
    char path[40];
    int a = memfd_create("file", MFD_CLOEXEC);
    snprintf(path, sizeof path, "/proc/self/fd/%d", a);
    int b = open(path, O_RDWR | O_CLOEXEC);
    int c = fcntl(a, F_DUPFD_CLOEXEC, 0);
    if (a == -1 || b == -1 || c == -1)
        err(EXIT_FAILURE, "descriptors");
    ask(a);
    ask(c);
    ask(b);
    close(a);
    ask(b);
    close(c);
    ask(b);
}
