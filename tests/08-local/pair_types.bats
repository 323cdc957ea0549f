# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# pair_types: what a stream, sequenced packets and datagrams do with the same steps.

@test "the session holds: bytes run together on a stream, messages do not [L02] [L17]" {
    says "Three bytes and four are seven, and who has room for nine gets seven"
    says "the last line of its column says EAGAIN, as if somebody could still send"
    holds_session
}

@test "an ordinary user sees the same" {
    as_nobody holds_session
}

@test "none of the sockets waits" {
    says "Nobody else would end a wait, so none of the sockets waits: a call that would sleep says EAGAIN"
    traced socketpair,recvfrom ./pair_types
    assert_success
    [ "$(grep -c 'socketpair(.*SOCK_NONBLOCK' strace)" = 3 ]
    assert_call 'recvfrom\(.* = -1 EAGAIN'
}

@test "it leaves nothing behind" {
    leaves_nothing ./pair_types
}
