# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# net_address: what is read as an address, and where addresses lead.

@test "the session holds: texts that no person means, and other addresses of this machine [N32] [N33]" {
    says "inet_aton(3) takes 127.1, numbers with a zero in front as octal, so that 010.0.0.1 is 8.0.0.1, and it stops at a blank, whatever follows"
    says "inet_pton(3) takes four decimal numbers from 0 to 255"
    says "inet_addr cannot tell 255.255.255.255 from its own error"
    says "On Linux a connection to 0.0.0.0 reaches this machine, and each address that begins with 127 leads back"
    says "They are different places: a server at 127.9.9.9 is not reached through 127.0.0.1"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./net_address
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
