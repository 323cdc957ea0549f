bats_require_minimum_version 1.13.0
load ../lib/helpers
# The smallest family: one child, one wait, one number.

@test "the number that the child leaves with arrives at its parent" {
    holds_session
    traced clone,wait4,exit_group ./last_word
    assert_success
    assert_call 'exit_group\(7[ )]'
    assert_call 'wait4\(-1, \[\{WIFEXITED\(s\) && WEXITSTATUS\(s\) == 7\}\], 0, NULL\) += [0-9]+'
}

@test "it gives up where wait_one does not: an interruption, a killed child" {
    says "A signal may interrupt wait before the child has ended"
    says "The child may be killed and have left no number, and then last_word says that it left with 0"
    inject wait4:error=EINTR:when=1 ./last_word
    assert_failure 1
    assert_stderr_line 'last_word: wait: Interrupted system call'
    inject 'set_robust_list:signal=SIGTERM:when=1' ./last_word
    assert_line 'my child left with 0'
}

@test "the session holds for an ordinary user, and on a terminal" {
    as_nobody holds_session
    holds_session --terminal
}

@test "no child and no descriptor is left" {
    leaves_no_zombie ./last_word
    assert_output
    no_leaked_fd ./last_word
}

@test "a full disk is reported" {
    run_shell './last_word > /dev/full'
    assert_failure 1
    assert_stderr --partial "last_word: standard output: No space left"
}
