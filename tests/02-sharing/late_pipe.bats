bats_require_minimum_version 1.13.0
load ../lib/helpers

# A pipe made after the fork is unknown to the child, but the descriptor can be
# sent to it.

@test "the number means nothing to the child, the sent descriptor does [P11]" {
    holds_session
}

@test "an ordinary user sees the same" {
    as_nobody holds_session
}

@test "the pipe is younger than the child, and travels as SCM_RIGHTS [P11]" {
    traced pipe2,clone,clone3,fork,sendmsg,recvmsg,read ./late_pipe
    assert_success
    local made forked
    made=$(grep -nE 'pipe2\(' strace | cut -d: -f1)
    forked=$(grep -nE '(clone3?|fork)\(' strace | head -n 1 | cut -d: -f1)
    [ "$made" -gt "$forked" ]
    assert_call 'recvmsg\(.*SCM_RIGHTS'
    assert_call 'MSG_CMSG_CLOEXEC'
    # the word does not come through the socket
    refute_call 'msg\(.*hello'
    assert_call 'read\(3, "hello", 5'
}

@test "interrupted calls are taken up again" {
    inject 'sendmsg:error=EINTR:when=1 recvmsg:error=EINTR:when=1 read:error=EINTR:when=1 write:error=EINTR:when=3' ./late_pipe
    assert_success
    assert_line --partial ': hello'
}

@test "a descriptor that cannot be sent ends both" {
    inject sendmsg:error=EPERM ./late_pipe
    assert_failure 1
    assert_stderr_line 'late_pipe: sendmsg: Operation not permitted'
}

@test "nothing is left open, and no zombie" {
    no_leaked_fd ./late_pipe
    assert_success
    assert_equal "${#lines[@]}" 3
    leaves_no_zombie ./late_pipe
    assert_success
}

@test "output that cannot be written is an error" {
    run_shell './late_pipe > /dev/full'
    assert_failure 1
    assert_stderr_line 'late_pipe: the child failed'
}

@test "a child whose parent has given up says so, and not that all went well" {
    # the pipe's second end finds no number; all that the shell starts has to end
    run_shell '{ ulimit -n 6; ./late_pipe 2>&1; echo "status $?" > how; } | cat; cat how'
    assert_line 'late_pipe: pipe2: Too many open files'
    assert_line 'late_pipe: read: No data available'
    assert_line 'status 1'
}
