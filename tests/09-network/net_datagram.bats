# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# net_datagram: bounds, loss, and what connect means without a connection.

@test "the session holds: cut, too large, to nobody, from one peer, lost and counted [N22] [N23] [N24] [N25] [N26] [N51] [N08]" {
    says "What finds no room at the receiver is thrown away, and each sendto(2) succeeds"
    says "With SO_RXQ_OVFL the receiver learns how many it has missed"
    says "The kernel counts, and with SO_RXQ_OVFL it puts the number beside each datagram: how many were lost before this one came"
    says "From a connected one, the first succeeds; the other kernel says that nobody is there, and the next call, of whatever kind, fails once with ECONNREFUSED"
    says "What was in the queue before stays there, from whomever it is"
    says "FIONREAD is the length of the next datagram, not of all"
    says "65,507 over IPv4: 65,535 are the most that a packet has, 20 and 8 of them are headers"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./net_datagram
}

@test "the call that fails can be a receive [N23]" {
    makes a <<C
$try
int main(void) { int nobody = bound(SOCK_DGRAM), s = sock(SOCK_DGRAM); to(nobody, name(nobody)); to(s, name(nobody)); as("send", send(s, "x", 1, 0)); until(s, 0); as("recv", recv(s, bytes, 9, MSG_DONTWAIT)); as("recv", recv(s, bytes, 9, MSG_DONTWAIT)); return 0; }
C
    run_program ./a
    assert_output 'send 1
recv ECONNREFUSED
recv EAGAIN'
}

@test "an empty datagram is a 0 that is no end, and connect can be changed [N08] [N51]" {
    says "The peer can be changed, and undone, by a connect(2) to another address, or to one of the family AF_UNSPEC"
    makes a <<C
$try
int main(void) { int a = bound(SOCK_DGRAM), b = bound(SOCK_DGRAM), s = sock(SOCK_DGRAM); to(s, name(a)); send(s, "", 0, 0); send(s, "x", 1, 0); as("recv", recv(a, bytes, 9, 0)); as("recv", recv(a, bytes, 9, 0));
    as("connect", to(s, name(b))); send(s, "xy", 2, 0); as("recv", recv(b, bytes, 9, 0)); as("recv", recv(a, bytes, 9, MSG_DONTWAIT)); return 0; }
C
    run_program ./a
    assert_output 'recv 0
recv 1
connect 0
recv 2
recv EAGAIN'
}
