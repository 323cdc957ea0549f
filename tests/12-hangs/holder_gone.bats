bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# A mutex in shared memory whose holder has ended.

@test "it hangs, and who_waits says what is printed" {
    holds_session
}

@test "the runner tells of the holder that has ended" {
    says "nobody else releases it"
    run_program -t 60 ./holder_gone
    assert_equal "$ended" stuck
    assert_equal "$(sed -n 's/^waits //p' "$BATS_TEST_TMPDIR/how")" \
'holder_gone waits in futex for a mutex in shared memory
    that somebody who has ended holds
Nobody else can end it: holder_gone is stuck.'
}

@test "with a robust mutex the next one gets EOWNERDEAD" {
    says "the next one who locks it gets EOWNERDEAD"
    sed '1d;s/|| (errno = pthread_mutex_init/|| (errno = pthread_mutexattr_setrobust(\&kind, PTHREAD_MUTEX_ROBUST)) != 0\n&/' \
        "$root/tangled/$unit/holder_gone.c" | makes mended
    run_program ./mended
    assert_failure 1
    assert_stderr 'mended: pthread_mutex_lock: Owner died'
}

@test "a call that fails is told" {
    inject 'mmap:error=ENOMEM:when=1' ./holder_gone
    assert_failure 1
    assert_stderr 'holder_gone: mmap: Cannot allocate memory'
    inject 'clone,clone3:error=EAGAIN' ./holder_gone
    assert_failure 1
    assert_stderr 'holder_gone: fork: Resource temporarily unavailable'
}
