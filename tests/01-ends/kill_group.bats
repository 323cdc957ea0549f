bats_require_minimum_version 1.13.0
load ../lib/helpers
# A group that outlives its leader, and one signal that reaches all of it.

@test "a signal to the leader leaves its helper, one to the group ends it; 0 is our own group, below -1 another [W08] [W11]" {
    holds_session
}

@test "the signal goes to the group by its number, which stays when the leader is gone" {
    says "takes a number below -1, too, and sends the signal to each member of the group"
    says "The group kept the number of its leader when the leader was gone, and the second signal found the helper by it"
    traced kill,wait4,setpgid ./kill_group
    assert_success
    assert_call 'wait4\(0, NULL, WNOHANG, NULL\) += -1 ECHILD'
    assert_call 'wait4\(0, NULL, 0, NULL\) += [1-9]'
    local leader
    leader=$(sed -n 's/^\([0-9]*\) leads a group.*/\1/p' stdout)
    assert_call "kill\($leader, SIGTERM\) += 0"
    assert_call "kill\(-$leader, SIGTERM\) += 0"
    assert_call "kill\(-$leader, SIGTERM\) += -1 ESRCH"
}

@test "interrupted calls are asked again" {
    inject 'wait4:error=EINTR:when=1 read:error=EINTR:when=1' ./kill_group
    assert_success
    assert_line --index 7 --regexp '^kill\(-leader, SIGTERM\)  *= -1 ESRCH$'
}

@test "a SIGTERM that was ignored by the caller still ends the group" {
    run_program env --ignore-signal=TERM ./kill_group
    assert_success
    assert_equal "${#lines[@]}" 10
}

@test "the session holds for an ordinary user, and on a terminal" {
    as_nobody holds_session
    holds_session --terminal
}

@test "no child and no descriptor is left" {
    leaves_no_zombie ./kill_group
    assert_output
    no_leaked_fd ./kill_group
}

@test "a full disk is reported" {
    run_shell './kill_group > /dev/full'
    assert_failure 1
    assert_stderr "kill_group: cannot write to standard output"
}
