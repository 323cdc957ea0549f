# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# What the chapter says of poll, select and of waiting, tried with other programs.

@test "the flag is the description's: copies, children and a second open differ [E42]" {
    says "It belongs to the open file description, which copies and children share"
    makes a <<C
$try
int main(void) { int p[2]; if (pipe(p)) return 9; char same[64]; sprintf(same, "/proc/self/fd/%d", p[0]); int anew = open(same, O_RDONLY), copy = dup(p[0]);
    if (fork() == 0) { fcntl(copy, F_SETFL, O_NONBLOCK); _exit(0); } wait(NULL);
    as("copy", (fcntl(copy, F_GETFL) & O_NONBLOCK) != 0); as("original", read(p[0], bytes, 1)); as("anew", (fcntl(anew, F_GETFL) & O_NONBLOCK) != 0); return 0; }
C
    run_program ./a
    assert_output 'copy 1
original EAGAIN
anew 0'
}

@test "a program that sets it on its standard input sets it for the shell, on one terminal" {
    says "A program that sets the flag on its standard input sets it for the shell, too, if both have the same terminal open"
    makes a <<C
$try
int main(void) { return fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_NONBLOCK) == -1; }
C
    makes b <<C
$try
int main(void) { as("set", (fcntl(0, F_GETFL) & O_NONBLOCK) != 0); return 0; }
C
    run_shell 'mkfifo line; { ./b; ./a; ./b; } <> line'
    assert_output 'set 0
set 1'
}

@test "who closes at HUP loses what was written before [E08]" {
    says "A loop that looks at POLLHUP first, and closes, loses the last words of everybody"
    makes a <<C
$try
static void at(const char *what, int first) { int p[2]; if (pipe(p)) err(9, "pipe"); write(p[1], "last words", 10); close(p[1]); long n = 0, r;
    for (;;) { int s = soon(p[0], POLLIN); if (s & first) break; if ((r = read(p[0], bytes, 4)) <= 0) break; n += r; } as(what, n); }
int main(void) { at("HUP first", POLLHUP); at("until 0", 0); return 0; }
C
    run_program ./a
    assert_output 'HUP first 0
until 0 10'
}

@test "TCP with one direction closed can still be written to [E09]" {
    needs loopback
    says "So poll says POLLIN, and the read returns 0"
    says "The loop that works for all kinds reads when it hears any of POLLIN, POLLHUP and POLLERR, and lets the call tell: bytes, 0 for the end, or -1 with the error"
    makes a <<C
$try
int main(void) { int e[2]; tcp(e); shutdown(e[1], SHUT_WR); says("half closed", soon(e[0], POLLIN | POLLRDHUP)); as("read", read(e[0], bytes, 9)); as("write", write(e[0], "x", 1)); as("arrives", read(e[1], bytes, 9));
    int f[2]; tcp(f); write(f[0], "x", 1); soon(f[1], POLLIN); close(f[1]); says("broken off", soon(f[0], 0)); as("read", read(f[0], bytes, 9)); return 0; }
C
    run_program ./a
    assert_output 'half closed IN RDHUP
read 0
write 1
arrives 1
broken off ERR HUP
read ECONNRESET'
}

@test "RDHUP comes for who asked [E10]" {
    needs loopback
    makes a <<C
$try
int main(void) { int e[2]; tcp(e); close(e[1]); says("asked", soon(e[0], POLLRDHUP)); says("not asked", look(e[0], POLLIN)); says("nothing asked", look(e[0], 0)); return 0; }
C
    run_program ./a
    assert_output 'asked RDHUP
not asked IN
nothing asked'
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

@test "FD_SET refuses 1024 in a program that was compiled with checks [E01]" {
    says "FD_SET of the C library refuses such a number in a program that was compiled with checks"
    cat > a.c <<'C'
#define _FORTIFY_SOURCE 2
#include <stdlib.h>
#include <sys/select.h>
int main(int argc, char **argv) { fd_set s; (void)argc; FD_ZERO(&s); FD_SET(atoi(argv[1]), &s); return FD_ISSET(atoi(argv[1]), &s) ? 0 : 9; }
C
    "${CC:-gcc}" -O2 -U_FORTIFY_SOURCE -o a a.c
    run_program ./a 1023
    assert_success
    run_program ./a 1024
    assert_killed SIGABRT
}

@test "a loop that does not make its set anew no longer hears the quiet one [E02]" {
    says "The quiet one is no longer in the set, and a loop that does not make it anew will not hear of it again"
    makes a <<C
$try
int main(void) { int a[2], b[2]; if (pipe(a) || pipe(b)) return 9; fd_set s; FD_ZERO(&s); FD_SET(a[0], &s); FD_SET(b[0], &s); struct timeval now = { 0, 0 };
    write(a[1], "x", 1); as("first", select(b[0] + 1, &s, 0, 0, &now)); read(a[0], bytes, 1); write(b[1], "x", 1); now = (struct timeval){ 0, 0 }; as("second", select(b[0] + 1, &s, 0, 0, &now)); return 0; }
C
    run_program ./a
    assert_output 'first 1
second 0'
}

@test "poll, ppoll and pselect leave their time limit alone [E03]" {
    makes a <<C
$try
int main(void) { struct timespec t = { 0, 1000000 }; as("ppoll", ppoll(NULL, 0, &t, NULL)); as("left", t.tv_nsec); as("pselect", pselect(0, 0, 0, 0, &t, NULL)); as("left", t.tv_nsec);
    struct timeval v = { 0, 1000 }; as("select", select(0, 0, 0, 0, &v)); as("left", v.tv_usec); return 0; }
C
    run_program ./a
    assert_output 'ppoll 0
left 1000000
pselect 0
left 1000000
select 0
left 0'
}
