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
#include <semaphore.h>
#include <sys/sem.h>

/* Waits until CHILD has ended and returns its wait status. */
static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitpid");
    return status;
}

/* Returns memory that our children will share with us. */
static void *shared_memory(size_t length)
{
    void *map = mmap(NULL, length, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
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

enum kind { POSIX, UNDO, RECORD, DESCRIPTION, PLAIN, ROBUST };
static const char *const names[] = {
    "semaphore, sem_t", "semaphore, SEM_UNDO", "file lock, F_SETLK",
    "file lock, F_OFD_SETLK", "mutex, process-shared",
    "mutex, robust as well"
};

static struct {
    sem_t posix;
    pthread_mutex_t plain, robust;
} *in_memory;
static int set;                 /* a set of System V semaphores */
static char files[2][64];       /* the names of two files in /proc */

static void remove_set(void)
{
    semctl(set, 0, IPC_RMID);
}
static int file_lock(const char *file, int command)
{
    struct flock all = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    int fd = open(file, O_RDWR | O_CLOEXEC);
    if (fd == -1)
        return errno;
    return fcntl(fd, command, &all) == 0 ? 0 : errno;
}
/* Takes the lock without waiting; returns 0, or an error. */
static int take(enum kind kind)
{
    struct sembuf down = { 0, -1, SEM_UNDO | IPC_NOWAIT };
    switch (kind) {
    case POSIX:
        return sem_trywait(&in_memory->posix) == 0 ? 0 : errno;
    case UNDO:
        return semop(set, &down, 1) == 0 ? 0 : errno;
    case RECORD:
        return file_lock(files[0], F_SETLK);
    case DESCRIPTION:
        return file_lock(files[1], F_OFD_SETLK);
    case PLAIN:
        return pthread_mutex_trylock(&in_memory->plain);
    default:
        return pthread_mutex_trylock(&in_memory->robust);
    }
}
static void crash(enum kind kind)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        if (take(kind) != 0)
            _exit(EXIT_FAILURE);
        raise(SIGKILL);
    }
    if (!WIFSIGNALED(wait_for(child)))
        errx(EXIT_FAILURE, "%s: not taken", names[kind]);
    int error = take(kind);
    if (error != 0 && error != EOWNERDEAD && error != EAGAIN
        && error != EBUSY)
        errx(EXIT_FAILURE, "%s: %s", names[kind], strerror(error));
    printf("  %-24s %s\n", names[kind], error == 0 ? "has it, untold"
           : error == EOWNERDEAD ? "has it, EOWNERDEAD"
           : strerrorname_np(error));
}

int main(void)
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
    in_memory = shared_memory(sizeof *in_memory);
    make_mutex(&in_memory->plain, PTHREAD_PROCESS_SHARED,
               PTHREAD_MUTEX_STALLED);
    make_mutex(&in_memory->robust, PTHREAD_PROCESS_SHARED,
               PTHREAD_MUTEX_ROBUST);
    for (int i = 0; i < 2; i++) {
        int fd = memfd_create("lock", MFD_CLOEXEC);
        if (fd == -1)
            err(EXIT_FAILURE, "memfd_create");
        snprintf(files[i], sizeof files[i], "/proc/%jd/fd/%d",
                 (intmax_t)getpid(), fd);
    }
    if (sem_init(&in_memory->posix, 1, 1) == -1)
        err(EXIT_FAILURE, "sem_init");
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        err(EXIT_FAILURE, "signal");
    set = semget(IPC_PRIVATE, 1, 0600);
    if (set == -1 || atexit(remove_set) != 0 || semctl(set, 0, SETVAL, 1))
        err(EXIT_FAILURE, "semaphores");
    puts("the owner is killed; the next one");
    for (enum kind kind = POSIX; kind <= ROBUST; kind++)
        crash(kind);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
