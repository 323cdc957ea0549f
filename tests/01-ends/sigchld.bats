bats_require_minimum_version 1.13.0
load ../lib/helpers
# Three children die while SIGCHLD is blocked.

@test "three deaths come as one signal, and only a handler that loops collects all [W25]" {
    holds_session
}

@test "one signal is delivered, and the loop ends when no child is left [W25]" {
    traced wait4,rt_sigsuspend ./sigchld
    assert_success
    [ "$(grep -c -e '--- SIGCHLD' strace)" -eq 1 ]
    [ "$(grep -cE 'wait4\(-1, NULL, WNOHANG, NULL\) += [1-9]' strace)" -eq 3 ]
    assert_call 'rt_sigsuspend\(\[.*ERESTARTNOHAND|rt_sigsuspend\(\[.*EINTR'
}

@test "who collects one child per signal leaves the others to be found later [W25]" {
    traced wait4 ./sigchld once
    assert_success
    [ "$(grep -cE 'wait4\(-1, NULL, WNOHANG, NULL\) += [1-9]' strace)" -eq 1 ]
    [ "$(grep -cE 'wait4\([1-9][0-9]*, NULL, 0, NULL\) += [1-9]' strace)" -eq 2 ]
}

@test "another word on the command line is refused with a usage line" {
    run_program ./sigchld twice
    assert_failure 2
    assert_stderr "sigchld: usage: sigchld [once]"
    run_program ./sigchld once once
    assert_failure 2
}

@test "a signal that was blocked or ignored by the caller still arrives" {
    run_shell 'env --ignore-signal=CHLD --block-signal=CHLD ./sigchld'
    assert_success
    assert_output 'deaths 3, signals 1, collected 3, zombies 0'
}

@test "the session holds for an ordinary user, and on a terminal" {
    as_nobody holds_session
    holds_session --terminal
}

@test "no child and no descriptor is left" {
    leaves_no_zombie ./sigchld
    assert_output
    no_leaked_fd ./sigchld
}

@test "a full disk is reported" {
    run_shell './sigchld > /dev/full'
    assert_failure 1
    assert_stderr "sigchld: cannot write to standard output"
}
