bats_require_minimum_version 1.13.0
load ../lib/helpers
# What is in the status word, and in the structure that waitid fills.

@test "the macros tell exited, killed, stopped and continued apart [W18]" {
    holds_session
}

@test "no more than eight bits of the exit status are kept, by waitid neither [W18] [W19]" {
    traced wait4,waitid,exit_group ./wait_status
    assert_success
    assert_call 'exit_group\(4660[ )]'
    assert_call '\{.*si_code=CLD_EXITED.*si_status=52[,}].*, WEXITED, NULL\) += 0'
    assert_call 'exit_group\(261[ )]'
    assert_call '\[\{WIFEXITED\(s\) && WEXITSTATUS\(s\) == 5\}\], 0, NULL\)'
}

@test "waitid with WNOHANG returns 0 and no process id while the child lives [W19]" {
    run_program ./wait_status
    assert_line --index 8 --regexp '^still live +0 +waitid: si_pid 0$'
    traced waitid ./wait_status
    assert_call 'waitid\(P_PID, [0-9]+, (\{\}|\{.*si_pid=0.*\}|0x[0-9a-f]+), WNOHANG\|WEXITED, NULL\) += 0'
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
    inject 'wait4:error=EINTR:when=2 waitid:error=EINTR:when=1' ./wait_status
    assert_success
    assert_line --index 10 --regexp '0x34    waitid: CLD_EXITED$'
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
