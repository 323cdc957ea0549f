# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# dgram_full: a receiver who does not receive.

@test "the session holds: none is lost, the sender waits [L01]" {
    says "Its next one is refused: with ECONNREFUSED if the receiver closed"
    holds_session
}

@test "an ordinary user sees the same" {
    as_nobody holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./dgram_full
    two_at_once ./dgram_full
}
