# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# ring_read: io_uring does a thing and tells that it was done.

@test "the session holds: a result later, an error as a result, the ring in poll [E38]" {
    needs io_uring
    says "It does the thing and tells that it was done"
    says "it waited in the kernel, with our buffer, and no call of ours slept in it"
    holds_session
}

@test "the read is no call of ours" {
    needs io_uring strace
    traced read,readv,io_uring_enter ./ring_read
    assert_success
    refute_call '^([0-9]+ +)?read\(.*hello'
    assert_call 'io_uring_enter\('
}

@test "refused, it says so and leaves" {
    needs strace
    inject io_uring_setup:error=EPERM ./ring_read
    assert_failure 1
    assert_stderr 'ring_read: io_uring is not to be had here: Operation not permitted'
}

@test "it leaves nothing behind" {
    needs io_uring
    leaves_nothing ./ring_read
}
