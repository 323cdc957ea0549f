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
    int bad = 0;
    signal(SIGCHLD, SIG_DFL);
    for (int i = 1; i < argc; i++) {
        int result = system(argv[i]);
        bad |= result != 0;
        printf("%s: ", argv[i]);
        if (result == -1)
            puts("no status");
        else if (!WIFEXITED(result))
            printf("killed by %d\n", WTERMSIG(result));
        else if (WEXITSTATUS(result) == 0)
            puts("ok");
        else
            printf("left with %d\n", WEXITSTATUS(result));
        fflush(stdout);
    }
    return bad;
}
