# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# net_datagram: bounds, loss, and what connect means without a connection.

@test "the session holds: cut, too large, to nobody, from one peer, lost and counted [N22] [N23] [N24] [N25] [N26] [N51] [N08]" {
    says "What finds no room at the receiver is thrown away, and each sendto(2) succeeds"
    says "With SO_RXQ_OVFL the receiver learns how many it has missed"
    says "The kernel counts, and with SO_RXQ_OVFL it puts the number beside each datagram: how many were lost before this one came"
    says "From a connected one, the first succeeds; the other kernel says that nobody is there, and the next send or receive fails once with ECONNREFUSED"
    says "What was in the queue before stays there, from whomever it is"
    says "FIONREAD is the length of the next datagram, not of all"
    says "65,507 over IPv4: 65,535 are the most that a packet has, 20 and 8 of them are headers"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./net_datagram
}
