# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# sock_backlog: how many stand in the line, and what happens to the next.

@test "the session holds: one more than was said, then a sleep or EAGAIN [L13] [L14]" {
    says "it sleeps in connect(2), or, if it does not wait, gets EAGAIN"
    says "The client can already send, and can be gone before the server looks: accept4(2) then hands over a line that holds a question and an end"
    holds_session
}

@test "the one that waits is asleep in connect" {
    needs strace
    says "Asleep it can be in connect(2) alone"
    traced connect ./sock_backlog
    assert_success
    assert_call 'connect\(.*desk.* = -1 EAGAIN'
    refute_call EINPROGRESS
}

@test "it leaves nothing behind" {
    leaves_nothing ./sock_backlog
    two_at_once ./sock_backlog
}
