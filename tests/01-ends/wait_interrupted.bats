bats_require_minimum_version 1.13.0
load ../lib/helpers
# A signal that arrives while the parent sleeps in waitpid.

@test "without SA_RESTART waitpid gives up while the child lives, with it it goes on [W17]" {
    holds_session
}

@test "the kernel interrupts the call both times and starts it anew once [W17]" {
    says "The call then returns -1 with EINTR, interrupted system call, and the child is as alive as before"
    traced wait4,rt_sigaction ./wait_interrupted
    assert_success
    [ "$(grep -c 'wait4.*ERESTARTSYS' strace)" -eq 2 ]
    assert_call 'rt_sigaction\(SIGUSR1, \{.*sa_flags=SA_RESTORER,'
    assert_call 'rt_sigaction\(SIGUSR1, \{.*sa_flags=SA_RESTORER\|SA_RESTART'
    [ "$(grep -cE 'wait4\([0-9]+, NULL|wait4\([0-9]+, .*WNOHANG' strace)" -eq 1 ]
}

@test "while the child may look, the parent does not print" {
    says "So the parent makes all its calls first and prints afterwards: from the fork to the last waitpid it has no other place to sleep"
    traced clone,wait4,write ./wait_interrupted
    assert_success
    local parent calls
    parent=$(sed -n '1s/ .*//p' strace)
    calls=$(sed -n "s/^$parent  *\(clone\|wait4\|write(1\).*/\1/p" strace | uniq)
    assert_equal "$calls" $'clone\nwait4\nwrite(1\nclone\nwait4\nwrite(1'
}

@test "a child that never finds its parent asleep makes the program fail" {
    inject openat:error=ENOENT:when=1+ ./wait_interrupted
    assert_failure 1
    assert_stderr_line 'wait_interrupted: the child did not find us asleep'
}

@test "a handler that cannot write ends both processes" {
    inject write:error=EPIPE:when=1 ./wait_interrupted
    assert_failure 1
    assert_stderr_line --partial 'no word from the handler'
}

@test "the session holds for an ordinary user, and on a terminal" {
    as_nobody holds_session
    holds_session --terminal
}

@test "no child and no descriptor is left" {
    leaves_no_zombie ./wait_interrupted
    assert_output
    no_leaked_fd ./wait_interrupted
}

@test "a full disk is reported" {
    run_shell './wait_interrupted > /dev/full'
    assert_failure 1
    assert_stderr "wait_interrupted: cannot write to standard output"
}
