bats_require_minimum_version 1.13.0
load ../lib/helpers
# Children in two process groups, and the arguments that select a group.

@test "zero means the caller's group at the time of the call, below -1 a group by its number [W08] [W11]" {
    holds_session
}

@test "the number of a group is given to the system with a minus sign [W11]" {
    traced wait4,setpgid ./wait_group
    assert_success
    local leader
    leader=$(sed -n 's/^waitpid(-leader)  *= //p' stdout)
    assert_call "wait4\(-$leader, NULL, 0, NULL\) += $leader"
    assert_call "wait4\(-$leader, NULL, 0, NULL\) += -1 ECHILD"
}

@test "an interrupted call is asked again" {
    inject wait4:error=EINTR:when=4 ./wait_group
    assert_success
    assert_line --index 5 --regexp '^waitpid\(-leader\) again  *= -1 ECHILD$'
}

@test "the session holds for an ordinary user, and on a terminal" {
    as_nobody holds_session
    holds_session --terminal
}

@test "no child and no descriptor is left" {
    leaves_no_zombie ./wait_group
    assert_output
    no_leaked_fd ./wait_group
}

@test "a full disk is reported" {
    run_shell './wait_group > /dev/full'
    assert_failure 1
    assert_stderr "wait_group: cannot write to standard output"
}
