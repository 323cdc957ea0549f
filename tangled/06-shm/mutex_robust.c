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

static void says(const char *what, int error)
{
    printf("%-32s %s\n", what,
           error == 0 ? "0" : strerrorname_np(error));
}
enum end { KILLED, UNMAPS };

static void owner(pthread_mutex_t *lock, enum end how)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        if (pthread_mutex_lock(lock) != 0)
            _exit(EXIT_FAILURE);
        if (how == KILLED)
            raise(SIGKILL);
        munmap(lock, sizeof *lock);
        _exit(EXIT_SUCCESS);
    }
    wait_for(child);
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
    setvbuf(stdout, NULL, _IOLBF, 0);
    pthread_mutex_t *lock = shared_memory(sizeof *lock);
    make_mutex(lock, PTHREAD_PROCESS_SHARED, PTHREAD_MUTEX_STALLED);
    owner(lock, KILLED);
    puts("not robust, its owner killed:");
    says("  trylock", pthread_mutex_trylock(lock));
    make_mutex(lock, PTHREAD_PROCESS_SHARED, PTHREAD_MUTEX_ROBUST);
    owner(lock, KILLED);
    puts("robust, its owner killed:");
    says("  lock", pthread_mutex_lock(lock));
    says("  consistent", pthread_mutex_consistent(lock));
    says("  unlock", pthread_mutex_unlock(lock));
    says("  lock", pthread_mutex_lock(lock));
    says("  unlock", pthread_mutex_unlock(lock));
    owner(lock, KILLED);
    puts("killed, and not made consistent:");
    says("  lock", pthread_mutex_lock(lock));
    says("  unlock", pthread_mutex_unlock(lock));
    says("  lock", pthread_mutex_lock(lock));
    says("  destroy", pthread_mutex_destroy(lock));
    make_mutex(lock, PTHREAD_PROCESS_SHARED, PTHREAD_MUTEX_ROBUST);
    says("  lock, when made again", pthread_mutex_lock(lock));
    says("  unlock", pthread_mutex_unlock(lock));
    owner(lock, UNMAPS);
    puts("its owner unmaps it, and leaves:");
    says("  trylock", pthread_mutex_trylock(lock));
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
