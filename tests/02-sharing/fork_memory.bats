bats_require_minimum_version 1.13.0
load ../lib/helpers

# After a fork the same address holds the parent's number in the parent and the
# child's in the child. The page is common to both until one of them stores.

@test "one address holds 42 in the child and still 1 in the parent [P08]" {
    holds_session
}

@test "an ordinary user sees the same" {
    as_nobody holds_session
}

@test "fork makes exactly one process, which is collected [P07]" {
    traced %process ./fork_memory
    assert_success
    [ "$(grep -cE '(clone|clone3|fork)\(.*= [1-9]' strace)" = 1 ]
    # not a thread: the memory is not common
    refute_call 'CLONE_VM'
    leaves_no_zombie ./fork_memory
    assert_success
}

@test "a wait that is interrupted is taken up again" {
    inject wait4:error=EINTR:when=1 ./fork_memory
    assert_success
    assert_equal "${#lines[@]}" 4
}

@test "a fork that fails is reported" {
    inject 'clone,fork,clone3:error=EAGAIN' ./fork_memory
    assert_failure 1
    assert_stderr_line 'fork_memory: fork: Resource temporarily unavailable'
}

@test "without pagemap the program says so" {
    inject pread64:error=EPERM:when=1 ./fork_memory
    assert_failure 1
    assert_stderr_line --partial 'pagemap: Operation not permitted'
}

@test "no descriptor is left open, and output that cannot be written is an error" {
    no_leaked_fd ./fork_memory
    assert_success
    run_shell './fork_memory > /dev/full'
    assert_failure 1
    assert_stderr_line 'fork_memory: the child failed'
}
