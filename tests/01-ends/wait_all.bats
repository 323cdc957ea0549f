bats_require_minimum_version 1.13.0
load ../lib/helpers
# Three dead children, and a wait for each of them.

@test "one call collects one child and leaves the others dead where they are [W01]" {
    holds_session
}

@test "wait returns at once while a child is dead, and at once when there is none [W02]" {
    traced wait4 ./wait_all
    assert_success
    [ "$(grep -c 'wait4(-1, ' strace)" -eq 4 ]
    refute_call 'ERESTART|resumed'
    assert_call 'wait4\(-1, .*, 0, NULL\) += -1 ECHILD'
}

@test "the session holds for an ordinary user, and on a terminal" {
    as_nobody holds_session
    holds_session --terminal
}

@test "an interrupted wait is asked again" {
    inject 'wait4:error=EINTR:when=2 waitid:error=EINTR:when=2' ./wait_all
    assert_success
    assert_line --index 3 --regexp '^wait = [0-9]+, exit status 3      - - -$'
    assert_line --index 4 'wait = -1 ECHILD'
}

@test "another failure of wait is an error and not the end" {
    inject wait4:error=EINVAL:when=2 ./wait_all
    assert_failure 1
    assert_stderr "wait_all: wait: Invalid argument"
}

@test "no child and no descriptor is left" {
    leaves_no_zombie ./wait_all
    assert_output
    no_leaked_fd ./wait_all
}

@test "a child that was killed is not taken for one that left" {
    inject 'set_robust_list:signal=SIGTERM:when=1' ./wait_all
    assert_failure
    assert_stderr_line "wait_all: a child did not leave by itself"
    refute_line --partial 'exit status'
}

@test "a full disk is reported" {
    run_shell './wait_all > /dev/full'
    assert_failure 1
    assert_stderr "wait_all: cannot write to standard output"
}
