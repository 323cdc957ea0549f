bats_require_minimum_version 1.13.0
load ../lib/helpers
# Any child: what wait and waitpid(-1) have in common, and whom that robs.

@test "a process id names one child, -1 takes one of the others, and wait the next [W04] [W09] [W10]" {
    holds_session
}

@test "wait and waitpid(-1, &status, 0) are one system call with the same arguments [W10]" {
    traced wait4 ./wait_any
    assert_success
    [ "$(grep -cE 'wait4\(-1, \[\{WIFEXITED\(s\) && WEXITSTATUS\(s\) == 9\}\], 0, NULL\) += [0-9]+$' strace)" -eq 2 ]
}

@test "waitpid takes the child it names, and only once [W04] [W06]" {
    traced wait4 ./wait_any
    assert_success
    local youngest
    youngest=$(sed -n 's/^waitpid(youngest)  *= //p' stdout)
    assert_call "wait4\($youngest, NULL, 0, NULL\) += $youngest"
    assert_call "wait4\($youngest, NULL, 0, NULL\) += -1 ECHILD"
}

@test "what programmers use most cannot be tested, but that -1 takes a library's child can [W07]" {
    run_program ./wait_any
    assert_success
    assert_line --index 7 --regexp "^waitpid\(-1\) takes popen's child  *= yes$"
    assert_line --index 8 --regexp '^pclose  *= -1 ECHILD$'
}

@test "an interrupted call is asked again" {
    inject wait4:error=EINTR:when=4 ./wait_any
    assert_success
    assert_line --index 5 --regexp '= 0x0900 0x0900$'
}

@test "the session holds for an ordinary user, and on a terminal" {
    as_nobody holds_session
    holds_session --terminal
}

@test "no child and no descriptor is left" {
    leaves_no_zombie ./wait_any
    assert_output
    no_leaked_fd ./wait_any
}

@test "a full disk is reported" {
    run_shell './wait_any > /dev/full'
    assert_failure 1
    assert_stderr "wait_any: cannot write to standard output"
}
