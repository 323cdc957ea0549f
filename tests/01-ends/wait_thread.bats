bats_require_minimum_version 1.13.0
load ../lib/helpers
# A child forked by one thread and collected by another.

@test "another thread collects the child, unless it asks for its own only [W23]" {
    holds_session
}

@test "it is another thread that waits [W23]" {
    traced clone3,clone,wait4 ./wait_thread
    assert_success
    assert_call 'clone3?\(.*CLONE_THREAD'
    assert_call 'wait4\([0-9]+, .*, __WNOTHREAD, NULL\) += -1 ECHILD'
    assert_call 'wait4.*\[\{WIFEXITED\(s\) && WEXITSTATUS\(s\) == 5\}\], 0, NULL\) += [0-9]+'
}

@test "it compiles by cc alone, without an option for threads" {
    run_program ./wait_thread
    assert_line --index 4 --regexp '^exit status  *= 5$'
    # shellcheck disable=SC2016,SC2154 # expanded there; helpers set them
    run_shell '"$1" -o plain "$2" && ./plain' "${CC:-gcc}" \
        "$root/tangled/$unit/wait_thread.c"
    assert_success
    assert_line --index 4 --regexp '^exit status  *= 5$'
}

@test "the session holds for an ordinary user, and on a terminal" {
    as_nobody holds_session
    holds_session --terminal
}

@test "no child and no descriptor is left" {
    leaves_no_zombie ./wait_thread
    assert_output
    no_leaked_fd ./wait_thread
}

@test "a full disk is reported" {
    run_shell './wait_thread > /dev/full'
    assert_failure 1
    assert_stderr "wait_thread: cannot write to standard output"
}
