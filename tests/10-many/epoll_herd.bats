# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# epoll_herd: how many of four sleepers one client wakes.

@test "the session holds: one in accept, all in poll and epoll, one where that is asked for [E22] [E23]" {
    says "In accept4(2) one wakes"
    says "in poll all four woke, and in epoll with a list each all four"
    says "A local socket wakes its sleepers before the client's connect(2) has returned"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./epoll_herd
}
