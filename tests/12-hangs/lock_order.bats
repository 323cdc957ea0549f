bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# Two processes that take two locks in opposite order.

@test "who waits for which lock is shown by three tools" {
    holds_session
}

@test "each waits for the other's lock" {
    : > left
    : > right
    run_program -t 60 ./lock_order left right
    assert_equal "$ended" stuck
    assert_equal "$(sed -n 's/^waits //p' "$BATS_TEST_TMPDIR/how")" \
'lock_order waits in flock on right
    that lock_order (2) can unlock
lock_order (2) waits in flock on left
    that lock_order can unlock
Nobody else can end it: lock_order and lock_order (2) are stuck.'
}

@test "the kernel does not look for a ring of these locks" {
    says "For flock it does not look"
    : > left
    : > right
    run_program -t 60 ./lock_order left right
    assert_equal "$ended" stuck
}

@test "a wrong call and a file that is not there are told" {
    run_program ./lock_order one
    assert_failure 2
    assert_stderr 'lock_order: usage: lock_order FILE FILE'
    run_program ./lock_order nothing nothing
    assert_failure 1
    assert_stderr 'lock_order: nothing: No such file or directory'
}
