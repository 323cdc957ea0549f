# shellcheck shell=bash disable=SC2016
bats_require_minimum_version 1.13.0
load ../lib/helpers

# The shortest program: one address, and a number for each of two processes.

@test "one address holds 42 in the child and still 1 in the parent [P08]" {
    says "One address and two contents: the child stored 42 and the parent still finds 1"
    holds_session
    assert_equal "$("$book_bin/two_numbers" | sed 's/.* at \(0x[0-9a-f]*\) .*/\1/' | uniq | wc -l)" 1
}

@test "the session holds for an ordinary user, and on a terminal" {
    as_nobody holds_session
    holds_session --terminal
}

@test "fork makes exactly one process, which is no thread and is collected [P07]" {
    traced %process ./two_numbers
    assert_success
    [ "$(grep -cE '(clone|clone3|fork)\(.*= [1-9]' strace)" = 1 ]
    refute_call 'CLONE_VM'
    leaves_no_zombie ./two_numbers
    assert_success
    no_leaked_fd ./two_numbers
    assert_success
}

@test "the parent looks after the child's store, however late that comes" {
    says "The child stores 42, and the parent waits for the child and looks"
    inject 'write:delay_enter=300000:when=1' ./two_numbers
    assert_success
    assert_line --index 0 --partial 'child: '
    assert_line --index 1 --partial 'parent: '
}

@test "a fork and a wait that fail are reported" {
    inject 'clone,fork,clone3:error=EAGAIN' ./two_numbers
    assert_failure 1
    assert_stderr_line 'two_numbers: fork: Resource temporarily unavailable'
    inject 'wait4:error=EINTR:when=1' ./two_numbers
    assert_failure 1
    assert_stderr_line 'two_numbers: wait: Interrupted system call'
}

@test "output that cannot be written is an error" {
    run_shell './two_numbers > /dev/full'
    assert_failure 1
    assert_stderr_line 'two_numbers: standard output: No space left on device'
}
