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

static bool report(const char *command, int result)
{
    if (result == -1 || WEXITSTATUS(result) == 127)
        printf("%s: no status\n", command);
    else if (WIFSIGNALED(result))
        printf("%s: killed by %d\n", command, WTERMSIG(result));
    else if (WEXITSTATUS(result) != 0)
        printf("%s: left with %d\n", command, WEXITSTATUS(result));
    else
        printf("%s: ok\n", command);
    return result == 0;
}

int main(int argc, char *argv[])
{
    bool ok = true;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 1; i < argc; i++)
        ok = report(argv[i], system(argv[i])) && ok;
    return fclose(stdout) == EOF || !ok;
}
