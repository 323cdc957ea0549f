bats_require_minimum_version 1.13.0
load ../lib/helpers
# One child that lives, is stopped, goes on and leaves, and what waitpid says
# about it at each station.

@test "the options decide whether the call waits and what is news to it [W05] [W12] [W14]" {
    holds_session
}

@test "with options 0 the call sleeps until the child ends [W13]" {
    run_program ./wait_poll
    assert_success
    assert_line --index 11 --regexp '^waitpid\(-1, 0\)  *= [0-9]+$'
    assert_line --index 12 'it found us asleep'
}

@test "a child that is never found asleep is not stopped" {
    inject openat:error=ENOENT:when=1+ ./wait_poll
    assert_failure 1
    assert_output ''
    assert_stderr "wait_poll: the child does not wait at the gate"
}

@test "a result above 0 can be the id of a child that lives on [W15]" {
    traced wait4,kill ./wait_poll
    assert_success
    local child
    child=$(sed -n '1s/^child \([0-9]*\) is alive$/\1/p' stdout)
    assert_call "wait4\(-1, NULL, WSTOPPED, NULL\) += $child"
    assert_call "wait4\(-1, NULL, WCONTINUED, NULL\) += $child"
    assert_call "wait4.*WEXITSTATUS\(s\) == 8.*\], 0, NULL\) += $child"
}

@test "0 means that no child has news; one dead among the living is news [W16]" {
    run_program ./wait_poll
    local sibling
    sibling=$(sed -n 's/^child [0-9]* is alive, \([0-9]*\) is dead$/\1/p' stdout)
    assert_line --index 1 --regexp '^waitpid\(-1, WNOHANG\)  *= 0$'
    assert_line --index 3 --regexp '^waitpid\(-1, WNOHANG\)  *= 0$'
    assert_line --index 8 --regexp "^waitpid\(-1, WNOHANG\)  *= $sibling\$"
    assert_line --index 9 --regexp '^waitpid\(-1, WNOHANG\)  *= 0$'
}

@test "an unknown option, and one of waitid's, make the call fail [W12] [W17]" {
    traced wait4 ./wait_poll
    assert_call 'wait4\(-1, NULL, (WEXITED|0x4), NULL\) += -1 EINVAL'
    assert_call 'wait4\(-1, NULL, 0x40000.*, NULL\) += -1 EINVAL'
}

@test "while the child may look, the parent does not print" {
    says "The line about it is printed first, because a full pipe behind standard output would be another place to sleep"
    traced close,write,wait4 ./wait_poll
    assert_success
    local parent
    parent=$(sed -n '1s/ .*//p' strace)
    run sed -n "s/^$parent  *//p" strace
    assert_line --regexp '^write\(1, "child [0-9]+ is told'
    run sed -n '/is told to leave/,/wait4/p' <<< "$output"
    assert_equal "${#lines[@]}" 3
    assert_line --index 1 --regexp '^close'
}

@test "the child has asked to end with its parent before it is stopped" {
    says "It has to ask before it is stopped"
    says "it waits until the child sleeps at the gate"
    inject 'prctl:delay_enter=200000:when=1 kill:delay_enter=1' ./wait_poll
    assert_success
    local asked stopped
    asked=$(grep -n 'prctl.*= 0' strace | sed -n '1p' | cut -d: -f1)
    stopped=$(grep -n 'kill(.*SIGSTOP' strace | head -n 1 | cut -d: -f1)
    [ "$asked" -lt "$stopped" ] || fail "it was stopped first: $(cat strace)"
}

@test "an interrupted call is asked again" {
    inject 'wait4:error=EINTR:when=6 waitid:error=EINTR:when=2' ./wait_poll
    assert_success
    assert_line --index 12 'it found us asleep'
}

@test "the session holds for an ordinary user, and on a terminal" {
    as_nobody holds_session
    holds_session --terminal
}

@test "no child and no descriptor is left" {
    leaves_no_zombie ./wait_poll
    assert_output
    no_leaked_fd ./wait_poll
}

@test "a full disk is reported" {
    run_shell './wait_poll > /dev/full'
    assert_failure 1
    assert_stderr "wait_poll: cannot write to standard output"
}
