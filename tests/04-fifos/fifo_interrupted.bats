# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# fifo_interrupted: a signal ends an open that waits, or does not.

@test "the session holds: EINTR without SA_RESTART, asleep again with it [F14]" {
    holds_session
}

@test "the wait is the open itself: a signal finds the child there [F06] [F14]" {
    traced openat ./fifo_interrupted
    assert_success
    assert_call 'openat(\(AT_FDCWD, "door", O_RDONLY\|O_CLOEXEC| resumed>)\) *= \? ERESTARTSYS'
}

@test "it leaves nothing behind" {
    leaves_nothing ./fifo_interrupted
}

@test "a child does not outlive a parent that failed" {
    inject 'poll:error=ENOMEM:when=1' ./fifo_interrupted
    assert_failure 1
    assert_stderr_line --partial 'fifo_interrupted: poll: Cannot allocate memory'
}
