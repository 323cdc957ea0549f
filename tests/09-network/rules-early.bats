# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# What the chapter says of clients that nobody has accepted, tried with other programs.

@test "a server that is stopped still gets clients [N05]" {
    says "A server that hangs, or is stopped, still gets clients, as many as its queue has room for"
    echo 'moon: full' > facts
    makes a <<C
$try
int main(int n, char **v) { (void)n; for (int i = 0; i < 10; i++) { int s = sock(SOCK_STREAM); as("connect", to(s, at(htons((in_port_t)atoi(v[1]))))); as("send", send(s, "moon\n", 5, 0)); } return 0; }
C
    run_shell "$functions"'mkfifo ready; ./ask -s facts 127.0.0.1 0 > ready 2> log & pid=$!; read -r _ _ _ _ _ port < ready
        kill -STOP $pid; ./a $port | sort | uniq -c; kill -CONT $pid; ./ask 127.0.0.1 $port moon; kill $pid; wait $pid'
    assert_output '     10 connect 0
     10 send 5
full'
}

@test "at the time of accept the dead one is dead already [N36]" {
    makes a <<C
$try
int main(void) { int l = heard(1), c = sock(SOCK_STREAM); to(c, name(l)); send(c, "x", 1, 0); in_port_t p = name(c).sin_port; char port[16], line[256]; sprintf(port, ":%04X ", ntohs(p)); cut(c);
    for (int there = 1; there; usleep(1000)) { FILE *f = fopen("/proc/net/tcp", "r"); there = 0; while (fgets(line, sizeof line, f)) there |= strstr(line, port) != NULL && !strstr(line, " 07 "); fclose(f); }
    int s = accept(l, NULL, NULL); struct sockaddr_in a; socklen_t n = sizeof a; as("getpeername", getpeername(s, (struct sockaddr *)&a, &n));
    as("accept", s > 0); as("recv", recv(s, bytes, 9, 0)); as("recv", recv(s, bytes, 9, 0)); return 0; }
C
    run_program ./a
    assert_output 'getpeername ENOTCONN
accept 1
recv 1
recv ECONNRESET'
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
    says "The kernel drops the request, and the client's kernel sends it again, after a second and then at longer and longer distances"
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
