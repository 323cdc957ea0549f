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
#include <pthread.h>

enum { BEANS = 1000000 };

struct jars {
    pthread_mutex_t lock;
    long left, right;
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
/* Like posix_fallocate(3), but a signal does not end it. */
static int reserve(int fd, off_t from, off_t length)
{
    int error;
    do
        error = posix_fallocate(fd, from, length);
    while (error == EINTR);
    return error;
}
static void make_lock(pthread_mutex_t *lock)
{
    pthread_mutexattr_t how;
    int error = pthread_mutexattr_init(&how);
    if (error == 0)
        error = pthread_mutexattr_setpshared(&how,
                                             PTHREAD_PROCESS_SHARED);
    if (error == 0)
        error = pthread_mutexattr_setrobust(&how,
                                            PTHREAD_MUTEX_ROBUST);
    if (error == 0)
        error = pthread_mutex_init(lock, &how);
    if (error != 0)
        errx(EXIT_FAILURE, "mutex: %s", strerror(error));
    pthread_mutexattr_destroy(&how);
}
/* Makes the file PATH, unless somebody else does. */
static void fill_jars(const char *path)
{
    char *copy = strdup(path), self[64];
    if (copy == NULL)
        err(EXIT_FAILURE, "strdup");
    int fd = open(dirname(copy), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    free(copy);
    if (fd == -1)
        err(EXIT_FAILURE, "%s: cannot make a file", path);
    errno = reserve(fd, 0, sizeof(struct jars));
    if (errno != 0)
        err(EXIT_FAILURE, "%s", path);
    struct jars *jars = (void *)map_or_die(NULL, sizeof *jars,
        PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    make_lock(&jars->lock);
    jars->left = BEANS;
    munmap(jars, sizeof *jars);
    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    if (linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == -1
        && errno != EEXIST)
        err(EXIT_FAILURE, "%s", path);
    close(fd);
}
static struct jars *open_jars(const char *path)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd == -1 && errno == ENOENT) {
        fill_jars(path);
        fd = open(path, O_RDWR | O_CLOEXEC);
    }
    struct stat about;
    if (fd == -1 || fstat(fd, &about) == -1)
        err(EXIT_FAILURE, "%s", path);
    if (!S_ISREG(about.st_mode)
        || about.st_size != (off_t)sizeof(struct jars))
        errx(EXIT_FAILURE, "%s: has no jars", path);
    void *jars = map_or_die(NULL, sizeof(struct jars),
                            PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    return jars;
}
static void take_lock(struct jars *jars)
{
    int error = pthread_mutex_lock(&jars->lock);
    if (error == EOWNERDEAD) {
        long hand = BEANS - jars->left - jars->right;
        jars->left += hand;
        printf("the owner has died with %ld in the hand\n", hand);
        error = pthread_mutex_consistent(&jars->lock);
    }
    if (error != 0)
        errx(EXIT_FAILURE, "lock: %s", strerror(error));
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
    char *end = NULL;
    bool die = argc == 3 && strcmp(argv[2], "die") == 0;
    long beans = argc == 3 && !die ? strtol(argv[2], &end, 10) : 0;
    if (argc < 2 || argc > 3 || beans < 0 || beans > BEANS
        || (end != NULL && (end == argv[2] || *end != '\0')))
        errx(2, "usage: map_mutex FILE [BEANS | die]");
    struct jars *jars = open_jars(argv[1]);
    take_lock(jars);
    if (argc == 2)
        printf("left %ld, right %ld\n", jars->left, jars->right);
    if (die) {
        jars->left--;
        raise(SIGKILL);
    }
    pthread_mutex_unlock(&jars->lock);
    for (long i = 0; i < beans; i++) {
        take_lock(jars);
        if (jars->left > 0) {
            jars->left--;
            jars->right++;
        }
        pthread_mutex_unlock(&jars->lock);
    }
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
