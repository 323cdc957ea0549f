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

@test "a call that fails is told" {
    inject 'mmap:error=ENOMEM:when=1' ./holder_gone
    assert_failure 1
    assert_stderr 'holder_gone: mmap: Cannot allocate memory'
    inject 'clone,clone3:error=EAGAIN' ./holder_gone
    assert_failure 1
    assert_stderr 'holder_gone: fork: Resource temporarily unavailable'
}
