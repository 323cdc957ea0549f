# shellcheck disable=SC2016,SC2154,SC2034 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# What the text says beside its programs.

@test "a child that asks for the lock hangs" {
    says "In the child it does not, and a child that asked for it would hang"
    says "the call that one would write, pthread_mutex_lock, would wait here"
    # the same program, but for the one call
    sed 's/pthread_mutex_trylock(&lock)/(getpid() == gettid() \&\& getppid() == first ? pthread_mutex_lock(\&lock) : EBUSY)/
        s/^static pthread_mutex_t lock/static pid_t first;\n&/
        s/^int main(void)$/static __attribute__((constructor)) void note(void) { first = getpid(); }\n&/' \
        "$book_tangled/fork_locked.c" | grep -v '^#define _GNU_SOURCE' | makes asks
    run_program timeout 2 ./asks
    assert_failure 124
    assert_output 'parent threads: 2, the lock is EBUSY'
}
