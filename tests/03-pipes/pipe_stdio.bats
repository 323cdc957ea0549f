bats_require_minimum_version 1.13.0
load ../lib/helpers
# A line printed once appears twice, when a pipe looks on.

@test "through a pipe the line comes twice, with either cure once" {
    holds_session
}

@test "text not yet written is in both processes after a fork [P50]" {
    run_program ./pipe_stdio
    assert_success
    assert_equal "$(grep -cx 'printed once' stdout)" 2
    traced write ./pipe_stdio
    assert_equal "$(cut -d ' ' -f 1 strace | sort -u | wc -l)" 2
}

@test "on a terminal it comes once" {
    run_on_terminal ./pipe_stdio
    assert_success
    assert_equal "$(grep -c 'printed once' stdout)" 1
}

@test "emptying the buffer before the fork, or leaving by _exit, cures it [P50]" {
    for cure in flush _exit; do
        run_program ./pipe_stdio "$cure"
        assert_success
        assert_output "printed once"
    done
}

@test "an interrupted wait is tried again" {
    inject 'wait4:error=EINTR:when=1' ./pipe_stdio flush
    assert_success
    assert_output "printed once"
}

@test "the child is waited for" {
    leaves_no_zombie ./pipe_stdio _exit
    assert_output "printed once"
}

@test "a full standard output is noticed" {
    run_shell './pipe_stdio flush > /dev/full'
    assert_failure 1
    assert_stderr_line --partial "cannot write to standard output"
}
