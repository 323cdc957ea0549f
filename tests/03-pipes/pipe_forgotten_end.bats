bats_require_minimum_version 1.13.0
load ../lib/helpers
# Write ends that nobody remembers: in the reader itself, in another program.

@test "the forgotten end, the closed end, the leak and its cure" {
    holds_session
}

@test "a reader that keeps its own write end never meets the end [P37]" {
    traced kill,read ./pipe_forgotten_end
    assert_success
    assert_line --regexp 'write end kept: sleeps, and holds the last write end$'
    assert_call 'kill\([0-9]+, SIGKILL\) += 0'
    assert_line --regexp 'write end closed: met the end and left$'
}

@test "a write end leaks into a program that is started, O_CLOEXEC stops it [P48]" {
    says "close the ends you do not use, make pipes with O_CLOEXEC"
    says "the pipe gets the flag O_NONBLOCK, with which a read that would wait fails with EAGAIN instead"
    traced pipe2,execve ./pipe_forgotten_end
    assert_line --regexp '^read, without O_CLOEXEC += -1 EAGAIN$'
    assert_line --regexp '^read, with O_CLOEXEC += 0$'
    assert_call 'pipe2\(\[[0-9]+, [0-9]+\], O_NONBLOCK\)'
    assert_call 'pipe2\(\[[0-9]+, [0-9]+\], O_NONBLOCK\|O_CLOEXEC\)'
    assert_call 'execve\("[^"]*/cat"'
}

@test "nobody is left behind, dead or alive" {
    leaves_no_zombie ./pipe_forgotten_end
    assert_success
    assert_line --partial "met the end and left"
}

@test "the reader made to hang does not outlive a parent that fails" {
    inject 'write:error=EIO:when=1' ./pipe_forgotten_end
    assert_failure 1
    assert_stderr_line --partial "write: Input/output error"
}

@test "interruptions change nothing" {
    for call in read wait4; do
        inject "$call:error=EINTR:when=1" ./pipe_forgotten_end
        assert_success
        assert_line --regexp '^read, with O_CLOEXEC += 0$'
    done
}

@test "without sh there is a message" {
    run_shell 'PATH=/nonexistent ./pipe_forgotten_end'
    assert_failure 1
    assert_stderr_line "pipe_forgotten_end: sh: No such file or directory"
}
