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
#include <semaphore.h>
#include <sys/stat.h>

/* Waits until CHILD has ended and returns its wait status. */
static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitpid");
    return status;
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static sem_t held, go;

static void wait_on(sem_t *semaphore)
{
    while (sem_wait(semaphore) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "sem_wait");
}

static void *work(void *nothing)
{
    pthread_mutex_lock(&lock);
    sem_post(&held);
    wait_on(&go);
    pthread_mutex_unlock(&lock);
    return nothing;
}

static const char *state_of_lock(void)
{
    int error = pthread_mutex_trylock(&lock);
    if (error == 0)
        pthread_mutex_unlock(&lock);
    return error == 0 ? "free" : strerrorname_np(error);
}

static void say(const char *who)
{
    struct stat task;
    if (stat("/proc/self/task", &task) == -1)
        err(EXIT_FAILURE, "/proc/self/task");
    printf("%-6s threads: %ju, the lock is %s\n", who,
           (uintmax_t)task.st_nlink - 2, state_of_lock());
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
    pthread_t thread;
    if (sem_init(&held, 0, 0) == -1 || sem_init(&go, 0, 0) == -1)
        err(EXIT_FAILURE, "sem_init");
    errno = pthread_create(&thread, NULL, work, NULL);
    if (errno != 0)
        err(EXIT_FAILURE, "pthread_create");
    wait_on(&held);
    say("parent");
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        say("child");
        _exit(ferror(stdout) ? EXIT_FAILURE : EXIT_SUCCESS);
    }
    if (wait_for(child) != 0)
        errx(EXIT_FAILURE, "the child failed");
    sem_post(&go);
    errno = pthread_join(thread, NULL);
    if (errno != 0)
        err(EXIT_FAILURE, "pthread_join");
    printf("parent waited for its thread: the lock is %s\n",
           state_of_lock());
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
