bats_require_minimum_version 1.13.0
load ../lib/helpers
# One child that lives and leaves, and one that is dead, and what waitpid says
# about it at each station.

@test "the options decide whether the call waits and what is news to it [W05] [W12] [W14]" {
    holds_session
}

@test "with options 0 the call sleeps until the child ends [W13]" {
    run_program ./wait_poll
    assert_success
    assert_line --index 6 --regexp '^waitpid\(-1, 0\)  *= [0-9]+$'
    assert_line --index 7 'it found us asleep'
}

@test "0 means that no child has news; one dead among the living is news [W16]" {
    run_program ./wait_poll
    local sibling
    sibling=$(sed -n 's/^child [0-9]* is alive, \([0-9]*\) is dead$/\1/p' stdout)
    assert_line --index 1 --regexp '^waitpid\(-1, WNOHANG\)  *= 0$'
    assert_line --index 3 --regexp "^waitpid\(-1, WNOHANG\)  *= $sibling\$"
    assert_line --index 4 --regexp '^waitpid\(-1, WNOHANG\)  *= 0$'
}

@test "an option of waitid's makes the call fail [W12] [W17]" {
    traced wait4 ./wait_poll
    assert_call 'wait4\(-1, NULL, (WEXITED|0x4), NULL\) += -1 EINVAL'
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

@test "an interrupted call is asked again" {
    inject 'wait4:error=EINTR:when=4 waitid:error=EINTR:when=1' ./wait_poll
    assert_success
    assert_line --index 7 'it found us asleep'
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
