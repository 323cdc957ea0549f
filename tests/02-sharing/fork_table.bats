bats_require_minimum_version 1.13.0
load ../lib/helpers

# What a child does to an open file description, its parent notices; what it
# does to its descriptor table, only a thread's process notices.

# ask_kcmp: skips when the kernel does not tell.
ask_kcmp() {
    run_program ./fork_table
    if [[ $output == *'not told'* ]]; then skip "needs kcmp"; fi
}

# answers WHAT: the two answers to the question WHAT, without further blanks.
answers() {
    sed -n "s/^$1  *//p" stdout | tr -s ' '
}

@test "the description is shared, the table is not [O13]" {
    ask_kcmp
    holds_session
}

@test "an ordinary user sees the same" {
    as_nobody run_program ./fork_table
    if [[ $output == *'not told'* ]]; then skip "needs kcmp"; fi
    as_nobody holds_session
}

@test "a child moves the offset and sets the flags of its parent's file [O13]" {
    run_program ./fork_table
    assert_success
    assert_equal "$(answers 'the offset it set is seen')" 'yes yes'
    assert_equal "$(answers 'the O_APPEND it set is seen')" 'yes yes'
}

@test "a child closes, opens and marks descriptors for itself alone [O13]" {
    run_program ./fork_table
    assert_success
    assert_equal "$(answers 'the close-on-exec it cleared is seen')" 'no yes'
    assert_equal "$(answers 'the descriptor it closed is closed here')" 'no yes'
    assert_equal "$(answers 'the descriptor it opened is open here')" 'no yes'
}

@test "the thread is made with CLONE_FILES, the child without [O13]" {
    traced clone,clone3,fork,vfork ./fork_table
    assert_success
    assert_call '(clone|clone3)\(.*CLONE_FILES'
    [ "$(grep -vc CLONE_FILES strace)" -ge 1 ]
    [ "$(grep -cE '(clone3?|fork)\(.*= [1-9]' strace)" = 2 ]
}

@test "a kernel that does not tell is no failure" {
    inject kcmp:error=EPERM ./fork_table
    assert_success
    assert_equal "$(answers 'one table, says kcmp')" 'not told not told'
    assert_equal "$(answers 'the offset it set is seen')" 'yes yes'
}

@test "interrupted reads and waits are taken up again" {
    inject 'read:error=EINTR:when=1 wait4:error=EINTR:when=1' ./fork_table
    assert_success
    assert_equal "${#lines[@]}" 8
}

@test "a child that fails is noticed" {
    inject lseek:error=EIO ./fork_table
    assert_failure 1
    assert_stderr_line 'fork_table: the child failed'
}

@test "nothing is left: no descriptor, no zombie, no file" {
    no_leaked_fd ./fork_table
    assert_success
    leaves_no_zombie ./fork_table
    assert_success
    traced unlink,unlinkat ./fork_table
    [ "$(grep -c '/tmp/sharing[.].*= 0' strace)" = 4 ]
}

@test "output that cannot be written is an error" {
    run_shell './fork_table > /dev/full'
    assert_failure
    assert_stderr_line --partial 'cannot write to standard output'
}
