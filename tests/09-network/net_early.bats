# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# net_early: what a client can do before anyone has accepted it.

@test "the session holds: connected, sent and gone, and a dead one is handed out [N05] [N29] [N36]" {
    says "The kernel makes the connection for a socket that listens, and puts it into a queue; accept4(2) takes it out"
    says "It means that this kernel has copied them"
    says "What had come can be read, and after it comes ECONNRESET"
    says "close(2) does that after the option SO_LINGER was set to a time of 0"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./net_early
}
