# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# pair_types: what a stream, sequenced packets and datagrams do with the same steps.

@test "the session holds: bytes run together on a stream, messages do not [L02] [L17] [L18]" {
    says "Three bytes and four are seven, and who has room for nine gets seven"
    says "with sequenced packets it is the sum, 7, of which the next call returns 3"
    says "POLLRDHUP tells them apart while the sender has not closed: in the line above the empty message it is 0, and 1 after the sender has closed, whatever is still to be read"
    says "the last line of its column says EAGAIN, as if somebody could still send"
    holds_session
}

@test "an ordinary user sees the same" {
    as_nobody holds_session
}

@test "none of the sockets waits" {
    says "Nobody else would end a wait, so none of the sockets waits: a call that would sleep says EAGAIN"
    traced socketpair,recvfrom,poll ./pair_types
    assert_success
    [ "$(grep -c 'socketpair(.*SOCK_NONBLOCK' strace)" = 3 ]
    assert_call 'recvfrom\(.* = -1 EAGAIN'
}

@test "a poll that is interrupted is made again" {
    inject poll:error=EINTR:when=1 ./pair_types
    assert_success
    assert_line --regexp '^will send no more +1 +1 +0$'
}

@test "it leaves nothing behind" {
    leaves_nothing ./pair_types
}
