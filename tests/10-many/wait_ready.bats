# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# wait_ready: a call that sleeps although poll had said yes, and a poll that comes back for nothing.

@test "the session holds: another one reads first, more than fits, told unasked [E07] [E11] [E37]" {
    says "POLLHUP and POLLERR come unasked"
    says "A blocking write of more sleeps until the rest has fit, too; a non-blocking one returns how much it got rid of"
    holds_session
}

@test "without the flag the second reader sleeps [E11]" {
    says "Without it, all that the loop serves stands still"
    makes a <<C
$try
int main(void) { int p[2]; if (pipe(p)) return 9; write(p[1], "x", 1); says("poll", look(p[0], POLLIN)); read(p[0], bytes, 1); alarm(60); puts("we read"); fflush(stdout); read(p[0], bytes, 1); return 0; }
C
    run_shell "$functions"'./a > out & pid=$!; until grep -q "we read" out; do :; done; sleeping $pid; cat out; kill $pid'
    assert_output 'poll IN
we read'
}

@test "a send of 1 MiB over TCP that does not wait is short [E37]" {
    needs loopback
    makes a <<C
$try
int main(void) { int e[2]; tcp(e); int small = 65536; setsockopt(e[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small); says("poll", soon(e[0], POLLOUT)); long n = send(e[0], bytes, sizeof bytes, MSG_DONTWAIT); as("short", n > 0 && n < (long)sizeof bytes); return 0; }
C
    run_program ./a
    assert_output 'poll OUT
short 1'
}

@test "told unasked by epoll, too, and not when it is taken out [E07]" {
    says "A loop that pauses a descriptor by events = 0 runs at full speed from the moment its partner leaves"
    says "Take the entry out, or make its number negative"
    makes a <<C
$try
int main(void) { int p[2], q = epoll_create1(0); if (pipe(p)) return 9; struct epoll_event e = { .events = 0 }, r; epoll_ctl(q, EPOLL_CTL_ADD, p[0], &e); as("writer there", epoll_wait(q, &r, 1, 0));
    close(p[1]); int n = 0; for (int i = 0; i < 100; i++) n += epoll_wait(q, &r, 1, -1) == 1 && r.events == EPOLLHUP; as("told", n); epoll_ctl(q, EPOLL_CTL_DEL, p[0], NULL); as("taken out", epoll_wait(q, &r, 1, 0)); return 0; }
C
    run_program ./a
    assert_output 'writer there 0
told 100
taken out 0'
}

@test "a datagram with a wrong checksum is not announced to who reads with waiting, where root may send one [E11]" {
    needs loopback
    says "the kernel itself takes a word back now and then"
    makes a <<C
$try
static int asked(int flags) { int u = socket(AF_INET, SOCK_DGRAM | flags, 0); struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } }; socklen_t n = sizeof at;
    if (bind(u, (void *)&at, n) || getsockname(u, (void *)&at, &n)) err(9, "bind"); int raw = socket(AF_INET, SOCK_RAW, IPPROTO_UDP); if (raw == -1) { puts("raw EPERM"); exit(0); }
    unsigned char d[200] = { 0, 9, 0, 0, 0, 200, 0xde, 0xad, 'x' }; /* the kernel checks shorter ones at once */ memcpy(d + 2, &at.sin_port, 2); struct sockaddr_in to = at; to.sin_port = 0; sendto(raw, d, sizeof d, 0, (void *)&to, n); close(raw);
    int r = poll(&(struct pollfd){ u, POLLIN, 0 }, 1, 0); if (r == 1) as("recv", recv(u, bytes, 300, MSG_DONTWAIT)); close(u); return r; }
int main(void) { as("with waiting", asked(0)); as("announced", asked(SOCK_NONBLOCK)); return 0; }
C
    run_program ./a
    assert_success
    [ "$output" = 'raw EPERM' ] || assert_output 'with waiting 0
recv EAGAIN
announced 1'
}

@test "it leaves nothing behind" {
    leaves_nothing ./wait_ready
}
