# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# fifo_poll: poll waits before the first writer and never again.

@test "the session holds: poll waits before the first writer and never again [F18]" {
    says "In both there is no writer and read(2) returns 0, but only in the fifth does poll(2) say so"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./fifo_poll
}

@test "without a writer ever, poll says nothing while read says end of file [F18]" {
    traced poll,read ./fifo_poll
    assert_success
    first=$(grep -nE 'poll\(.*= 0 \(Timeout\)' strace | head -n 1)
    assert_equal "${first%%:*}" 1
    sed -n 2p strace > next
    run grep -cE 'read\([0-9]+, "", 1\) *= 0' next
    assert_output 1
    assert_call 'revents=POLLHUP'
}

@test "interrupted, it prints the same" {
    run_program ./fifo_poll
    plain=$output
    inject 'poll:error=EINTR:when=1 read:error=EINTR:when=2' ./fifo_poll
    assert_success
    assert_output "$plain"
}
