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
#include <sys/mman.h>

/* Waits until CHILD has ended and returns its wait status. */
static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitpid");
    return status;
}


static int here = 1;

int main(void)
{
    const int both = PROT_READ | PROT_WRITE;
    int *heap = malloc(sizeof *heap);
    int *own = mmap(NULL, sizeof *own, both,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int *common = mmap(NULL, sizeof *common, both,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (heap == NULL || own == MAP_FAILED || common == MAP_FAILED)
        err(EXIT_FAILURE, "memory");
    *heap = *own = *common = 1;
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        here = *heap = *own = *common = 2;
        _exit(EXIT_SUCCESS);
    }
    wait_for(child);
    printf("here %d\nheap %d\nown %d\ncommon %d\n",
           here, *heap, *own, *common);
    free(heap);
    return EXIT_SUCCESS;
}
