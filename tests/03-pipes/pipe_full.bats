bats_require_minimum_version 1.13.0
load ../lib/helpers
# What a writer has done before it sleeps, and what it says when it wakes up.

@test "the writers sleep and return as the chapter prints" {
    holds_session
}

@test "with room writing goes on, a full pipe makes it wait till all is in [P39]" {
    page=$(getconf PAGESIZE)
    run_program ./pipe_full
    assert_line --index 0 --regexp \
        ": asleep after $((16 * page)) of $((17 * page)) bytes$"
    assert_line --index 1 --regexp ": write = $((17 * page))$"
}

@test "after a signal a long write returns what it has stored [P39]" {
    page=$(getconf PAGESIZE)
    traced rt_sigaction,write ./pipe_full
    assert_call 'rt_sigaction\(SIGUSR1, .*SA_RESTART'
    assert_line --index 3 --regexp ": write = $((16 * page))$"
    assert_call 'SIGUSR1'
}

@test "up to PIPE_BUF nothing is written before there is room for all [P40]" {
    run_program ./pipe_full
    assert_line --index 4 --regexp ': asleep after 0 of 200 bytes$'
    assert_line --index 5 --regexp ': write = 200$'
}

@test "nobody is left behind, dead or alive" {
    leaves_no_zombie ./pipe_full
    assert_success
    assert_equal "${#lines[@]}" 6
}

@test "interruptions of reads and waits change nothing" {
    for call in read wait4; do
        inject "$call:error=EINTR:when=1" ./pipe_full
        assert_success
        assert_line --index 5 --regexp ': write = 200$'
    done
}

@test "a writer that fails makes the parent fail" {
    inject 'write:error=EIO:when=1' ./pipe_full
    assert_failure 1
}
