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

static int compare(const void *a, const void *b)
{
    const long x = *(const long *)a, y = *(const long *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    long times[100], sum = 0;
    const int n = argc - 1;
    if (n < 1 || n > 100)
        errx(2, "usage: mean_or_median TIME...");
    for (int i = 0; i < n; i++)
        sum += times[i] = strtol(argv[i + 1], NULL, 10);
    qsort(times, (size_t)n, sizeof *times, compare);
    printf("mean %ld, median %ld, slowest %ld\n", sum / n,
           times[n / 2], times[n - 1]);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
