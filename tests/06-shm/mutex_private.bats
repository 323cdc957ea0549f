# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# mutex_private: a sleeper of another process is found, or not.

@test "the session holds: without the attribute the sleeper sleeps on [S16]" {
    says "a mutex | PTHREAD_PROCESS_SHARED, and robust"
    holds_session
}

@test "the private one wakes in its own process, if it calls at all, the shared one everywhere [S16]" {
    says "A private mutex concerns the threads of one process: the kernel looks among these and finds nobody, and where there is one thread, the C library does not even ask"
    says "PTHREAD_PROCESS_SHARED is what it needs"
    traced futex ./mutex_private
    assert_success
    assert_call 'futex\(.*FUTEX_WAIT_PRIVATE, 2, NULL\) = \?'
    refute_call 'futex\(.*FUTEX_WAKE_PRIVATE'
    assert_call 'futex\(.*FUTEX_WAKE, 1\) *= 1'
    makes try <<'C'
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
static void *thread(void *none) { pause(); return none; }
int main(void)
{
    pthread_mutex_t *m = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutex_init(m, NULL);
    pthread_t other;
    pthread_create(&other, NULL, thread, NULL);
    pthread_mutex_lock(m);
    pid_t child = fork();
    if (child == 0)
        _exit(pthread_mutex_lock(m));
    char path[64], state = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)child);
    for (int seen = 0; seen < 3; ) {
        FILE *f = fopen(path, "r");
        if (fscanf(f, "%*d %*s %c", &state) != 1)
            return 1;
        fclose(f);
        seen = state == 'S' ? seen + 1 : 0;
        usleep(1000);
    }
    pthread_mutex_unlock(m);
    usleep(1000);
    kill(child, SIGKILL);
    int status;
    waitpid(child, &status, 0);
    printf("%d\n", WIFSIGNALED(status));
}
C
    traced futex ./try
    assert_success
    assert_output 1
    assert_call 'futex\(.*FUTEX_WAKE_PRIVATE, 1\) *= 0'
}

@test "as long as nobody has to wait, both look the same" {
    says "It looks as if it did, as long as nobody has to wait: to take it and to give it back are stores into memory that all can see"
    makes try <<'C'
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
    pthread_mutex_t *m = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutex_init(m, NULL);
    pthread_mutex_lock(m);
    if (fork() == 0) {
        printf("locked %d\n", pthread_mutex_trylock(m) != 0);
        return 0;
    }
    wait(NULL);
    pthread_mutex_unlock(m);
    if (fork() == 0) {
        printf("free %d\n", pthread_mutex_lock(m) == 0);
        return 0;
    }
    wait(NULL);
}
C
    run_program ./try
    assert_output 'locked 1
free 1'
    run_program ./mutex_private
    assert_line --partial 'has it, and leaves'
}

@test "it leaves no process behind, and says when it cannot print" {
    leaves_nothing ./mutex_private
}
