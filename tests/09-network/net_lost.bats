# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# net_lost: who throws away the end of an answer, and who does not.

@test "the session holds: delivered behind our back, lost, cured, and not waited for [N12] [N13] [N14]" {
    says "It did not wait in the first case, with a buffer full of bytes that the client had not read, in a program that went on to read them itself"
    says "close(2) sends a reset, and throws away what was not on its way yet"
    says "On Linux the client can still read what had arrived, and then gets ECONNRESET"
    says "For all of its twenty seconds the server could wait, and it does not"
    says "With a time in SO_LINGER, close(2) waits until the other kernel has the bytes"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./net_lost
}

@test "close lingers for the other kernel, and not for the other program [N14]" {
    makes a <<C
$try
#include <time.h>
static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return (double)t.tv_sec + (double)t.tv_nsec / 1e9; }
int main(void) { struct linger l = { 1, 1 }; two(); setsockopt(us, SOL_SOCKET, SO_LINGER, &l, sizeof l); fcntl(us, F_SETFL, O_NONBLOCK); while (send(us, bytes, sizeof bytes, MSG_NOSIGNAL) > 0) ;
    fcntl(us, F_SETFL, 0); double start = now(); int n = close(us); printf("full %d %d\n", n, now() - start >= 0.9);
    two(); l.l_linger = 3600; setsockopt(us, SOL_SOCKET, SO_LINGER, &l, sizeof l); send(us, "x", 1, 0); printf("little %d\n", close(us)); return 0; }
C
    run_program ./a
    assert_output 'full 0 1
little 0'
}

@test "a reply that had arrived can be read, and then the reset comes [N13]" {
    makes a <<C
$try
int main(void) { two(); send(us, "a", 1, 0); has(peer, 1); send(peer, "reply", 5, 0); has(us, 5); close(peer); until(us, 0); as("recv", recv(us, bytes, 9, 0)); as("recv", recv(us, bytes, 9, 0)); return 0; }
C
    run_program ./a
    assert_output 'recv 5
recv ECONNRESET'
}

@test "what is sent and not acknowledged is in one queue, what is not read in the other [N12]" {
    says "The first is with the sender's kernel, and holds what the other kernel has not acknowledged"
    makes a <<C
$try
#include <linux/sockios.h>
int main(void) { int l = heard(1), little = 4096, n = 0, left, there; us = sock(SOCK_STREAM); setsockopt(us, SOL_SOCKET, SO_RCVBUF, &little, sizeof little); to(us, name(l)); peer = accept(l, NULL, NULL);
    fcntl(peer, F_SETFL, O_NONBLOCK); long sent = 0, k; while ((k = send(peer, bytes, sizeof bytes, 0)) > 0) sent += k;
    do { usleep(1000); ioctl(peer, SIOCOUTQ, &left); ioctl(us, FIONREAD, &there); } while (left + there != sent && n++ < 1000);
    printf("%d %d\n", left + there == sent, left > 0 && there > 0); return 0; }
C
    run_program ./a
    assert_output '1 1'
}
