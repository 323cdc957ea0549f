bats_require_minimum_version 1.13.0
load ../lib/helpers
# A child watched, signaled and collected through a descriptor.

@test "a pidfd is readable once the child is dead, and waitid collects through it [W24]" {
    holds_session
}

@test "poll, signal and wait all go through the descriptor [W24]" {
    traced pidfd_open,pidfd_send_signal,waitid,wait4,kill,poll ./pidfd_wait
    assert_success
    assert_call 'pidfd_open\([0-9]+, 0\) += [0-9]+'
    assert_call 'poll.*= 1 \(\[\{fd=[0-9]+, revents=POLLIN\}\]\)'
    assert_call 'waitid.*CLD_KILLED.*, WEXITED, NULL\) += 0'
    assert_call 'pidfd_send_signal\([0-9]+, SIGTERM, NULL, 0\) += -1 ESRCH'
    refute_call '[ ^](kill|wait4)\('
}

@test "interrupted calls are asked again" {
    inject 'poll:error=EINTR:when=1 waitid:error=EINTR:when=1' ./pidfd_wait
    assert_success
    assert_line --index 4 --regexp '^state  *= Z$'
}

@test "the session holds for an ordinary user, and on a terminal" {
    as_nobody holds_session
    holds_session --terminal
}

@test "no child and no descriptor is left" {
    leaves_no_zombie ./pidfd_wait
    assert_output
    no_leaked_fd ./pidfd_wait
}

@test "a full disk is reported" {
    run_shell './pidfd_wait > /dev/full'
    assert_failure 1
    assert_stderr "pidfd_wait: cannot write to standard output"
}

@test "a kernel that has no pidfd is reported" {
    inject pidfd_open:error=ENOSYS ./pidfd_wait
    assert_failure 1
    assert_stderr --partial 'pidfd_open: Function not implemented'
}
