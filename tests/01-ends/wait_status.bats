bats_require_minimum_version 1.13.0
load ../lib/helpers
# What is in the status word.

@test "the macros tell exited, killed, stopped and continued apart [W18]" {
    holds_session
}

@test "no more than eight bits of the exit status are kept [W18]" {
    traced wait4,exit_group ./wait_status
    assert_success
    assert_call 'exit_group\(261[ )]'
    assert_call '\[\{WIFEXITED\(s\) && WEXITSTATUS\(s\) == 5\}\], 0, NULL\)'
}

@test "a result above 0 can be the id of a child that lives on [W12] [W15]" {
    says "as [] has shown, WUNTRACED and WCONTINUED choose what counts as news"
    traced wait4,kill ./wait_status
    assert_success
    local child
    child=$(sed -n 's/.* kill(\([0-9]*\), SIGCONT.*/\1/p' strace)
    assert_call "wait4\($child, .*WIFSTOPPED.*, WSTOPPED, NULL\) += $child"
    assert_call "wait4\($child, .*WIFCONTINUED.*, WCONTINUED, NULL\) += $child"
    assert_call "wait4\($child, .*WTERMSIG\(s\) == SIGTERM.*, 0, NULL\) += $child"
}

@test "no core is left, even where cores are allowed" {
    run_shell 'ulimit -c unlimited; ./wait_status; ls'
    assert_success
    assert_line --regexp 'killed by SIGQUIT, no core$'
    refute_line --regexp '^core'
}

@test "SIGQUIT kills the child though the caller had it ignored, as a shell has for a program before a &" {
    says "We set it back, or the child would survive"
    run_shell './wait_status & wait "$!"'
    assert_success
    assert_line --index 5 --regexp '0x0003  killed by SIGQUIT, no core$'
}

@test "interrupted calls are asked again" {
    inject 'wait4:error=EINTR:when=2 wait4:error=EINTR:when=6' ./wait_status
    assert_success
    assert_line --index 8 --regexp '0x000f  killed by SIGTERM, no core$'
}

@test "the session holds for an ordinary user, and on a terminal" {
    as_nobody holds_session
    holds_session --terminal
}

@test "no child and no descriptor is left" {
    leaves_no_zombie ./wait_status
    assert_output
    no_leaked_fd ./wait_status
}

@test "a full disk is reported" {
    run_shell './wait_status > /dev/full'
    assert_failure 1
    assert_stderr "wait_status: cannot write to standard output"
}
