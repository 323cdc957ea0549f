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
#include <libgen.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/syscall.h>

enum { TEXT = 252, MOST = 4096 };

struct slot {
    uint32_t length;
    char text[TEXT];
};

static struct ring {
    char magic[8];
    uint32_t slots;             /* a power of two, MOST at most */
    atomic_uint deaths;
    pthread_mutex_t lock;
    atomic_uint changed;        /* the word to sleep on */
    atomic_uint head, tail;
    struct slot slot[];
} *ring;

static const char magic[8] = "ring 1\n";
static const char *path;
static uint32_t slots;          /* ours: what we have checked */
static bool waits = true;
/* Like posix_fallocate(3), but a signal does not end it. */
static int reserve(int fd, off_t from, off_t length)
{
    int error;
    do
        error = posix_fallocate(fd, from, length);
    while (error == EINTR);
    return error;
}
/* Like mmap(2), but a failure ends the program. */
static char *map_or_die(void *where, size_t length, int protection,
                        int flags, int fd, off_t offset)
{
    void *map = mmap(where, length, protection, flags, fd, offset);
    if (map == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    return map;
}
static void make_lock(pthread_mutex_t *lock)
{
    pthread_mutexattr_t how;
    if (pthread_mutexattr_init(&how) != 0
        || pthread_mutexattr_setpshared(&how,
                                        PTHREAD_PROCESS_SHARED) != 0
        || pthread_mutexattr_setrobust(&how,
                                       PTHREAD_MUTEX_ROBUST) != 0
        || pthread_mutex_init(lock, &how) != 0)
        errx(EXIT_FAILURE, "cannot make the lock");
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
static _Noreturn void usage(void)
{
    fputs("usage: ring make FILE [SLOTS]\n"
          "       ring [-n] [-k STEP] put FILE TEXT...\n"
          "       ring [-n] [-k STEP] get FILE [COUNT]\n"
          "       ring show FILE\n", stderr);
    exit(2);
}

/* The number that TEXT is, from 1 to MOST. */
static long number(const char *text, long most)
{
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || value < 1
        || value > most)
        usage();
    return value;
}

static long die_at;

static void step(void)
{
    static long steps;
    if (++steps == die_at)
        raise(SIGKILL);
}
static off_t size_of(uint32_t count)
{
    return (off_t)(sizeof(struct ring) + count * sizeof(struct slot));
}

static void make_ring(const char *name, long count)
{
    if (count < 1 || (count & (count - 1)) != 0)
        errx(2, "%ld: not a power of two", count);
    char *copy = strdup(name);
    if (copy == NULL)
        err(EXIT_FAILURE, "strdup");
    umask(077);
    int fd = open(dirname(copy), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    free(copy);
    if (fd == -1)
        err(EXIT_FAILURE, "%s: cannot make a file", name);
    errno = reserve(fd, 0, size_of((uint32_t)count));
    if (errno != 0)
        err(EXIT_FAILURE, "%s", name);
    ring = (void *)map_or_die(NULL, sizeof *ring,
        PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    memcpy(ring->magic, magic, sizeof magic);
    ring->slots = (uint32_t)count;
    make_lock(&ring->lock);
    char self[64];
    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    if (linkat(AT_FDCWD, self, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == -1)
        err(EXIT_FAILURE, "%s", name);
    close(fd);
}
static void open_ring(const char *name)
{
    int fd = open(name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat is;
    if (fd == -1 || fstat(fd, &is) == -1)
        err(EXIT_FAILURE, "%s", name);
    if (!S_ISREG(is.st_mode) || is.st_uid != geteuid()
        || (is.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        errx(EXIT_FAILURE, "%s: not a file that we alone can write", name);
    if (is.st_size < size_of(1) || is.st_size > size_of(MOST))
        errx(EXIT_FAILURE, "%s: no ring has this size", name);
    ring = (void *)map_or_die(NULL, (size_t)is.st_size,
        PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    slots = *(volatile uint32_t *)&ring->slots;
    if (memcmp(ring->magic, magic, sizeof magic) != 0
        || slots > MOST || (slots & (slots - 1)) != 0
        || is.st_size != size_of(slots))
        errx(EXIT_FAILURE, "%s: not a ring", name);
}
static void take_lock(void)
{
    int error = pthread_mutex_lock(&ring->lock);
    if (error == EOWNERDEAD) {
        atomic_fetch_add(&ring->deaths, 1);
        error = pthread_mutex_consistent(&ring->lock);
    }
    if (error != 0)
        errx(EXIT_FAILURE, "%s: lock: %s", path, strerror(error));
}

static void unlock(void)
{
    pthread_mutex_unlock(&ring->lock);
}
/* How many messages are in the ring, with the lock. */
static uint32_t messages(void)
{
    const uint32_t tail = atomic_load(&ring->tail);
    const uint32_t count = atomic_load(&ring->head) - tail;
    if (count > slots)
        errx(EXIT_FAILURE, "%s: says that it has %" PRIu32 " messages",
             path, count);
    return count;
}

/* Sleeps while there are COUNT messages, and takes the lock. */
static void lock_unless(uint32_t count, const char *why)
{
    take_lock();
    while (messages() == count) {
        unsigned seen = atomic_load(&ring->changed);
        unlock();
        if (!waits)
            errx(3, "%s: %s", path, why);
        if (futex_wait(&ring->changed, seen) == -1
            && errno != EAGAIN && errno != EINTR)
            err(EXIT_FAILURE, "futex");
        take_lock();
    }
    step();
}
static void wake_all(void)
{
    atomic_fetch_add(&ring->changed, 1);
    step();
    futex_wake(&ring->changed, INT_MAX);
    step();
}

static void put(const char *text, size_t length)
{
    if (length > TEXT)
        errx(2, "more than %d bytes: %s", TEXT, text);
    lock_unless(slots, "full");
    uint32_t head = atomic_load(&ring->head);
    struct slot *slot = &ring->slot[head % slots];
    slot->length = (uint32_t)length;
    memcpy(slot->text, text, length);
    step();
    wake_all();
    atomic_store(&ring->head, head + 1);
    step();
    unlock();
    step();
}
static void get(void)
{
    struct slot mine;
    lock_unless(0, "empty");
    uint32_t tail = atomic_load(&ring->tail);
    memcpy(&mine, &ring->slot[tail % slots], sizeof mine);
    step();
    wake_all();
    atomic_store(&ring->tail, tail + 1);
    step();
    unlock();
    step();
    if (mine.length > TEXT)
        errx(EXIT_FAILURE, "%s: a message of %" PRIu32 " bytes", path,
             mine.length);
    printf("%.*s\n", (int)mine.length, mine.text);
    if (fflush(stdout) == EOF)
        err(EXIT_FAILURE, "standard output");
}

static void show(void)
{
    take_lock();
    uint32_t count = messages();
    unlock();
    printf("%" PRIu32 " messages, room for %" PRIu32 ", %u deaths\n",
           count, slots - count, atomic_load(&ring->deaths));
}

int main(int argc, char *argv[])
{
    /* Descriptors 0 to 2 are taken, and no signal is blocked. */
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) == -1
            && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
            err(EXIT_FAILURE, "/dev/null in place of descriptor %d", fd);
    sigset_t no_signals;
    sigemptyset(&no_signals);
    if (signal(SIGCHLD, SIG_DFL) == SIG_ERR
        || signal(SIGPIPE, SIG_DFL) == SIG_ERR
        || sigprocmask(SIG_SETMASK, &no_signals, NULL) == -1)
        err(EXIT_FAILURE, "signals");
    signal(SIGXFSZ, SIG_IGN);
    int option;
    while ((option = getopt(argc, argv, "k:n")) != -1) {
        if (option == 'k')
            die_at = number(optarg, LONG_MAX);
        else if (option == 'n')
            waits = false;
        else
            usage();
    }
    argc -= optind;
    argv += optind;
    if (argc < 2)
        usage();
    const char *what = argv[0];
    path = argv[1];
    argc -= 2;
    argv += 2;
    if (!(strcmp(what, "make") == 0 && argc <= 1)
        && !(strcmp(what, "put") == 0 && argc > 0)
        && !(strcmp(what, "get") == 0 && argc <= 1)
        && !(strcmp(what, "show") == 0 && argc == 0))
        usage();
    long count = 0;
    if (strcmp(what, "put") != 0 && argc > 0)
        count = number(argv[0], strcmp(what, "make") == 0 ? MOST
                                : LONG_MAX);
    if (strcmp(what, "make") == 0) {
        make_ring(path, count > 0 ? count : 8);
    } else {
        open_ring(path);
        if (strcmp(what, "put") == 0)
            for (int i = 0; i < argc; i++)
                put(argv[i], strlen(argv[i]));
        else if (strcmp(what, "get") == 0)
            do
                get();
            while (--count > 0);
        else
            show();
    }
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
