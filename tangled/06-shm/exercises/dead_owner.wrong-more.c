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
#include <pthread.h>
#include <sys/file.h>

enum { BEANS = 100 };
struct jars {
    pthread_mutex_t lock;
    volatile int left, right;
};

/* Like mmap(2), but a failure ends the program. */
static char *map_or_die(void *where, size_t length, int protection,
                        int flags, int fd, off_t offset)
{
    void *map = mmap(where, length, protection, flags, fd, offset);
    if (map == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    return map;
}
/* Makes a mutex that is SHARED between processes or private, and
   ROBUST or not (as in PTHREAD_MUTEX_STALLED). */
static void make_mutex(pthread_mutex_t *lock, int shared, int robust)
{
    pthread_mutexattr_t how;
    if (pthread_mutexattr_init(&how) != 0
        || pthread_mutexattr_setpshared(&how, shared) != 0
        || pthread_mutexattr_setrobust(&how, robust) != 0
        || pthread_mutex_init(lock, &how) != 0)
        errx(EXIT_FAILURE, "cannot make the mutex");
    pthread_mutexattr_destroy(&how);
}

/* Maps LENGTH bytes of the file NAME, shared. Who finds it empty calls
   SET_UP, unless that is NULL: then the bytes stay 0. */
static void *open_once(const char *name, size_t length,
                       void (*set_up)(void *))
{
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct stat is;
    if (fd == -1 || flock(fd, LOCK_EX) == -1 || fstat(fd, &is) == -1
        || ftruncate(fd, (off_t)length) == -1)
        err(EXIT_FAILURE, "%s", name);
    void *map = map_or_die(NULL, length, PROT_READ | PROT_WRITE,
                           MAP_SHARED, fd, 0);
    if (is.st_size == 0 && set_up != NULL)
        set_up(map);
    flock(fd, LOCK_UN);         /* the mapping would keep it */
    close(fd);
    return map;
}

static void set_up(void *new)
{
    struct jars *jars = new;
    make_mutex(&jars->lock, PTHREAD_PROCESS_SHARED,
               PTHREAD_MUTEX_ROBUST);
    jars->left = BEANS;
}

static void take_lock(struct jars *jars)
{
    if (pthread_mutex_lock(&jars->lock) == EOWNERDEAD) {
        jars->left++;
        pthread_mutex_consistent(&jars->lock);
    }
}

int main(int argc, char *argv[])
{
    if (argc < 2)
        errx(2, "usage: dead_owner FILE [die]");
    struct jars *jars = open_once(argv[1], sizeof *jars, set_up);
    take_lock(jars);
    jars->left--;
    if (argc > 2)
        raise(SIGKILL);
    jars->right++;
    printf("%d %d\n", jars->left, jars->right);
    pthread_mutex_unlock(&jars->lock);
    return EXIT_SUCCESS;
}
