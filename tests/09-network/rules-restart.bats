# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# What the chapter says of starting again and of connections that fail, tried with other programs.

@test "the state has a name and a minute [N44]" {
    says "Who is the first to close a connection in order, and is not reset, keeps a memory of it for a minute, in the state TIME_WAIT, for parts of it may still be on their way, and could be taken for those of a new connection"
    makes a <<C
$try
static int kept(in_port_t port, int *seconds) { char mine[32], line[256], from[32], state[8], timer[32]; int n = 0; sprintf(mine, "0100007F:%04X", ntohs(port)); FILE *f = fopen("/proc/net/tcp", "r");
    while (fgets(line, sizeof line, f)) if (sscanf(line, " %*s %31s %*s %7s %*s %31s", from, state, timer) == 3 && !strcmp(from, mine) && !strcmp(state, "06")) { n++; *seconds = (int)strtol(strchr(timer, ':') + 1, NULL, 16) / 100; }
    fclose(f); return n; }
int main(void) { int seconds = 0, none = 0; two(); in_port_t p = name(us).sin_port, q = name(peer).sin_port; close(us); recv(peer, bytes, 1, 0); close(peer); while (kept(p, &seconds) == 0) usleep(1000);
    printf("first %d\nsecond %d\n", seconds > 40 && seconds <= 60, kept(q, &none)); return 0; }
C
    run_program ./a
    assert_output 'first 1
second 0'
}

@test "another user has no door beside ours [N45]" {
    needs root
    says "Beside the door of another user nobody can open one: socket(7) says that the kernel asks for the same user"
    makes a <<C
$try
static int door(in_port_t p) { int s = sock(SOCK_STREAM), on = 1; setsockopt(s, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on); return put(s, at(p)) || listen(s, 1) ? -1 : s; }
int main(void) { int s = door(0); as("same", door(name(s).sin_port) > 0); setresuid(65534, 65534, 65534); as("other", door(name(s).sin_port)); return 0; }
C
    run_program ./a
    assert_output 'same 1
other EADDRINUSE'
}

@test "the server that sets it each time starts again after a kill [N18]" {
    says "A server that sets it at each start does not notice"
    echo 'moon: full' > facts
    makes rude <<C
$try
int main(int n, char **v) { (void)n; int s = sock(SOCK_STREAM); to(s, at(htons((in_port_t)atoi(v[1])))); send(s, "moon\n", 5, 0); recv(s, bytes, 9, 0); puts("here"); fflush(stdout); return recv(s, bytes, 9, MSG_WAITALL) < 0; }
C
    run_shell 'mkfifo one two three; ./ask -s facts 127.0.0.1 0 > one & pid=$!; read -r _ _ _ _ _ port < one
        ./rude $port > three & rude=$!; read -r _ < three; kill -9 $pid; wait $pid 2> /dev/null; wait $rude
        ./ask -s facts 127.0.0.1 $port > two & pid=$!; read -r _ _ _ _ _ again < two; ./ask 127.0.0.1 $port moon; [ $port = $again ] && echo same; kill $pid; wait $pid'
    assert_output 'full
same'
}

@test "a client that tries again and again meets itself [N35]" {
    says "A client that tries again and again until its server is up, at a port of the range for port 0, can hit this, and then the server does not get its port"
    needs root
    makes a <<C
$try
#include <net/if.h>
int main(void) { struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP }; if (ioctl(sock(SOCK_DGRAM), SIOCSIFFLAGS, &lo)) err(1, "lo"); for (int i = 1; i < 100000; i++) { int s = sock(SOCK_STREAM); if (to(s, at(htons(40002))) == 0) { printf("met %d\n", name(s).sin_port == htons(40002)); fflush(stdout); as("server", put(sock(SOCK_STREAM), at(htons(40002)))); return 0; } close(s); } return 1; }
C
    inside='echo "40000 40020" > /proc/sys/net/ipv4/ip_local_port_range && ./a'
    unshare --net true 2> /dev/null || needs namespaces
    run_shell 'unshare --net bash -c "$1"' "$inside"
    assert_output 'met 1
server EADDRINUSE'
}

@test "beside a door that listens bind fails, and a datagram goes to the closer address [N19]" {
    says "Beside one that listens, bind(2) fails"
    makes a <<C
$try
static int used(int type) { int s = sock(type), on = 1; setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on); return s; }
int main(void) { int a = used(SOCK_STREAM), b = used(SOCK_STREAM); put(a, at(0)); listen(a, 1); as("bind", put(b, name(a))); a = used(SOCK_DGRAM), b = used(SOCK_DGRAM); put(a, at(0)); struct sockaddr_in any = name(a), to_a = any; any.sin_addr.s_addr = 0; as("bind", put(b, any));
    sendto(sock(SOCK_DGRAM), "x", 1, 0, (struct sockaddr *)&to_a, sizeof to_a); as("first", recv(a, bytes, 9, 0)); return 0; }
C
    run_program ./a
    assert_output 'bind EADDRINUSE
bind 0
first 1'
}

@test "the same socket answers with its error before it tries again [N39]" {
    makes a <<C
$try
int main(void) { int d = bound(SOCK_STREAM), s = sock(SOCK_STREAM | SOCK_NONBLOCK); as("connect", to(s, name(d))); until(s, POLLOUT); listen(d, 1); as("connect", to(s, name(d))); as("connect", to(s, name(d))); return 0; }
C
    run_program ./a
    assert_output 'connect EINPROGRESS
connect ECONNREFUSED
connect EINPROGRESS'
}

@test "a machine of our own net that does not answer" {
    says "On our own net the kernel finds out within seconds, and says EHOSTUNREACH"
    needs root
    unshare --net true 2> /dev/null || needs namespaces
    makes a <<C
$try
int main(void) { struct sockaddr_in a = at(htons(80)); inet_pton(AF_INET, "192.0.2.7", &a.sin_addr); as("connect", to(sock(SOCK_STREAM), a)); return 0; }
C
    run_shell 'unshare --net bash -c "ip link set lo up && ip link add name one type veth peer name two && ip addr add 192.0.2.1/24 dev one && ip link set one up && ip link set two up || exit 3; ./a"'
    [ "$status" != 3 ] || skip "needs ip, and a pair of devices"
    assert_output 'connect EHOSTUNREACH'
}
