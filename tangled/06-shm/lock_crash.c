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

/* Returns memory that our children will share with us. */
static void *shared_memory(size_t length)
{
    void *map = mmap(NULL, length, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    return map;
}
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

static int take_posix(void)
{
    return sem_trywait(&in_memory->posix) == 0 ? 0 : errno;
}

/* Adds CHANGE to semaphore NUMBER of the set, without waiting. */
static int change(unsigned short number, short change, short flags)
{
    struct sembuf how = { number, change, (short)(flags | IPC_NOWAIT) };
    return semop(set, &how, 1) == 0 ? 0 : errno;
}

static int take_undo(void)
{
    return change(0, -1, SEM_UNDO);
}
static int file_lock(const char *file, int command)
{
    struct flock all = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    int fd = open(file, O_RDWR | O_CLOEXEC);
    if (fd == -1)
        return errno;
    return fcntl(fd, command, &all) == 0 ? 0 : errno;
}

static int take_record(void)
{
    return file_lock(files[0], F_SETLK);
}

static int take_description(void)
{
    return file_lock(files[1], F_OFD_SETLK);
}
static int take_plain(void)
{
    return pthread_mutex_trylock(&in_memory->plain);
}

static int take_robust(void)
{
    return pthread_mutex_trylock(&in_memory->robust);
}
static const struct kind {
    const char *name;
    int (*take)(void);          /* returns 0, or an error */
} six[] = {
    { "semaphore, sem_t", take_posix },
    { "semaphore, SEM_UNDO", take_undo },
    { "file lock, F_SETLK", take_record },
    { "file lock, F_OFD_SETLK", take_description },
    { "mutex, process-shared", take_plain },
    { "mutex, robust as well", take_robust },
};
static void crash(const struct kind *lock)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        if (lock->take() != 0)
            _exit(EXIT_FAILURE);
        raise(SIGKILL);
    }
    if (!WIFSIGNALED(wait_for(child)))
        errx(EXIT_FAILURE, "%s: not taken", lock->name);
    int error = lock->take();
    if (error != 0 && error != EOWNERDEAD && error != EAGAIN
        && error != EBUSY)
        errx(EXIT_FAILURE, "%s: %s", lock->name, strerror(error));
    printf("  %-24s %s\n", lock->name, error == 0 ? "has it, untold"
           : error == EOWNERDEAD ? "has it, EOWNERDEAD"
           : strerrorname_np(error));
}
/* Has a child call it; returns whether it could. */
static bool another_can(int (*take)(void))
{
    fflush(stdout);
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0)
        _exit(take());
    int error = WEXITSTATUS(wait_for(child));
    if (error != 0 && error != EAGAIN && error != EACCES)
        errx(EXIT_FAILURE, "a child: %s", strerror(error));
    return error == 0;
}

static void lose_by_closing(void)
{
    puts("the owner opens the file once more, and closes it:");
    for (int i = 0; i < 2; i++) {
        int fd = open(files[i], O_RDONLY | O_CLOEXEC);
        if (fd == -1)
            err(EXIT_FAILURE, "%s", files[i]);
        close(fd);
    }
    printf("  F_SETLK, the next one    %s\n",
           another_can(take_record) ? "has it" : "waits");
    printf("  F_OFD_SETLK, the next    %s\n",
           another_can(take_description) ? "has it" : "waits");
}
static int give_with_undo(void) { return change(1, 1, SEM_UNDO); }
static int give(void) { return change(1, 1, 0); }

static void take_back(void)
{
    puts("a producer adds 1 and leaves; the semaphore says");
    another_can(give_with_undo);
    printf("  with SEM_UNDO            %d\n", semctl(set, 1, GETVAL));
    another_can(give);
    printf("  without                  %d\n", semctl(set, 1, GETVAL));
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
    set = semget(IPC_PRIVATE, 2, 0600);
    if (set == -1 || atexit(remove_set) != 0 || semctl(set, 0, SETVAL, 1))
        err(EXIT_FAILURE, "semaphores");
    puts("the owner is killed; the next one");
    for (size_t i = 0; i < sizeof six / sizeof *six; i++)
        crash(&six[i]);
    lose_by_closing();
    take_back();
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
