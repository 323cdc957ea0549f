# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# What the chapter says and none of its programs shows, tried with other programs.

@test "a socket that was never connected [N09]" {
    says "when it is received from or shut down; a write fails with EPIPE, and kills like one"
    says "One that was reset says ENOTCONN when it is shut down, too"
    makes a <<C
$try
int main(void) { int s = sock(SOCK_STREAM); as("recv", recv(s, bytes, 9, 0)); as("send", send(s, "x", 1, MSG_NOSIGNAL)); as("shutdown", shutdown(s, SHUT_WR)); short r = until(s, POLLOUT); printf("poll %d\n", r == (POLLOUT | POLLHUP)); fflush(stdout);
    as("datagram", send(sock(SOCK_DGRAM), "x", 1, 0)); two(); cut(peer); until(us, 0); recv(us, bytes, 9, 0); as("after a reset, shutdown", shutdown(us, SHUT_WR)); send(s, "x", 1, 0); return 0; }
C
    run_program ./a
    assert_killed SIGPIPE
    assert_output 'recv ENOTCONN
send EPIPE
shutdown ENOTCONN
poll 1
datagram EDESTADDRREQ
after a reset, shutdown ENOTCONN'
}

@test "urgent data is one byte, and a newer one displaces it [N40]" {
    says "It is one byte, and a newer one displaces it"
    makes a <<C
$try
static void urgent(void) { char b = '-'; until(us, POLLPRI); ssize_t n = recv(us, &b, 1, MSG_OOB); printf("urgent %zd %c\n", n, b); fflush(stdout); }
static void ordinary(void) { ssize_t n, all = 0; shutdown(peer, SHUT_WR); while ((n = recv(us, bytes + all, 99, 0)) > 0) all += n; printf("ordinary %.*s\n", (int)all, bytes); }
static int urgent_at(unsigned n) { struct tcp_info t; socklen_t z = sizeof t; do { usleep(500); getsockopt(us, IPPROTO_TCP, TCP_INFO, &t, &z); } while (t.tcpi_segs_in < n); return (int)t.tcpi_segs_in; }
int main(void) { two(); send(peer, "AB!", 3, MSG_OOB); urgent(); ordinary(); two(); struct tcp_info t; socklen_t z = sizeof t; getsockopt(us, IPPROTO_TCP, TCP_INFO, &t, &z); unsigned before = t.tcpi_segs_in;
    int on = 1; setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); send(peer, "a1", 2, MSG_OOB); urgent_at(before + 1); send(peer, "z2", 2, MSG_OOB); urgent_at(before + 2); urgent(); ordinary(); return 0; }
C
    run_program ./a
    assert_output 'urgent 1 !
ordinary AB
urgent 1 2
ordinary a1z'
}

@test "a port below 1024 asks for a capability, or for a setting [N41]" {
    says "for whoever has the capability CAP_NET_BIND_SERVICE, and below the number in /proc/sys/net/ipv4/ip_unprivileged_port_start"
    needs root
    unshare --net true 2> /dev/null || needs namespaces
    makes a <<C
$try
#include <sys/prctl.h>
int main(void) { setresuid(65534, 65534, 65534); as("83", put(sock(SOCK_STREAM), at(htons(83)))); as("1024", put(sock(SOCK_STREAM), at(htons(1024)))); return 0; }
C
    run_shell 'unshare --net bash -c "echo 1024 > /proc/sys/net/ipv4/ip_unprivileged_port_start; ./a; echo 80 > /proc/sys/net/ipv4/ip_unprivileged_port_start; ./a"'
    assert_output '83 EACCES
1024 0
83 0
1024 0'
}
