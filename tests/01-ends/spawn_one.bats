bats_require_minimum_version 1.13.0
load ../lib/helpers
# posix_spawn: fork and exec in one call, the wait stays with the caller.

@test "a command is spawned and waited for, and one that is not found is an error of the call" {
    holds_session
}

@test "a command that a signal kills is told apart" {
    # shellcheck disable=SC2016 # the inner shell expands it
    run_program ./spawn_one sh -c 'kill -TERM $$'
    assert_success
    assert_output 'sh was killed by signal 15'
}

@test "no command is refused with a usage line" {
    run_program ./spawn_one
    assert_failure 2
    assert_stderr "spawn_one: usage: spawn_one COMMAND [ARGUMENT]..."
}

@test "an interrupted wait is asked again" {
    inject wait4:error=EINTR:when=1 ./spawn_one sh -c 'exit 3'
    assert_success
    assert_output 'sh left with 3'
}

@test "the session holds for an ordinary user, and on a terminal" {
    as_nobody holds_session
    holds_session --terminal
}

@test "no child and no descriptor is left" {
    leaves_no_zombie ./spawn_one true
    assert_output
    no_leaked_fd ./spawn_one true
}

@test "a full disk is reported" {
    run_shell './spawn_one true > /dev/full'
    assert_failure 1
    assert_stderr "spawn_one: cannot write to standard output"
}
