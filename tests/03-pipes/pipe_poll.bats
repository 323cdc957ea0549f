bats_require_minimum_version 1.13.0
load ../lib/helpers
# What poll says at every stage in the life of a pipe.

@test "poll answers as the chapter prints" {
    holds_session
}

@test "poll tells the end of the file at the read end [P47]" {
    run_program ./pipe_poll
    assert_line --regexp '^read end: empty +-$'
    assert_line --regexp '^read end: data +POLLIN$'
    assert_line --regexp '^read end: data, no writer +POLLIN POLLHUP$'
    assert_line --regexp '^read end: empty, no writer +POLLHUP$'
}

@test "poll tells breakage at the write end [P47]" {
    run_program ./pipe_poll
    assert_line --regexp '^write end: room +POLLOUT$'
    assert_line --regexp '^write end: full +-$'
    assert_line --regexp '^write end: full, no reader +POLLERR$'
}

@test "interruptions change nothing" {
    run_program ./pipe_poll
    assert_success
    cp stdout expected
    for call in poll read; do
        inject "$call:error=EINTR:when=1" ./pipe_poll
        assert_success
        cmp stdout expected
    done
}

@test "a poll that fails ends the program" {
    inject 'poll:error=ENOMEM:when=2' ./pipe_poll
    assert_failure 1
    assert_stderr_line --partial "poll: Cannot allocate memory"
}

@test "a full standard output is noticed" {
    run_shell './pipe_poll > /dev/full'
    assert_failure 1
    assert_stderr_line --partial "cannot write to standard output"
}
