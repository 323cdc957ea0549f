# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# net_ends: every ending, as it looks from the side that is left.

@test "the session holds: the table of endings, half a close, and a signal [N08] [N10] [N11] [N15] [N17] [N47]" {
    says "No data is EAGAIN, or a sleep"
    says "0 means that the peer has finished sending, and it stays 0"
    says "read(2) with room for 0 bytes says 0 as well, recv(2) does so while there is data, and an empty datagram is a 0 that is no end"
    says "The other kernel answers with a reset, and then a write fails with EPIPE"
    says "Reading says 0 before and after"
    says "What changes is that recv(2) does not wait: it says 0 while there is no data"
    says "The peer gets ECONNRESET in place of an end, unless the end had come before: then 0 stays 0, and a write says EPIPE"
    says "and that is how a question without a length is finished: the peer reads to the end and then answers"
    says "ended its writing | 0 | takes bytes | POLLIN, POLLRDHUP"
    says "closed | 0 | takes bytes once, then EPIPE | the same"
    says "closed with something unread | ECONNRESET once, then 0 | EPIPE | also POLLERR, POLLHUP"
    says "reset | the same | EPIPE | the same"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./net_ends
}
