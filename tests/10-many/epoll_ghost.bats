# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# epoll_ghost: the list holds descriptions, and what comes of it.

@test "the session holds: closed with a copy, a fork, lists in lists, the same batch [E16] [E17] [E18] [E46]" {
    says "It holds open file descriptions, each with the number under which it was put in"
    says "A circle is refused"
    says "What the child put in, the parent is told of, for a number that it does not have, and cannot take out"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./epoll_ghost
}
