bats_require_minimum_version 1.13.0
load ../lib/helpers
# A dead child that nobody has collected yet.

@test "a zombie exists, holds no memory, cannot be killed, and is removed by a wait [W20]" {
    holds_session
}

@test "SIGKILL to a zombie succeeds and changes nothing [W20]" {
    traced kill,wait4 ./zombie
    assert_success
    assert_call 'kill\([0-9]+, SIGKILL\) += 0'
    assert_call 'wait4.*\[\{WIFEXITED\(s\) && WEXITSTATUS\(s\) == 3\}\], 0, NULL\) += [0-9]+'
    assert_call 'kill\([0-9]+, 0\) += -1 ESRCH'
}

@test "an interrupted call is asked again" {
    inject 'wait4:error=EINTR:when=1 waitid:error=EINTR:when=1' ./zombie
    assert_success
    assert_line --index 7 --regexp '^state  *= -$'
}

@test "the session holds for an ordinary user, and on a terminal" {
    as_nobody holds_session
    holds_session --terminal
}

@test "no child and no descriptor is left" {
    leaves_no_zombie ./zombie
    assert_output
    no_leaked_fd ./zombie
}

@test "a child that was killed is not taken for one that left" {
    inject 'set_robust_list:signal=SIGTERM:when=1' ./zombie
    assert_failure
    assert_stderr_line "zombie: a child did not leave by itself"
    refute_line --partial 'exit status'
}

@test "a full disk is reported" {
    run_shell './zombie > /dev/full'
    assert_failure 1
    assert_stderr_line "zombie: ps has failed"
}
