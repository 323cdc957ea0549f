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

@test "it is the kernel that tells, from a list in the thread's own memory [S19]" {
    says "What the thread has unmapped by then, the kernel does not reach"
    traced set_robust_list,munmap ./mutex_robust
    assert_success
    assert_call 'set_robust_list\('
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
