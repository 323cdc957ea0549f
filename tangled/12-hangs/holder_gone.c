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
#include <pthread.h>
#include <sys/mman.h>

/* Waits until CHILD has ended and returns its wait status. */
static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitpid");
    return status;
}


static pthread_mutex_t *shared_mutex(void)
{
    pthread_mutexattr_t kind;
    pthread_mutex_t *lock = mmap(NULL, sizeof *lock,
                                 PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (lock == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    if ((errno = pthread_mutexattr_init(&kind)) != 0
        || (errno = pthread_mutexattr_setpshared(&kind,
                        PTHREAD_PROCESS_SHARED)) != 0
        || (errno = pthread_mutex_init(lock, &kind)) != 0)
        err(EXIT_FAILURE, "mutex");
    return lock;
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
    pthread_mutex_t *lock = shared_mutex();
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0)
        _exit(pthread_mutex_lock(lock) != 0);
    if (wait_for(child) != 0)
        errx(EXIT_FAILURE, "the child has no lock");
    if ((errno = pthread_mutex_lock(lock)) != 0)
        err(EXIT_FAILURE, "pthread_mutex_lock");
}
