# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# wait_block: asleep at one of two pipes, or asking without end.

@test "the session holds: asleep at the wrong one, EAGAIN at each round [E42]" {
    says "The reader sleeps, with five bytes lying in the other pipe"
    says "With the flag O_NONBLOCK a call that would sleep fails instead, with EAGAIN"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./wait_block
}
