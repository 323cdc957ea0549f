bats_require_minimum_version 1.13.0
load ../lib/helpers
# A writer whose readers have gone.

@test "signal, error and counts are as the chapter prints" {
    holds_session
}

@test "a pipe is broken when the last reader has gone, not before [P41]" {
    run_program ./pipe_broken
    assert_line --index 0 --regexp '^write, one of two readers left += 1$'
    assert_line --index 1 "no reader left: killed by SIGPIPE"
}

@test "the writer is killed by SIGPIPE, unless it ignores or catches it [P42]" {
    run_program ./pipe_broken
    assert_line "no reader left: killed by SIGPIPE"
    assert_line --regexp '^write, SIGPIPE ignored += -1 EPIPE$'
    assert_line --regexp '^write nothing, SIGPIPE ignored += 0$'
}

@test "it makes no difference that SIGPIPE was ignored at the start [P42]" {
    run_program ./pipe_broken
    cp stdout expected
    run_shell "trap '' PIPE; ./pipe_broken"
    assert_success
    assert_line "no reader left: killed by SIGPIPE"
    cmp stdout expected
}

@test "nobody is left behind, dead or alive" {
    leaves_no_zombie ./pipe_broken
    assert_success
    assert_line --regexp '^write nothing, SIGPIPE ignored += 0$'
}

@test "an interrupted wait changes nothing" {
    inject 'wait4:error=EINTR:when=1' ./pipe_broken
    assert_success
    assert_line --index 0 --regexp '^write, one of two readers left += 1$'
}

@test "a full standard output is noticed" {
    run_shell './pipe_broken > /dev/full'
    assert_failure 1
}
