# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# net_lost: who throws away the end of an answer, and who does not.

@test "the session holds: delivered behind our back, lost, cured, and not waited for [N12] [N13] [N14]" {
    says "It did not wait in the first case, with a buffer full of bytes that the client had not read, in a program that went on to read them itself"
    says "When something lies unread at the side that closes, or comes after the close, a reset is sent, and what was not on its way yet is thrown away"
    says "On Linux the client can still read what had arrived, and then gets ECONNRESET"
    says "For all of its twenty seconds the server could wait, and it does not"
    says "With a time in SO_LINGER, close(2) waits until the other kernel has the bytes, and no longer than that time"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./net_lost
}
