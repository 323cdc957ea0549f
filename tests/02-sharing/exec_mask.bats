bats_require_minimum_version 1.13.0
load ../lib/helpers

# A blocked signal stays blocked in the program that a child becomes.

@test "the shell outlives its SIGTERM, unless the mask is put back" {
    says "The shell that its child becomes sends SIGTERM to itself and has not been told of a mask"
    says "With the argument put-it-back, the child puts the mask back first"
    holds_session
}

@test "the session holds for an ordinary user, and on a terminal" {
    as_nobody holds_session
    holds_session --terminal
}

@test "the parent blocks SIGTERM before the fork, and the child's mask is what its shell gets" {
    says "The parent blocks SIGTERM, as a program does around a piece of work that is not to be cut short"
    traced rt_sigprocmask,execve,kill ./exec_mask
    assert_success
    assert_call 'rt_sigprocmask\(SIG_BLOCK, \[TERM\], \[\]'
    refute_call 'rt_sigprocmask\(SIG_SETMASK, \[\], NULL.*= 0$.*execve'
    assert_call 'kill\([0-9]+, SIGTERM\) += 0'
    refute_call 'killed by SIGTERM'
    traced rt_sigprocmask,execve,kill ./exec_mask put-it-back
    assert_success
    assert_call 'killed by SIGTERM'
}

@test "whatever mask and dispositions its own caller left, it says the same" {
    run_program env --block-signal=TERM --ignore-signal=CHLD ./exec_mask put-it-back
    assert_output 'the shell was ended by its signal'
    run_program env --block-signal=TERM --ignore-signal=CHLD ./exec_mask
    assert_output $'still here\nthe shell went on'
}

@test "a wait that is interrupted is taken up again" {
    inject wait4:error=EINTR:when=1 ./exec_mask
    assert_output $'still here\nthe shell went on'
}

@test "a fork, a mask and an exec that fail are reported" {
    inject 'clone,fork,clone3:error=EAGAIN' ./exec_mask
    assert_failure 1
    assert_stderr_line 'exec_mask: fork: Resource temporarily unavailable'
    inject execve:error=ENOMEM ./exec_mask
    assert_stderr_line 'exec_mask: /bin/sh: Cannot allocate memory'
}

@test "no child and no descriptor is left" {
    leaves_no_zombie ./exec_mask
    assert_line 'still here'
    leaves_no_zombie ./exec_mask put-it-back
    assert_output 'the shell was ended by its signal'
    no_leaked_fd ./exec_mask
    assert_success
}

@test "output that cannot be written is an error" {
    run_shell './exec_mask put-it-back > /dev/full'
    assert_failure
    assert_stderr_line --partial 'cannot write to standard output'
}
