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
#include <setjmp.h>
#include <sys/mman.h>
#include <sys/stat.h>

static char name[64];

static char *begin(int first)
{
    if (first)
        snprintf(name, sizeof name, "/note.%jd", (intmax_t)getpid());
    int fd = shm_open(name, O_RDWR | O_CREAT, 0600);
    if (fd == -1 || ftruncate(fd, 4096) == -1)
        err(EXIT_FAILURE, "%s", name);
    char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
                     fd, 0);
    if (map == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    close(fd);
    memcpy(map, "word", 5);
    return map;
}

static void look(const char *when)
{
    int fd = shm_open(name, O_RDONLY, 0);
    printf("%-13s %s\n", when, fd == -1 ? "gone" : "there");
    close(fd);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    char *map = begin(1);
    munmap(map, 4096);
    look("unmapped:");

    if (fork() == 0)
        exit(begin(0)[0] != 'w');
    wait(NULL);
    look("exit:");

    if (fork() == 0) {
        begin(0);
        raise(SIGKILL);
    }
    wait(NULL);
    look("killed:");

    map = begin(0);
    shm_unlink(name);
    look("unlinked:");
    puts(map[0] == 'w' ? "still mapped: here" : "?");
    return 0;
}
