# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# fifo_eof: a reader sees the end of file between two writers, one who could write does not.

@test "the session holds: a reader sees the end of file between two writers, one who could write does not [F16]" {
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./fifo_eof
}

@test "the kernel says 0 between the writers, and waits while the reader could write [F16]" {
    traced read,openat ./fifo_eof
    assert_success
    assert_call 'read\([0-9]+, "", 1\) *= 0'
    assert_call '"door", O_RDWR\|O_NONBLOCK\|O_CLOEXEC\)'
    assert_equal "$(grep -cE 'read\([0-9]+, .*= 0$' strace)" 1
}

@test "cat leaves when the first writer does, and the next one waits [F16]" {
    says "cat door relies on it"
    run_program ./fifo_eof
    assert_line --index 2 --regexp ' = 0$'
    mkfifo door
    run_shell "$functions"'
        { echo one; } > door & cat door
        echo two > door & pid=$!
        sleeping $pid; echo waiting; cat door; wait'
    assert_success
    assert_output "one
waiting
two"
}

@test "interrupted, it prints the same" {
    run_program ./fifo_eof
    plain=$output
    inject 'read:error=EINTR:when=2 write:error=EINTR:when=2 openat:error=EINTR:when=1' ./fifo_eof
    assert_success
    assert_output "$plain"
}
