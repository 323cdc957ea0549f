# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# net_stream: what comes out of a stream, and a cure.

@test "the session holds: merged, split, short, and made whole by lines [N01] [N02] [N03] [N04]" {
    says "With MSG_PEEK a call to recv(2) leaves the bytes where they are, and with MSG_WAITALL it waits for as many bytes as it was asked for"
    says "The eight megabytes were sent by one call, there was room for all of them, and it took many calls to have them"
    says "Three bytes and four came as seven"
    says "On a socket that does not wait the flag does nothing"
    says "send_all goes on until everything is sent, and read_line collects a line, however it was cut"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./net_stream
}
