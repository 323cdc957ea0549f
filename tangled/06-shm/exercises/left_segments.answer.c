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
#include <sys/shm.h>

static void add_in_a_child(int *sum)
{
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        for (int i = 1; i <= 10; i++)
            *sum += i;
        _exit(EXIT_SUCCESS);
    }
    waitpid(child, NULL, 0);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    int id = shmget(IPC_PRIVATE, sizeof(int), 0600);
    int *sum = shmat(id, NULL, 0);
    shmctl(id, IPC_RMID, NULL);
    if (id == -1 || sum == (void *)-1)
        err(EXIT_FAILURE, "segment");
    printf("segment %d\n", id);
    add_in_a_child(sum);
    printf("%d\n", *sum);
    return EXIT_SUCCESS;
}
