# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# dgram_full: a receiver who does not receive, and whose room it is.

@test "the session holds: none is lost, the sender waits, its own room counts [L01] [L01b] [L21]" {
    says "Not between local sockets: none was lost and none overtook another"
    says "its next one is refused with ECONNREFUSED"
    says "A datagram that does not fit into this is refused with EMSGSIZE"
    says "SO_SNDBUF at the sender is what decides"
    holds_session
}

@test "an ordinary user sees the same" {
    as_nobody holds_session
}

@test "the setting is asked for, and an odd answer to it ends the program" {
    says "How many may wait at a receiver with a name is a setting of the machine, or of the container"
    says "The child sends one message more, without MSG_DONTWAIT"
    traced openat,sendto ./dgram_full
    assert_success
    [ "$(grep -c 'sendto(4, .*, 4, 0, NULL, 0) *= 4' strace)" = 1 ]
    assert_call 'openat\(.*/proc/sys/net/unix/max_dgram_qlen'
}

@test "it leaves nothing behind" {
    leaves_nothing ./dgram_full
    two_at_once ./dgram_full
}
