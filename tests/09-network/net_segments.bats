# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# net_segments: how many parts of a stream ten bytes are.

@test "the session holds: ten with one option, one with three others [N27] [N50]" {
    says "The kernel counts segments with data in them, and tells by TCP_INFO"
    says "The next ones wait while something that is less than a full segment is not acknowledged, and then leave together, as John Nagle proposed in RFC 896"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./net_segments
}

@test "who sends and waits for the answer does not wait, who sends twice does [N27]" {
    says "So a program that sends and waits for the answer, in turn, does not wait"
    says "One that sends twice and then waits for an answer does, because the peer holds back its acknowledgement, for there might be an answer to send it with"
    makes a <<C
$try
#include <time.h>
static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return (double)t.tv_sec + (double)t.tv_nsec / 1e9; }
int main(void) { two(); double best[2] = { 9, 9 }; for (int w = 0; w < 2; w++) for (int i = 0; i < 40; i++) { double start = now(); send(us, "a", 1, 0); if (w) send(us, "b", 1, 0);
    int got = 0; while (got < 1 + w) got += (int)recv(peer, bytes, 9, 0); send(peer, "c", 1, 0); recv(us, bytes, 9, 0); if (i > 19 && now() - start < best[w]) best[w] = now() - start; }
    printf("%d\n", best[1] > best[0] * 5); return 0; }
C
    run_program ./a
    assert_output 1
}

@test "two hundred bytes in one segment, in three ways [N50]" {
    makes a <<C
$try
static unsigned out(void) { struct tcp_info t; socklen_t n = sizeof t; has(peer, 200); getsockopt(us, IPPROTO_TCP, TCP_INFO, &t, &n); return t.tcpi_data_segs_out; }
int main(void) { int on = 1, off = 0; two(); struct iovec v[2] = { { bytes, 4 }, { bytes, 196 } }; writev(us, v, 2); printf("%u ", out());
    two(); send(us, bytes, 4, MSG_MORE); send(us, bytes, 196, 0); printf("%u ", out());
    two(); setsockopt(us, IPPROTO_TCP, TCP_CORK, &on, sizeof on); send(us, bytes, 4, 0); send(us, bytes, 196, 0); setsockopt(us, IPPROTO_TCP, TCP_CORK, &off, sizeof off); printf("%u\n", out()); return 0; }
C
    run_program ./a
    assert_output '1 1 1'
}
