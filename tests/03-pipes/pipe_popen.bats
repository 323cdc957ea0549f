# shellcheck shell=bash disable=SC2016
bats_require_minimum_version 1.13.0
load ../lib/helpers
# The library's pipe to a command line.

@test "output, standard error, a missing command and a name that is a program" {
    says "The second says something to standard error, and that does not go through the pipe, but wherever ours goes"
    says "and the shell could not find the command and left with 127"
    holds_session
}

@test "2>&1 keeps the order in which the two were written" {
    says "puts the two together, in the order in which they were written"
    run_program ./pipe_popen 'exec 2>&1; for i in 1 2 3; do echo $i; echo e$i >&2; done'
    assert_success
    assert_output '| 1
| e1
| 2
| e2
| 3
| e3'
}

@test "the shell is waited for, its status becomes ours" {
    leaves_no_zombie ./pipe_popen 'exit 7'
    assert_failure 7
    run_program ./pipe_popen 'kill -TERM $$'
    assert_failure 143
    run_program ./pipe_popen
    assert_failure 2
}

@test "a full standard output and a popen that fails are told" {
    run_shell './pipe_popen "seq 3" > /dev/full'
    assert_failure 1
    assert_stderr_line "pipe_popen: cannot write to standard output"
    inject 'pipe2:error=EMFILE' ./pipe_popen true
    assert_failure 1
    assert_stderr_line "pipe_popen: popen: Too many open files"
}
