bats_require_minimum_version 1.13.0
load ../lib/helpers
# Two dead children, and a process id that says which of them to collect.

@test "waitpid takes the child it names, younger or older, and only once [W04]" {
    holds_session
}

@test "a process id is only good for an uncollected child of one's own [W06]" {
    traced wait4 ./wait_which
    assert_success
    local second
    second=$(sed -n 's/^waitpid(second)  *= //p' stdout)
    assert_call "wait4\($second, NULL, 0, NULL\) += $second"
    assert_call "wait4\($second, NULL, 0, NULL\) += -1 ECHILD"
    grep "= -1 ECHILD" strace > none
    [ "$(grep -c "wait4($second," none)" -eq 1 ]
    [ "$(grep -vc "wait4($second," none)" -eq 1 ]
}

@test "an interrupted call is asked again" {
    inject wait4:error=EINTR:when=1 ./wait_which
    assert_success
    assert_line --index 5 --regexp '^waitpid\(first\)  *= [0-9]+$'
}

@test "the session holds for an ordinary user, and on a terminal" {
    as_nobody holds_session
    holds_session --terminal
}

@test "no child and no descriptor is left" {
    leaves_no_zombie ./wait_which
    assert_output
    no_leaked_fd ./wait_which
}

@test "a full disk is reported" {
    run_shell './wait_which > /dev/full'
    assert_failure 1
    assert_stderr "wait_which: cannot write to standard output"
}
