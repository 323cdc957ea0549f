# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# cond_killed: a condition variable counts its dead.

@test "the session holds: who destroys it waits for the dead [S27]" {
    says "With PTHREAD_PROCESS_SHARED they are for processes as well"
    says "But the variable counts those who wait, and the dead one is counted for good"
    holds_session
}

@test "it waits in futex, and is killed there [S27]" {
    says "pthread_cond_destroy waits until the last of them has gone, so it does not return either"
    traced futex ./cond_killed
    assert_success
    assert_equal "$(grep -cE 'futex\(.*FUTEX_WAIT.*( = \?|<unfinished)' strace)" 2
    assert_equal "$(grep -c 'killed by SIGKILL' strace)" 2
}

@test "it leaves no process behind, and says when it cannot print" {
    leaves_nothing ./cond_killed
}

@test "after one was killed, one is woken, the next signal is lost, and the one after it does not return [S27]" {
    says "In our runs (C library 2.36) the next waiter was woken, the signal for the one after it was lost, and the signal after that did not return"
    makes try <<'C'
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
static struct { pthread_mutex_t lock; pthread_cond_t changed; } *m;
/* Whether CHILD has ended, when it does not run any more. */
static int ended(pid_t child)
{
    char path[64], state = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)child);
    for (int seen = 0; seen < 3; usleep(1000)) {
        FILE *f = fopen(path, "r");
        if (f == NULL || fscanf(f, "%*d %*s %c", &state) != 1)
            exit(1);
        fclose(f);
        seen = state == 'S' || state == 'Z' ? seen + 1 : 0;
    }
    return state == 'Z';
}
static pid_t start(int waits)
{
    pid_t child = fork();
    if (child == 0) {
        if (waits) {
            pthread_mutex_lock(&m->lock);
            pthread_cond_wait(&m->changed, &m->lock);
            pthread_mutex_unlock(&m->lock);
        } else {
            pthread_cond_signal(&m->changed);
        }
        _exit(0);
    }
    ended(child);
    return child;
}
int main(void)
{
    m = mmap(NULL, sizeof *m, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t a;
    pthread_condattr_t b;
    pthread_mutexattr_init(&a);
    pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&m->lock, &a);
    pthread_condattr_init(&b);
    pthread_condattr_setpshared(&b, PTHREAD_PROCESS_SHARED);
    pthread_cond_init(&m->changed, &b);
    pid_t child[7] = { start(1) };
    kill(child[0], SIGKILL);
    waitpid(child[0], NULL, 0);
    for (int i = 1; i < 7; i += 2) {
        child[i] = start(1);
        child[i + 1] = start(0);
        printf("signal: %s, ", ended(child[i + 1]) ? "returns" : "hangs");
        printf("the waiter %s\n", ended(child[i]) ? "is woken" : "sleeps");
    }
    for (int i = 1; i < 7; i++) {
        kill(child[i], SIGKILL);
        waitpid(child[i], NULL, 0);
    }
}
C
    run_program ./try
    case $(getconf GNU_LIBC_VERSION) in
    'glibc 2.36')
        assert_output 'signal: returns, the waiter is woken
signal: returns, the waiter sleeps
signal: hangs, the waiter sleeps' ;;
    *) assert_line --index 0 'signal: returns, the waiter is woken' ;;
    esac
}
