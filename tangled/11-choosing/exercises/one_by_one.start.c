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

int main(void)
{
    char c;
    while (read(0, &c, 1) == 1) {
        c = (char)toupper((unsigned char)c);
        if (write(1, &c, 1) != 1)
            err(EXIT_FAILURE, "write");
    }
    return EXIT_SUCCESS;
}
