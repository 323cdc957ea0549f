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

@test "who leaves the group, or the session, is out of reach" {
    says "A program in the group that asks for a group or a session of its own is out of reach"
    run_shell 'set -m
        sh -c "setsid sh -c \"echo \\\$\\\$ > away; exec sleep 600\" & echo \$\$ > leader; exec sleep 600" &
        until [ -s away ] && [ -s leader ]; do :; done
        kill -TERM -- "-$(cat leader)"
        wait "$!" 2> /dev/null; echo "leader $?"
        kill -0 "$(cat away)" && echo "the other lives"
        kill "$(cat away)"'
    assert_line 'leader 143'
    assert_line 'the other lives'
}

@test "kill(0) ends the caller as well" {
    says "And kill(0, SIGTERM), which means the caller's own group, ends the caller as well"
    run_shell 'setsid -w sh -c "kill -TERM 0; echo still here"; echo "ended $?"'
    assert_output 'ended 143'
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
