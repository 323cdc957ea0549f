# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# net_full: how many wait at a door, and what becomes of the next.

@test "the session holds: one more than was said, no refusal, and limits of time [N06] [N07] [N42]" {
    says "On Linux one more than that gets in"
    says "The kernel tells how many wait at a door, in a field of TCP_INFO that means something else for other sockets"
    says "It asks for SO_ERROR, which is what became of the attempt so far"
    says "SO_SNDTIMEO limits connect(2), which then says EINPROGRESS: the attempt goes on behind our back"
    says "Neither of them shortens poll(2)"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./net_full
}

@test "the number is cut to somaxconn [N06]" {
    says "and the kernel cuts the number to /proc/sys/net/core/somaxconn"
    makes a <<C
$try
int main(void) { int l = heard(1 << 30); struct tcp_info t; socklen_t n = sizeof t; getsockopt(l, IPPROTO_TCP, TCP_INFO, &t, &n); printf("%u\n", t.tcpi_sacked); return 0; }
C
    run_program ./a
    assert_output "$(cat /proc/sys/net/core/somaxconn)"
}

@test "the request is sent again, and the poll takes its time [N07] [N42]" {
    says "The kernel drops the request, and the client's kernel sends it again, after a second, then after two more"
    says "Its first request was thrown away without a word, as if it had been lost on the way, and the kernel repeats it"
    makes a <<C
$try
#include <time.h>
static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return (double)t.tv_sec + (double)t.tv_nsec / 1e9; }
int main(void) { int l = heard(0), a = sock(SOCK_STREAM), b = sock(SOCK_STREAM | SOCK_NONBLOCK); to(a, name(l)); struct tcp_info t; socklen_t n = sizeof t;
    do getsockopt(l, IPPROTO_TCP, TCP_INFO, &t, &n); while (t.tcpi_unacked == 0);
    double start = now(); to(b, name(l)); do { usleep(5000); getsockopt(b, IPPROTO_TCP, TCP_INFO, &t, &n); } while (t.tcpi_total_retrans == 0);
    printf("once %d\n", now() - start > 0.9); do { usleep(5000); getsockopt(b, IPPROTO_TCP, TCP_INFO, &t, &n); } while (t.tcpi_total_retrans == 1); printf("twice %d\n", now() - start > 1.9);
    printf("state %d\n", t.tcpi_state); struct timeval v = { 0, 1000 }; setsockopt(l, SOL_SOCKET, SO_RCVTIMEO, &v, sizeof v); accept(l, NULL, NULL);
    start = now(); struct pollfd p = { .fd = l, .events = POLLIN }; int k = poll(&p, 1, 60); printf("poll %d %d\n", k, k == 1 || now() - start >= 0.06); return 0; }
C
    run_program ./a
    assert_line 'once 1'
    assert_line 'twice 1'
    assert_line 'state 2'
    assert_line --regexp '^poll [01] 1$'
}
