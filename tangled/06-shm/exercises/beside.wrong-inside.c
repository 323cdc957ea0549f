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
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/file.h>
#include <sys/syscall.h>

static struct box {
    pthread_mutex_t lock;
    atomic_uint full, changed;
    unsigned number;
} *box;

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
/* Sleeps while *WORD is SEEN; returns 0 when woken, or -1 with errno
   set, EAGAIN when it is another value. */
static long futex_wait(atomic_uint *word, unsigned seen)
{
    return syscall(SYS_futex, word, FUTEX_WAIT, seen, NULL, NULL, 0);
}

/* Wakes up to COUNT of those who sleep on WORD; returns how many. */
static long futex_wake(atomic_uint *word, int count)
{
    return syscall(SYS_futex, word, FUTEX_WAKE, count, NULL, NULL, 0);
}
static void take_lock(void)
{
    if (pthread_mutex_lock(&box->lock) == EOWNERDEAD)
        pthread_mutex_consistent(&box->lock);
}

static unsigned get(void)
{
    take_lock();
    while (!atomic_load(&box->full)) {
        unsigned seen = atomic_load(&box->changed);
        pthread_mutex_unlock(&box->lock);
        futex_wait(&box->changed, seen);
        take_lock();
    }
    unsigned number = box->number;
    atomic_store(&box->full, 0);
    pthread_mutex_unlock(&box->lock);
    return number;
}

static void put(unsigned number)
{
    take_lock();
    atomic_fetch_add(&box->changed, 1);
    box->number = number;
    atomic_store(&box->full, 1);
    futex_wake(&box->changed, INT_MAX);
    pthread_mutex_unlock(&box->lock);
}

static void set_up(void *new)
{
    make_mutex(&((struct box *)new)->lock, PTHREAD_PROCESS_SHARED,
               PTHREAD_MUTEX_ROBUST);
}

int main(int argc, char *argv[])
{
    if (argc < 3)
        errx(2, "usage: beside FILE put NUMBER | beside FILE get");
    box = open_once(argv[1], sizeof *box, set_up);
    if (argc > 3)
        put((unsigned)strtoul(argv[3], NULL, 10));
    else
        printf("%u\n", get());
    return EXIT_SUCCESS;
}
