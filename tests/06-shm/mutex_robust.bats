# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# mutex_robust: what the next one is told when the owner ends.

@test "the session holds: told, mended, not mended, unmapped [S17] [S18] [S19]" {
    says "EOWNERDEAD | the lock is ours: mend, say so, go on"
    says "A process that is killed while it has a lock does not give it back"
    says "The next one to lock it gets EOWNERDEAD, and that is no failure: the lock is ours, and the data are as the dead one left them"
    says "Without it, unlocking says that the data are beyond repair"
    says "From then on the lock is refused to all, with ENOTRECOVERABLE, until somebody destroys it and makes it anew; and for that, nobody else may be using it"
    holds_session
}

@test "the kernel follows a chain through the locks, the last one taken first, 2048 links, and no further than it can [S17] [S19]" {
    says "When it ends, the kernel follows the chain from the last one taken, for 2048 links at most (set_robust_list(2)), and stops at what it cannot reach: a lock that was unmapped or overwritten stays locked, by nobody, and so may those that were taken before it"
    makes try <<'C'
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
enum { MANY = 3000 };
static pthread_mutex_t *a, *b, *many;
static void *shared(size_t size)
{
    return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}
static void make(pthread_mutex_t *m)
{
    pthread_mutexattr_t how;
    pthread_mutexattr_init(&how);
    pthread_mutexattr_setpshared(&how, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&how, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(m, &how);
}
static void owner(int how)
{
    make(a);
    make(b);
    if (fork() == 0) {
        if (how == 0)
            for (int i = 0; i < MANY; i++)
                pthread_mutex_lock(&many[i]);
        pthread_mutex_lock(a);
        pthread_mutex_lock(b);
        if (how == 1)
            munmap(b, 4096);
        if (how == 2)
            munmap(a, 4096);
        if (how == 3)
            memset(b, 0xff, sizeof *b);
        _exit(0);
    }
    wait(NULL);
    printf("%d:", how);
    if (how != 0) {
        printf(" %s", strerrorname_np(pthread_mutex_trylock(a)));
        if (how != 3)
            printf(" %s", strerrorname_np(pthread_mutex_trylock(b)));
    } else {
        int dead = 0, busy = 0;
        for (int i = 0; i < MANY; i++) {
            int error = pthread_mutex_trylock(&many[i]);
            dead += error == EOWNERDEAD;
            busy += error == EBUSY;
        }
        dead += pthread_mutex_trylock(a) == EOWNERDEAD;
        dead += pthread_mutex_trylock(b) == EOWNERDEAD;
        printf(" %d %d", dead, busy);
    }
    puts("");
    fflush(stdout);
}
int main(void)
{
    a = shared(4096);
    b = shared(4096);
    many = shared(MANY * sizeof *many);
    for (int i = 0; i < MANY; i++)
        make(&many[i]);
    for (int how = 0; how < 4; how++)
        owner(how);
}
C
    run_program ./try
    assert_success
    assert_output '0: 2048 954
1: EBUSY EBUSY
2: EBUSY EOWNERDEAD
3: EBUSY'
    run_program ./mutex_robust
    assert_equal "${lines[-1]}" '  trylock                        EBUSY'
}

@test "one that is not robust stays locked, also for who waits [S17]" {
    says "A mutex that is not robust stays locked as long as the memory exists"
    makes try <<'C'
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
int main(void)
{
    pthread_mutexattr_t how;
    pthread_mutex_t *m = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_init(&how);
    pthread_mutexattr_setpshared(&how, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(m, &how);
    if (fork() == 0) {
        pthread_mutex_lock(m);
        raise(SIGKILL);
    }
    wait(NULL);
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec++;
    printf("%d %d\n", pthread_mutex_trylock(m) == EBUSY, pthread_mutex_timedlock(m, &until) == ETIMEDOUT);
}
C
    run_program ./try
    assert_output '1 1'
    run_program ./mutex_robust
    assert_equal "${lines[1]}" '  trylock                        EBUSY'
}

@test "it leaves no process behind, and says when it cannot print" {
    leaves_nothing ./mutex_robust
}
