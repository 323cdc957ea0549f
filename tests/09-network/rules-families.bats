# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# What the chapter says of two versions of the protocol and of names, tried with other programs.

setup() { book_setup; needs loopback; needs ipv6; }

@test "the option is off unless the setting says otherwise [N30]" {
    says "On Linux it is off unless /proc/sys/net/ipv6/bindv6only says otherwise"
    makes a <<C
$try
int main(void) { int s = socket(AF_INET6, SOCK_STREAM, 0), v = 9; socklen_t n = sizeof v; getsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &v, &n); printf("%d\n", v); return 0; }
C
    run_program ./a
    assert_output "$(cat /proc/sys/net/ipv6/bindv6only)"
}

@test "localhost is what the resolver says, and the client tries all of it [N31]" {
    needs mounts
    says "It is what the resolver says, and that is often what stands in /etc/hosts"
    says "A client that takes the first address and gives up does not find a server that listens at the second"
    says "makes addresses of a name, and there may be several, of both families"
    makes a <<C
$try
int main(void) { struct addrinfo h = { .ai_socktype = SOCK_STREAM }, *l; if (getaddrinfo("localhost", "1", &h, &l)) return 1;
    for (; l; l = l->ai_next) { char t[64]; getnameinfo(l->ai_addr, l->ai_addrlen, t, sizeof t, NULL, 0, NI_NUMERICHOST); puts(t); } return 0; }
C
    printf '%s\n' '::1 localhost' '127.0.0.1 localhost' > both
    echo 'moon: full' > facts
    run_shell 'unshare --mount --propagation private bash -c "$1"' 'mount --bind both /etc/hosts && ./a | sort
        mkfifo ready; ./ask -s facts 127.0.0.1 0 > ready & server=$!; read -r _ _ _ _ _ port < ready; ./ask localhost "$port" moon; kill $server; wait $server'
    assert_output '127.0.0.1
::1
full'
    echo '127.5.5.5 localhost' > both
    run_shell 'unshare --mount --propagation private bash -c "mount --bind both /etc/hosts && ./a"'
    assert_output '127.5.5.5'
}

@test "both families at one port, with the option, or with two doors that share it [N30]" {
    makes a <<C
$try
static void both(int only, int share) { int six = socket(AF_INET6, SOCK_STREAM, 0), four = sock(SOCK_STREAM); struct sockaddr_in6 a = { .sin6_family = AF_INET6 }; socklen_t n = sizeof a; setsockopt(six, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
    setsockopt(six, SOL_SOCKET, SO_REUSEPORT, &share, sizeof share); setsockopt(four, SOL_SOCKET, SO_REUSEPORT, &share, sizeof share); bind(six, (struct sockaddr *)&a, sizeof a); getsockname(six, (struct sockaddr *)&a, &n); listen(six, 1);
    struct sockaddr_in all = at(a.sin6_port); int c = sock(SOCK_STREAM); if (only) as("connect", to(c, all)); all.sin_addr.s_addr = 0; as("bind", put(four, all)); as("listen", listen(four, 1)); close(four); close(six); close(c); }
int main(void) { both(0, 1); both(1, 0); return 0; }
C
    run_program ./a
    assert_output 'bind 0
listen 0
connect ECONNREFUSED
bind 0
listen 0'
}
