bats_require_minimum_version 1.13.0
load ../lib/helpers
# Whether a command could be started, told through a pipe that an exec closes.

@test "a status of 127 and two commands that could not be started" {
    holds_session
}

@test "the end of file tells that the exec is done, the number that it failed" {
    says "Here the flag O_CLOEXEC does a second service"
    says "If the exec works, the kernel closes the child's write end, and the parent meets the end of file"
    says "If it does not, the child still has the write end, and writes the number"
    traced pipe2,execve,read,write ./pipe_started true
    assert_success
    in=$(sed -n 's/.*pipe2(\[\([0-9]*\), .*/\1/p' strace)
    assert_call "(read\($in, |<... read resumed>)\"\", 4\) += 0"
    traced pipe2,execve,read,write ./pipe_started ./missing
    assert_failure 1
    out=$(sed -n 's/.*pipe2(\[[0-9]*, \([0-9]*\)\].*/\1/p' strace)
    assert_call "write\($out, \".0.0.0\"|write\($out, \"\\\\2"
}

@test "a status of 127 may come from either" {
    says "It may come from our child, whose exec has failed, and just as well from a command that has started and ended so"
    run_program ./pipe_started sh -c 'exit 127'
    assert_failure 127
    assert_stderr_line "pipe_started: sh left with status 127"
    run_program ./pipe_ps ./missing
    assert_failure 127
}

@test "a caller who gets -1 has no child left" {
    says "a caller who gets -1 has no child to think of"
    traced wait4 ./pipe_started ./missing
    assert_failure 1
    assert_call 'wait4\([0-9]+, .* += [0-9]+'
    leaves_no_zombie ./pipe_started ./missing
    assert_failure 1
}

@test "the command has no descriptor of ours, its status becomes ours" {
    no_leaked_fd ./pipe_started true
    assert_success
    run_program ./pipe_started sh -c 'kill -TERM $$'
    assert_failure 143
    assert_stderr_line "pipe_started: sh was killed by SIGTERM"
    run_program ./pipe_started
    assert_failure 2
}

@test "interruptions change nothing, and no descriptors are told" {
    for call in read wait4; do
        inject "$call:error=EINTR:when=1" ./pipe_started true
        assert_success
    done
    inject 'pipe2:error=EMFILE' ./pipe_started true
    assert_failure 1
    assert_stderr_line "pipe_started: pipe2: Too many open files"
}
