# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# poll_says: what poll says of a pipe, a local stream, TCP and others.

setup_file() { needs loopback; }

@test "the session holds: each kind at each moment [E08] [E09] [E10]" {
    says "these three come whether they were asked for or not"
    says "An ordinary file says IN OUT at all times, also an empty one at its end"
    says "an entry with a negative number is passed over, which is a way to switch one off"
    holds_session
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
    makes a <<C
$try
int main(void) { int e[2]; tcp(e); close(e[1]); says("asked", soon(e[0], POLLRDHUP)); says("not asked", look(e[0], POLLIN)); says("nothing asked", look(e[0], 0)); return 0; }
C
    run_program ./a
    assert_output 'asked RDHUP
not asked IN
nothing asked'
}

@test "it leaves nothing behind" {
    leaves_nothing ./poll_says
}
