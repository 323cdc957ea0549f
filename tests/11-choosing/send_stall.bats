bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# send_stall: two small sends and a wait, and what cures it.

@test "the session holds: the stall, and who cures it [C25] [C26]" {
    needs loopback
    says "It cures this one pattern, two sends and a wait for the answer"
    says "Set where the parts arrive, it leaves the stall as it was"
    says "There TCP_QUICKACK helps, which tcp(7) calls not permanent; the program sets it again before each read"
    says "One measurement of sockets is known for a number that fits nothing else: 40 milliseconds for a round trip over the loopback address, thousands of times what it should be"
    holds_session
}

@test "two small sends are one segment or two, as the option says [C25]" {
    needs loopback
    says "To send both parts by one writev(2) cures it as well, and makes one packet of them"
    says "For a stream of small sends the option makes a packet of each"
    makes a <<'C'
#include <arpa/inet.h>
#include <linux/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
static unsigned sent(int nodelay, int together) { struct sockaddr_in a = { .sin_family = AF_INET }; socklen_t l = sizeof a; struct tcp_info i; int off = 0;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK); int d = socket(AF_INET, SOCK_STREAM, 0), s = socket(AF_INET, SOCK_STREAM, 0);
    bind(d, (void *)&a, l); getsockname(d, (void *)&a, &l); listen(d, 1); connect(s, (void *)&a, l); int c = accept(d, 0, 0);
    setsockopt(c, IPPROTO_TCP, TCP_QUICKACK, &off, sizeof off);
    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &nodelay, sizeof nodelay); struct iovec v[2] = { { "a", 1 }, { "b", 1 } };
    if (together) { if (writev(s, v, 2) != 2) return 99; } else for (int k = 0; k < 10; k++) if (write(s, "x", 1) != 1) return 99;
    l = sizeof i; getsockopt(s, IPPROTO_TCP, TCP_INFO, &i, &l); close(s); close(d); close(c); return i.tcpi_data_segs_out; }
int main(void) { printf("%u ", sent(1, 0)); printf("%u ", sent(0, 1)); printf("%u\n", sent(0, 0)); return fflush(stdout); }
C
    run_program ./a
    assert_output '10 1 1'
}

@test "without a network it says so" {
    needs namespaces
    run_program unshare -rn ./send_stall
    assert_failure 1
    assert_stderr_line --partial 'TCP over the loopback address'
}

@test "it leaves nothing behind" {
    needs loopback
    leaves_nothing ./send_stall
}
