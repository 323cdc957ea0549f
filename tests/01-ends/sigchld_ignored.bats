bats_require_minimum_version 1.13.0
load ../lib/helpers
# Three ways to treat SIGCHLD, and what waiting for a child comes to.

@test "who ignores SIGCHLD sleeps in waitpid and gets no status, and a program inherits that [W21]" {
    holds_session
}

@test "the default disposition keeps the status [W21]" {
    run_program ./sigchld_ignored
    assert_success
    assert_line --index 0 --regexp '^SIG_DFL +slept: y, waitpid = [0-9]+, exit status 3$'
    traced wait4 ./sigchld_ignored
    [ "$(grep -cE 'wait4\([0-9]+, .*= -1 ECHILD' strace)" -eq 2 ]
}

@test "what it was started with does not matter to it" {
    run_shell 'env --ignore-signal=CHLD ./sigchld_ignored'
    assert_success
    assert_line --index 0 --regexp '^SIG_DFL +slept: y, waitpid = [0-9]+, exit status 3$'
}

@test "interrupted calls are asked again" {
    inject 'wait4:error=EINTR:when=2' ./sigchld_ignored
    assert_success
    assert_line --index 2 \
        'SA_NOCLDWAIT  slept: y, waitpid = -1 ECHILD, status untouched'
}

@test "the session holds for an ordinary user, and on a terminal" {
    as_nobody holds_session
    holds_session --terminal
}

@test "no child and no descriptor is left" {
    leaves_no_zombie ./sigchld_ignored
    assert_output
    no_leaked_fd ./sigchld_ignored
}

@test "a full disk is reported" {
    run_shell './sigchld_ignored > /dev/full'
    assert_failure 1
    assert_stderr "sigchld_ignored: cannot write to standard output"
}
