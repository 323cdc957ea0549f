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
    uint64_t device, inode;     /* the file that it was made in */
    uint64_t processes;         /* whose ids the lock can hold */
    uint32_t slots;             /* a power of two, MOST at most */
    atomic_uint deaths;
    pthread_mutex_t lock;
    atomic_uint changed;        /* the word to sleep on */
    atomic_uint head, tail;
    struct slot slot[];
} *ring;

static const char magic[8] = "ring 3\n";
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
    errx(2, "usage: ring [-n] [-k STEP] make FILE [SLOTS] | "
         "put FILE TEXT... | get FILE [COUNT] | show FILE");
}

static long number(const char *text)
{
    char *end;
    errno = 0;
    const long value = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || value < 1)
        usage();
    return value;
}

static long die_at;

static void step(void)
{
    static long steps;
    if (++steps == die_at) {
        raise(SIGKILL);
        _exit(128 + SIGKILL);   /* process 1 of a container lives on */
    }
}
static uint64_t process_ids(void)
{
    struct stat is;
    if (stat("/proc/self/ns/pid", &is) == -1)
        err(EXIT_FAILURE, "/proc/self/ns/pid");
    return is.st_ino;
}

static off_t size_of(uint32_t count)
{
    return (off_t)(sizeof(struct ring) + count * sizeof(struct slot));
}

static void make_ring(long count)
{
    char self[64], *copy = strdup(path);
    struct stat is;
    if (count > MOST || (count & (count - 1)) != 0)
        errx(2, "%ld: not a power of two up to %d", count, MOST);
    if (copy == NULL)
        err(EXIT_FAILURE, "strdup");
    umask(077);
    int fd = open(dirname(copy), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    free(copy);
    if (fd == -1 || fstat(fd, &is) == -1)
        err(EXIT_FAILURE, "%s: cannot make a file", path);
    errno = reserve(fd, 0, size_of((uint32_t)count));
    if (errno != 0)
        err(EXIT_FAILURE, "%s", path);
    ring = (void *)map_or_die(NULL, sizeof *ring,
        PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    memcpy(ring->magic, magic, sizeof magic);
    ring->device = is.st_dev;
    ring->inode = is.st_ino;
    ring->processes = process_ids();
    ring->slots = (uint32_t)count;
    make_mutex(&ring->lock, PTHREAD_PROCESS_SHARED,
               PTHREAD_MUTEX_ROBUST);
    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    if (linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == -1)
        err(EXIT_FAILURE, "%s", path);
    close(fd);
}
static void open_ring(void)
{
    int fd = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat is;
    if (fd == -1 || fstat(fd, &is) == -1)
        err(EXIT_FAILURE, "%s", path);
    if (!S_ISREG(is.st_mode) || is.st_uid != geteuid()
        || (is.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        errx(EXIT_FAILURE, "%s: not a file that we alone can write",
             path);
    if (is.st_size < size_of(1) || is.st_size > size_of(MOST))
        errx(EXIT_FAILURE, "%s: no ring has this size", path);
    ring = (void *)map_or_die(NULL, (size_t)is.st_size,
        PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    slots = *(volatile uint32_t *)&ring->slots;
    if (memcmp(ring->magic, magic, sizeof magic) != 0
        || slots > MOST || (slots & (slots - 1)) != 0
        || is.st_size != size_of(slots))
        errx(EXIT_FAILURE, "%s: not a ring", path);
    if (ring->device != is.st_dev || ring->inode != is.st_ino)
        errx(EXIT_FAILURE, "%s: a copy of a ring", path);
    if (ring->processes != process_ids())
        errx(EXIT_FAILURE, "%s: a ring of another container", path);
}
static void take_lock(void)
{
    int error = waits ? pthread_mutex_lock(&ring->lock)
        : pthread_mutex_trylock(&ring->lock);
    if (error == EOWNERDEAD) {
        atomic_fetch_add(&ring->deaths, 1);
        error = pthread_mutex_consistent(&ring->lock);
    }
    if (error == EBUSY)
        errx(3, "%s: locked", path);
    if (error != 0)
        errx(EXIT_FAILURE, "%s: lock: %s", path, strerror(error));
}

static void give_back(void)
{
    const int error = pthread_mutex_unlock(&ring->lock);
    if (error != 0)
        errx(EXIT_FAILURE, "%s: unlock: %s", path, strerror(error));
}
/* How many messages are in the ring; without the lock, it was so at
   some moment. */
static uint32_t messages(void)
{
    uint32_t tail, count;
    do {
        tail = atomic_load(&ring->tail);
        count = atomic_load(&ring->head) - tail;
    } while (atomic_load(&ring->tail) != tail);
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
        give_back();
        if (!waits)
            errx(3, "%s: %s", path, why);
        if (futex_wait(&ring->changed, seen) == -1
            && errno != EAGAIN && errno != EINTR)
            err(EXIT_FAILURE, "futex");
        take_lock();
    }
    step();
}
/* Lets those who sleep look again, then moves HEAD or TAIL on. */
static void commit(atomic_uint *end)
{
    step();
    atomic_fetch_add(&ring->changed, 1);
    step();
    futex_wake(&ring->changed, INT_MAX);
    step();
    atomic_fetch_add(end, 1);
    step();
    give_back();
    step();
}

static void put(const char *text)
{
    lock_unless(slots, "full");
    struct slot *slot = &ring->slot[ring->head % slots];
    slot->length = (uint32_t)strlen(text);
    memcpy(slot->text, text, slot->length);
    commit(&ring->head);
}
static void get(void)
{
    lock_unless(0, "empty");
    const struct slot mine = ring->slot[ring->tail % slots];
    commit(&ring->tail);
    if (mine.length > TEXT)
        errx(EXIT_FAILURE, "%s: a message of %" PRIu32 " bytes", path,
             mine.length);
    if (printf("%.*s\n", (int)mine.length, mine.text) < 0
        || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "taken, and not printed: %.*s",
            (int)mine.length, mine.text);
}

static void show(void)
{
    const uint32_t count = messages();
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
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        err(EXIT_FAILURE, "signal");
    int option;
    while ((option = getopt(argc, argv, "+k:n")) != -1)
        if (option == 'k')
            die_at = number(optarg);
        else if (option == 'n')
            waits = false;
        else
            usage();
    if (argc - optind < 2)
        usage();
    const char *what = argv[optind];
    path = argv[optind + 1];
    char **words = &argv[optind + 2];
    const int count = argc - optind - 2;
    if (strcmp(what, "make") == 0 && count <= 1) {
        make_ring(count == 0 ? 8 : number(words[0]));
    } else if (strcmp(what, "put") == 0 && count > 0) {
        for (int i = 0; i < count; i++)
            if (strlen(words[i]) > TEXT)
                errx(2, "more than %d bytes: %s", TEXT, words[i]);
        open_ring();
        for (int i = 0; i < count; i++)
            put(words[i]);
    } else if (strcmp(what, "get") == 0 && count <= 1) {
        long more = count == 0 ? 1 : number(words[0]);
        if ((fcntl(STDOUT_FILENO, F_GETFL) & O_ACCMODE) == O_RDONLY)
            errx(EXIT_FAILURE, "standard output cannot be written");
        open_ring();
        while (more-- > 0)
            get();
    } else if (strcmp(what, "show") == 0 && count == 0) {
        open_ring();
        show();
    } else {
        usage();
    }
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
