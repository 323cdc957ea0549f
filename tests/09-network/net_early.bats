# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# net_early: what a client can do before anyone has accepted it.

@test "the session holds: connected, sent and gone, and a dead one is handed out [N05] [N29] [N36]" {
    says "The kernel makes the connection for a socket that listens, and puts it into a queue; accept4(2) takes it out"
    says "It means that this kernel has copied them"
    says "What had come can be read, and after it comes ECONNRESET"
    says "close(2) does that after the option SO_LINGER was set to a time of 0"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./net_early
}

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
