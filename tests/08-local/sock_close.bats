# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# sock_close: the ends of a conversation, and the halves of an end.

@test "the session holds: reset with something unread, what has come stays [L15] [L34]" {
    says "It stops what would come: the peer's next write fails with EPIPE"
    says "What has arrived stays and is read, and after it comes the end"
    holds_session
}

@test "nothing waits in it" {
    says "One process holds both ends, called us and the peer, and nothing waits"
    traced socketpair,read ./sock_close
    assert_success
    grep -q 'socketpair(' strace
    [ "$(grep -c 'socketpair(.*SOCK_NONBLOCK' strace)" = "$(grep -c 'socketpair(' strace)" ]
}

@test "it leaves nothing behind" {
    leaves_nothing ./sock_close
}
