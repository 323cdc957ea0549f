# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# epoll_modes: level, edge and once side by side, and what epoll does not take.

@test "the session holds: three modes, what is refused, turns, and a door by edge [E12] [E13] [E14] [E15] [E20] [E21] [E41]" {
    says "the one asked for anew by EPOLL_CTL_MOD"
    says "it is told as long as it is so, like in poll"
    says "is told when something new happens"
    says "is told once, and is then silent until we ask again"
    says "They take turns: who was told goes to the end of the line"
    says "what is left is told again"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./epoll_modes
}
