bats_require_minimum_version 1.13.0
load ../lib/helpers

# A fork copies a lock that is taken, and not the thread that took it.

@test "the child has one thread, and a lock that nobody there opens" {
    says "In the parent the lock becomes free, because its holder is there"
    holds_session
}

@test "the session holds for an ordinary user, and on a terminal" {
    as_nobody holds_session
    holds_session --terminal
}

@test "a wait that is interrupted is taken up again" {
    inject wait4:error=EINTR:when=1 ./fork_locked
    assert_success
    assert_equal "${#lines[@]}" 3
}

@test "a fork and a thread that fail are reported" {
    inject 'clone3,clone:error=EAGAIN:when=1' ./fork_locked
    assert_failure 1
    assert_stderr_line 'fork_locked: pthread_create: Resource temporarily unavailable'
    inject 'clone,fork:error=EAGAIN' ./fork_locked
    assert_failure 1
    assert_stderr_line 'fork_locked: fork: Resource temporarily unavailable'
}

@test "no child and no descriptor is left" {
    leaves_no_zombie ./fork_locked
    assert_line 'child  threads: 1, the lock is EBUSY'
    no_leaked_fd ./fork_locked
    assert_success
}

@test "output that cannot be written is an error" {
    run_shell './fork_locked > /dev/full'
    assert_failure 1
    assert_stderr_line 'fork_locked: the child failed'
}
