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

static struct {
    pthread_mutex_t lock;
    atomic_uint full, changed;
    unsigned number;
} *box;

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
static void step(void)
{
    static int steps;
    const char *die = getenv("DIE_AT");
    if (die != NULL && ++steps == atoi(die))
        raise(SIGKILL);
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
    step();
    box->number = number;
    atomic_store(&box->full, 1);
    step();
    pthread_mutex_unlock(&box->lock);
    step();
    atomic_fetch_add(&box->changed, 1);
    step();
    futex_wake(&box->changed, INT_MAX);
    step();
}

int main(int argc, char *argv[])
{
    if (argc < 3)
        errx(2, "usage: beside FILE put NUMBER | beside FILE get");
    int fd = open(argv[1], O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct stat is;
    if (fd == -1 || flock(fd, LOCK_EX) == -1 || fstat(fd, &is) == -1
        || ftruncate(fd, sizeof *box) == -1)
        err(EXIT_FAILURE, "%s", argv[1]);
    box = mmap(NULL, sizeof *box, PROT_READ | PROT_WRITE, MAP_SHARED,
               fd, 0);
    if (box == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    if (is.st_size == 0) {
        pthread_mutexattr_t how;
        pthread_mutexattr_init(&how);
        pthread_mutexattr_setpshared(&how, PTHREAD_PROCESS_SHARED);
        pthread_mutexattr_setrobust(&how, PTHREAD_MUTEX_ROBUST);
        pthread_mutex_init(&box->lock, &how);
    }
    flock(fd, LOCK_UN);
    if (argc > 3)
        put((unsigned)strtoul(argv[3], NULL, 10));
    else
        printf("%u\n", get());
    return EXIT_SUCCESS;
}
