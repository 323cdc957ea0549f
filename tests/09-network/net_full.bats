# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# net_full: how many wait at a door, and what becomes of the next.

@test "the session holds: one more than was said, no refusal, and limits of time [N06] [N07] [N42]" {
    says "On Linux one more than that gets in"
    says "The kernel tells how many wait at a door, in a field of TCP_INFO that means something else for other sockets"
    says "It asks for SO_ERROR, which is what became of the attempt so far"
    says "SO_SNDTIMEO limits connect(2), which then says EINPROGRESS: the attempt goes on behind our back"
    says "Neither of them shortens poll(2)"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./net_full
}
