# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# net_ends: every ending, as it looks from the side that is left.

@test "the session holds: the table of endings, half a close, and a signal [N08] [N10] [N11] [N15] [N17] [N47]" {
    says "No data is EAGAIN, or a sleep"
    says "0 means that the peer has finished sending, and it stays 0"
    says "A call with room for 0 bytes is answered with 0 as well, and an empty datagram is a 0 that is no end"
    says "The other kernel answers with a reset, and then a write fails with EPIPE"
    says "Reading says 0 before and after"
    says "What changes is that recv(2) does not wait: it says 0 while there is no data"
    says "The peer gets ECONNRESET in place of an end, and what was not sent yet is thrown away"
    says "and that is how a question without a length is finished: the peer reads to the end and then answers"
    says "ended its writing | 0 | takes bytes | POLLIN, POLLRDHUP"
    says "closed | 0 | takes bytes once, then EPIPE | the same"
    says "closed with something unread | ECONNRESET once, then 0 | EPIPE | also POLLERR, POLLHUP"
    says "reset | the same | EPIPE | the same"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./net_ends
}

@test "a killed process closes [N10]" {
    makes a <<C
$try
int main(void) { two(); pid_t c = fork(); if (c == 0) { close(us); pause(); _exit(0); } close(peer); kill(c, SIGKILL); wait(NULL); until(us, POLLRDHUP);
    as("recv", recv(us, bytes, 9, 0)); as("send", send(us, "x", 1, MSG_NOSIGNAL)); until(us, 0); as("send", send(us, "x", 1, MSG_NOSIGNAL)); as("recv", recv(us, bytes, 9, 0)); return 0; }
C
    run_program ./a
    assert_output 'recv 0
send 1
send EPIPE
recv 0'
}

@test "every stream raises the signal, a local datagram socket does not, and both cures work [N11]" {
    says "Each stream socket raises it where a write says EPIPE, and a server that does not know it is killed by a client that leaves"
    says "MSG_NOSIGNAL keeps the signal away for one call, SIG_IGN for the whole program"
    says "A local datagram socket does not raise it"
    makes a <<C
$try
static void child(const char *what, int s, int flags, int ignore) { pid_t c = fork(); if (c == 0) { signal(SIGPIPE, ignore ? SIG_IGN : SIG_DFL); _exit(send(s, "x", 1, flags) == -1 && errno == EPIPE ? 7 : 8); }
    int st; waitpid(c, &st, 0); if (WIFSIGNALED(st)) printf("%s SIG%s\n", what, sigabbrev_np(WTERMSIG(st))); else printf("%s %d\n", what, WEXITSTATUS(st)); fflush(stdout); }
int main(void) { two(); cut(peer); until(us, 0); recv(us, bytes, 1, 0); child("reset", us, 0, 0); child("flag", us, MSG_NOSIGNAL, 0); child("ignored", us, 0, 1); child("never connected", sock(SOCK_STREAM), 0, 0);
    int p[2]; socketpair(AF_UNIX, SOCK_STREAM, 0, p); shutdown(p[0], SHUT_WR); child("local", p[0], 0, 0); socketpair(AF_UNIX, SOCK_DGRAM, 0, p); shutdown(p[0], SHUT_WR); child("local datagram", p[0], 0, 0); return 0; }
C
    run_program ./a
    assert_output 'reset SIGPIPE
flag 7
ignored 7
never connected SIGPIPE
local SIGPIPE
local datagram 7'
}

@test "a broken connection leaves the port free, and throws away what was not sent [N15]" {
    says "The port is free afterwards, which is why people set it"
    makes a <<C
$try
int main(void) { int l = heard(1), c = sock(SOCK_STREAM); struct sockaddr_in a = name(l); to(c, a); int s = accept(l, NULL, NULL); fcntl(s, F_SETFL, O_NONBLOCK);
    long sent = 0, got = 0, n; while ((n = send(s, bytes, sizeof bytes, 0)) > 0) sent += n; cut(s); close(l); until(c, POLLERR);
    while ((n = recv(c, bytes, sizeof bytes, 0)) > 0) got += n; as("end", n); printf("less %d\n", got < sent); fflush(stdout); as("bind", put(sock(SOCK_STREAM), a)); return 0; }
C
    run_program ./a
    assert_output 'end ECONNRESET
less 1
bind 0'
}

@test "the error of a reset is told to the call that comes first [N11]" {
    says "Had we sent before we received, send(2) would have said ECONNRESET, without a signal, and the next one EPIPE"
    says "The error of a reset is told once, to the call that comes first"
    makes a <<C
$try
int main(void) { two(); cut(peer); until(us, 0); as("send", send(us, "x", 1, 0)); as("send", send(us, "x", 1, MSG_NOSIGNAL)); as("recv", recv(us, bytes, 9, 0)); send(us, "x", 1, 0); return 0; }
C
    run_program ./a
    assert_killed SIGPIPE
    assert_output 'send ECONNRESET
send EPIPE
recv 0'
}
