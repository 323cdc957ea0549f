# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# sock_backlog: how many stand in the line, and what happens to the next.

@test "the session holds: one more than was said, then EAGAIN [L13] [L14]" {
    holds_session
}

@test "an ordinary user sees the same" {
    as_nobody holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./sock_backlog
    two_at_once ./sock_backlog
}
