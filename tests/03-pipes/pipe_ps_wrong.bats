bats_require_minimum_version 1.13.0
load ../lib/helpers
# The parent that waits before it reads.

@test "a short output comes through, a long one hangs" {
    holds_session
}

@test "waiting before reading deadlocks beyond what the pipe takes [X1h]" {
    run_program ./pipe_ps_wrong head -c 65536 /dev/zero
    assert_success
    assert_equal "$(wc -c < stdout)" 65536
    run_program timeout 0.3 ./pipe_ps_wrong head -c 65537 /dev/zero
    assert_failure 124
    assert_output ''
}

@test "the command sleeps in a write, the parent in the wait for it [X1h]" {
    # What fits is written, and not read.
    traced write,wait4,read timeout 1 ./pipe_ps_wrong seq 100000
    assert_failure 124
    written=$(sed -n 's/.* write(1, .* = \([0-9]*\)$/\1/p' strace | paste -sd +)
    assert_equal "$((written))" "$((16 * $(getconf PAGESIZE)))"
    assert_call 'wait4\([0-9]+, [^,]*, 0, NULL\) += \? ERESTARTSYS|wait4\(.*<unfinished'
    refute_call 'read\([0-9]+, "1.n2.n'
}

@test "nobody is left behind" {
    leaves_no_zombie ./pipe_ps_wrong seq 3
    assert_success
    assert_output "$(seq 3)"
    run_program timeout 0.3 ./pipe_ps_wrong seq 100000
    assert_failure 124
}

@test "interruptions change nothing" {
    for call in read wait4; do
        inject "$call:error=EINTR:when=1" ./pipe_ps_wrong seq 3
        assert_success
        assert_output "$(seq 3)"
    done
}

@test "a full standard output is noticed" {
    run_shell './pipe_ps_wrong seq 3 > /dev/full'
    assert_failure 1
    assert_stderr_line --partial "No space left on device"
}
