bats_require_minimum_version 1.13.0
load ../lib/helpers
# The program of two chunks with which the preface shows how to read.

@test "greet prints what the preface shows" {
    holds_session
}

@test "greet says and tells when its output cannot be written" {
    run_shell './greet > /dev/full'
    assert_failure 1
    assert_equal "$stderr" 'greet: standard output: No space left on device'
    run_shell './greet >&-'
    assert_failure 1
    assert_equal "$stderr" 'greet: standard output: Bad file descriptor'
}

@test "the compiler sees the code of a chunk in place of its name" {
    says "The compiler sees the code in place of the name"
    refute grep '@<<\|<<' "$root/tangled/book/greet.c"
    grep -A1 'hello from process' "$root/tangled/book/greet.c" | tail -n 1 | grep -Fx '    if (fflush(stdout) == EOF) {'
}
