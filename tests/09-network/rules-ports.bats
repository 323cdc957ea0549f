# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# What the chapter says of ports and addresses, tried with other programs.

@test "a door without bind has the address 0.0.0.0, with bind it has the other [N20]" {
    says "A server that wants to be reached from here alone has to say 127.0.0.1, and so it calls bind(2)"
    makes a <<C
$try
int main(void) { int s = sock(SOCK_STREAM); listen(s, 1); struct sockaddr_in a = name(s); puts(inet_ntoa(a.sin_addr)); a.sin_addr.s_addr = htonl(0x7f020202);
    int c = sock(SOCK_STREAM); as("at all", to(c, a)); int d = heard(1); a = name(d); puts(inet_ntoa(a.sin_addr)); a.sin_addr.s_addr = htonl(0x7f020202); c = sock(SOCK_STREAM); as("at one", to(c, a)); return 0; }
C
    run_program ./a
    assert_output '0.0.0.0
at all 0
127.0.0.1
at one ECONNREFUSED'
}

@test "the ports come from the range of the kernel [N48]" {
    says "The kernel takes it from the range in /proc/sys/net/ipv4/ip_local_port_range"
    makes a <<C
$try
int main(void) { for (int i = 0; i < 100; i++) printf("%d\n", ntohs(name(bound(i % 2 ? SOCK_STREAM : SOCK_DGRAM)).sin_port)); return 0; }
C
    run_program ./a
    read -r low high < /proc/sys/net/ipv4/ip_local_port_range
    assert_equal "${#lines[@]}" 100
    for port in "${lines[@]}"; do [ "$port" -ge "$low" ] && [ "$port" -le "$high" ]; done
}

@test "a connect that a signal interrupts goes on, and can be made once more" {
    says "the kernel goes on asking for the connection"
    says "On Linux the call can be made once more, and then it waits for what goes on, or finds it done"
    makes a <<C
$try
static void nothing(int n) { (void)n; }
int main(int n, char **v) { (void)v; int l = heard(0), first = sock(SOCK_STREAM), s = sock(SOCK_STREAM), slow = n > 1;
    struct tcp_info t; socklen_t z = sizeof t; to(first, name(l)); do getsockopt(l, IPPROTO_TCP, TCP_INFO, &t, &z); while (t.tcpi_unacked == 0);
    struct sigaction h = { .sa_handler = nothing }; sigaction(SIGALRM, &h, NULL); struct itimerval i = { .it_value.tv_usec = 50000 }; setitimer(ITIMER_REAL, &i, NULL);
    as("first", to(s, name(l))); accept(l, NULL, NULL); if (slow) until(s, POLLOUT); as("again", to(s, name(l))); as("send", send(s, "x", 1, 0)); return 0; }
C
    run_program ./a
    assert_output 'first EINTR
again 0
send 1'
    run_program ./a slow
    assert_output 'first EINTR
again 0
send 1'
}

@test "any text that is not four decimal numbers is refused by inet_pton [N33]" {
    makes a <<C
$try
int main(int n, char **v) { struct in_addr a; for (int i = 1; i < n; i++) printf("%d", inet_pton(AF_INET, v[i], &a)); puts(""); return 0; }
C
    run_program ./a 0.0.0.0 255.255.255.255 1.2.3 1.2.3.4.5 1.2.3.256 01.2.3.4 0x1.2.3.4 ' 1.2.3.4' '1.2.3.4 ' 1.2.3. '' ::1 1.2.3.-4
    assert_output 1100000000000
}

@test "addresses from all over 127 lead back [N32]" {
    makes a <<C
$try
int main(void) { for (unsigned i = 1; i < 250; i += 31) { int s = sock(SOCK_STREAM), c = sock(SOCK_STREAM); struct sockaddr_in a = at(0); a.sin_addr.s_addr = htonl(0x7f000000 | i << 16 | i << 8 | i);
    if (put(s, a) || listen(s, 1)) err(1, "listen"); a = name(s); printf("%d", to(c, a)); } puts(""); return 0; }
C
    run_program ./a
    assert_output 000000000
}

@test "the last address that begins with 127 leads nowhere [N32]" {
    makes a <<C
$try
int main(void) { int all = sock(SOCK_STREAM); struct sockaddr_in a = at(0); a.sin_addr.s_addr = 0; put(all, a); listen(all, 9); a = name(all); const char *t[] = { "127.1.2.3", "127.255.255.254", "127.255.255.255" };
    for (int i = 0; i < 3; i++) { inet_pton(AF_INET, t[i], &a.sin_addr); as(t[i], to(sock(SOCK_STREAM), a)); } return 0; }
C
    run_program ./a
    assert_output '127.1.2.3 0
127.255.255.254 0
127.255.255.255 ENETUNREACH'
}
