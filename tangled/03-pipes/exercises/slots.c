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
    const int page = (int)sysconf(_SC_PAGESIZE);
    const int sizes[] = { page / 4, page * 3 / 4, page, page * 5 / 4 };
    for (int i = 0; i < 4; i++) {
        int p[2], count = 0;
        char piece[1 << 17] = "";
        if (pipe2(p, O_CLOEXEC | O_NONBLOCK) == -1
            || fcntl(p[1], F_SETPIPE_SZ, 8 * page) == -1)
            err(EXIT_FAILURE, "a pipe of eight pages");
        while (write(p[1], piece, (size_t)sizes[i]) == sizes[i])
            count++;
        printf("%d\n", count);
    }
}
