# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# fifo_full: two that write to each other before they read get stuck when both
# buffers are full.

@test "the session holds: one byte more than fits, and both sleep in write" {
    holds_session
}

@test "both are in write, with no report, when they are killed" {
    says "As long as both write first, the only place where they can sleep without having reported is write(2), and what would wake either of them is a read by the other, who reads after his report"
    traced write ./fifo_full
    assert_success
    assert_equal "$(grep -c 'killed by SIGKILL' strace)" 2
    assert_equal "$(grep -cE 'write\([0-9]+, "(\\0)+"\.*, 65537 *(<unfinished|\) *= \?)' strace)" 2
}

@test "a child of it calls nothing but read and write that could make it sleep" {
    says "If Ben listens first, he sleeps now and then as a reader does, which tells nothing, so the parent waits for both to end"
    traced all ./fifo_full
    assert_success
    parent=$(grep -m 1 mkdir strace | cut -d ' ' -f 1)
    grep -v "^$parent " strace | grep -oE '^[0-9]+ +[a-z_0-9]+\(' | sed -E 's/.* //' | sort -u > calls
    run grep -vE '^(read|write|close|prctl|getppid|set_robust_list|rseq|gettid|rt_sig[a-z]+|exit_group|getpid|brk|mmap|munmap|getrandom)\($' calls
    assert_output ''
}

@test "it leaves nothing behind" {
    leaves_nothing ./fifo_full
}

@test "interrupted, it prints the same" {
    run_program ./fifo_full
    plain=$output
    inject 'poll:error=EINTR:when=1 wait4:error=EINTR:when=1' ./fifo_full
    assert_success
    assert_output "$plain"
}
