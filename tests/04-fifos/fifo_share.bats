# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# fifo_share: of two readers each byte goes to one; and what shells do with FIFOs.

@test "the session holds: one exec, one end; a mistyped name; two readers" {
    says "each byte goes to one of them, and read(2) does not look where a job ends"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./fifo_share
}

@test "interrupted, it prints the same" {
    run_program ./fifo_share
    plain=$output
    inject 'read:error=EINTR:when=2 write:error=EINTR:when=1 openat:error=EINTR:when=1' ./fifo_share
    assert_success
    assert_output "$plain"
}
