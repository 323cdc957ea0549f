/* measure - runs a command and tells what it took.

     measure RESULT COMMAND [ARGUMENT...]

   Appends one line to the file RESULT: wall-clock seconds, seconds of processor
   time (the command and all it waited for), and the most memory that any
   single one of these processes had at once, in KiB. Exit status: the
   command's; 126 when something else went wrong, with a message. */
#define _GNU_SOURCE
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TROUBLE = 126 };

static double seconds(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) == -1)
        err(TROUBLE, "clock_gettime");
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double of(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

int main(int argc, char *argv[])
{
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return puts("usage: measure RESULT COMMAND [ARGUMENT...]") == EOF;
    if (argc < 3)
        errx(TROUBLE, "usage: measure RESULT COMMAND [ARGUMENT...]");
    const double start = seconds();
    const pid_t child = fork();
    if (child == -1)
        err(TROUBLE, "fork");
    if (child == 0) {
        execvp(argv[2], argv + 2);
        warn("%s", argv[2]);
        _exit(TROUBLE);
    }
    int status;
    if (waitpid(child, &status, 0) == -1)
        err(TROUBLE, "waitpid");
    const double wall = seconds() - start;
    struct rusage used;
    if (getrusage(RUSAGE_CHILDREN, &used) == -1)
        err(TROUBLE, "getrusage");
    FILE *result = fopen(argv[1], "ae");
    if (result == NULL)
        err(TROUBLE, "%s", argv[1]);
    fprintf(result, "%.4f %.4f %ld\n", wall,
            of(used.ru_utime) + of(used.ru_stime), used.ru_maxrss);
    if (fclose(result) == EOF)
        err(TROUBLE, "%s", argv[1]);
    return WIFEXITED(status) ? WEXITSTATUS(status) : TROUBLE;
}
