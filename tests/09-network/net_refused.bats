# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# net_refused: what a connection says that fails, and one that should have.

@test "the session holds: asked once, tried again, and connected to oneself [N35] [N38] [N39]" {
    says "A refused one is writable, too"
    says "SO_ERROR tells what became of it, once: reading it puts it back to 0"
    says "On Linux the same socket can try again; if it does not wait, it answers ECONNABORTED once before it does"
    says "A socket that is bound and does not listen keeps a port where nobody answers"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./net_refused
}

@test "a client that tries again and again meets itself [N35]" {
    says "A client that tries again and again until its server is up, at a port of the range for port 0, hits this some day, and then the server does not get its port"
    needs root
    needs ip
    makes a <<C
$try
int main(void) { for (int i = 1; i < 100000; i++) { int s = sock(SOCK_STREAM); if (to(s, at(htons(40002))) == 0) { printf("met %d\n", name(s).sin_port == htons(40002)); fflush(stdout); as("server", put(sock(SOCK_STREAM), at(htons(40002)))); return 0; } close(s); } return 1; }
C
    tests_in_a_net_of_its_own='ip link set lo up && echo "40000 40020" > /proc/sys/net/ipv4/ip_local_port_range && ./a'
    unshare --net true 2> /dev/null || needs namespaces
    run_shell 'unshare --net bash -c "$1"' "$tests_in_a_net_of_its_own"
    assert_output 'met 1
server EADDRINUSE'
}
