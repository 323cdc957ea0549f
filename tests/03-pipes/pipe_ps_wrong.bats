bats_require_minimum_version 1.13.0
load ../lib/helpers
# The parent that waits before it reads.

@test "a short output comes through, a long one never would" {
    holds_session
}

@test "waiting before reading deadlocks beyond one pipe full [X1h]" {
    run_program ./pipe_ps_wrong head -c 65536 /dev/zero
    assert_success
    assert_equal "$(wc -c < stdout)" 65536
    run_program ./pipe_ps_wrong head -c 65537 /dev/zero
    assert_failure 1
    assert_stderr_line \
        "pipe_ps_wrong: 65536 bytes unread, head asleep, and we wait for head"
}

@test "the command is found asleep in a write, by those who may look [X1h]" {
    traced write,wait4,kill ./pipe_ps_wrong seq 100000
    assert_failure 1
    assert_call 'wait4\([0-9]+, .*WNOHANG'
    assert_call 'kill\([0-9]+, SIGKILL'
    assert_call 'write\(1, .* <unfinished|write\(1, .* = \?'
}

@test "nobody is left behind after the deadlock" {
    leaves_no_zombie ./pipe_ps_wrong seq 100000
    assert_failure 1
    assert_stderr_line --partial "and we wait for seq"
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
