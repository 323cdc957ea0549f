# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# What the chapter says of streams, segments and datagrams, tried with other programs.

@test "a signal with a handler ends a send and a receive short, SA_RESTART or not [N03] [N04]" {
    says "When a signal with a handler comes, it returns how much it had taken, even with SA_RESTART"
    says "Less comes at the end of the stream, after an error as a reset, and after what cuts a send(2) short, here too even with SA_RESTART"
    makes a <<C
$try
static void nothing(int n) { (void)n; }
int main(void) { for (int f = 0; f < 2; f++) { struct sigaction h = { .sa_handler = nothing, .sa_flags = f ? SA_RESTART : 0 }; sigaction(SIGALRM, &h, NULL); struct itimerval i = { .it_value.tv_usec = 50000 };
    two(); send(peer, "abc", 3, 0); setitimer(ITIMER_REAL, &i, NULL); as("recv", recv(us, bytes, 10, MSG_WAITALL));
    two(); char *b = calloc(1, 64 << 20); setitimer(ITIMER_REAL, &i, NULL); ssize_t n = send(us, b, 64 << 20, 0); printf("send %d\n", n > 0 && n < 64 << 20); fflush(stdout); }
    two(); send(peer, "abc", 3, 0); has(us, 3); cut(peer); until(us, 0); as("reset", recv(us, bytes, 10, MSG_WAITALL));
    return 0; }
C
    run_program ./a
    assert_output 'recv 3
send 1
recv 3
send 1
reset 3'
}

@test "a time limit ends a send short, too [N03]" {
    says "A time-out does the same, and so do a stop that is followed by SIGCONT, and a reset in the middle"
    makes a <<C
$try
int main(void) { two(); struct timeval t = { 0, 50000 }; setsockopt(us, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t); char *b = calloc(1, 64 << 20);
    ssize_t n = send(us, b, 64 << 20, 0); printf("%d\n", n > 0 && n < 64 << 20); return 0; }
C
    run_program ./a
    assert_output 1
}

@test "bytes sent one by one, or all lines at once, give the same lines, too long and cut ones are told [N01]" {
    says --in B-toolbox "What came behind the end of a line is kept for the next call, so all reading of a descriptor goes through one reader"
    says --in B-toolbox "A line may have a null byte in it, as the length tells"
    says --in B-toolbox "And a stream may end in the middle of a line; then this is an error of its own, because what came is not what was meant"
    says --in B-toolbox "with MSG_NOSIGNAL a peer that is gone is the error EPIPE and not a signal that kills"
    {
        printf '%s\n' "$try"
        sed -n '/^static ssize_t read_some/,/^}/p; /^static int send_all/,/^}/p; /^struct line_reader/,/^};/p; /^static ssize_t read_line/,/^}/p' "$root/tangled/09-network/net_stream.c"
        cat <<'C'
int main(int n, char **v) { (void)n; two(); if (fork() == 0) { close(us); static char in[1 << 20]; size_t all = fread(in, 1, sizeof in, stdin), step = (size_t)atoi(v[1]);
        for (size_t i = 0; i < all; i += step) if (send_all(peer, in + i, all - i < step ? all - i : step)) { as("send", -1); break; } _exit(0); }
    close(peer); struct line_reader r = { .fd = us }; char *l; ssize_t k; while ((k = read_line(&r, &l)) > 0) printf("%zd %.20s\n", k, l);
    as("end", k); close(us); signal(SIGCHLD, SIG_DFL); wait(NULL); return 0; }
C
    } | makes a
    printf 'one\n\nthree\0and\n%s\nlast\n' "$(printf '%04095d' 0)" > text
    for step in 1 2 7 4096 999999; do
        run_program -i text ./a "$step"
        assert_output '4 one
1 
10 three
4096 00000000000000000000
5 last
end 0'
    done
    printf 'one\ntw' > text
    run_program -i text ./a 1
    assert_output '4 one
end EBADMSG'
    printf 'one\n%04096d\n' 0 > text
    run_program -i text ./a 512
    assert_output '4 one
end EMSGSIZE'
    head -c 1000000 /dev/zero > text
    run_program -i text ./a 65536
    assert_line 'end EMSGSIZE'
}

@test "who sends and waits for the answer does not wait, who sends twice does [N27]" {
    says "So a program that sends and waits for the answer, in turn, does not wait"
    says "One that sends twice and then waits for an answer does, because the peer holds back its acknowledgement, for there might be an answer to send it with"
    makes a <<C
$try
#include <time.h>
static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return (double)t.tv_sec + (double)t.tv_nsec / 1e9; }
int main(void) { two(); double best[2] = { 9, 9 }; for (int w = 0; w < 2; w++) for (int i = 0; i < 40; i++) { double start = now(); send(us, "a", 1, 0); if (w) send(us, "b", 1, 0);
    int got = 0; while (got < 1 + w) got += (int)recv(peer, bytes, 9, 0); send(peer, "c", 1, 0); recv(us, bytes, 9, 0); if (i > 19 && now() - start < best[w]) best[w] = now() - start; }
    printf("%d\n", best[1] > best[0] * 5); return 0; }
C
    run_program ./a
    assert_output 1
}

@test "two hundred bytes in one segment, in three ways [N50]" {
    makes a <<C
$try
static unsigned out(void) { struct tcp_info t; socklen_t n = sizeof t; has(peer, 200); getsockopt(us, IPPROTO_TCP, TCP_INFO, &t, &n); return t.tcpi_data_segs_out; }
int main(void) { int on = 1, off = 0; two(); struct iovec v[2] = { { bytes, 4 }, { bytes, 196 } }; writev(us, v, 2); printf("%u ", out());
    two(); send(us, bytes, 4, MSG_MORE); send(us, bytes, 196, 0); printf("%u ", out());
    two(); setsockopt(us, IPPROTO_TCP, TCP_CORK, &on, sizeof on); send(us, bytes, 4, 0); send(us, bytes, 196, 0); setsockopt(us, IPPROTO_TCP, TCP_CORK, &off, sizeof off); printf("%u\n", out()); return 0; }
C
    run_program ./a
    assert_output '1 1 1'
}

@test "the call that fails can be a receive [N23]" {
    makes a <<C
$try
int main(void) { int nobody = bound(SOCK_DGRAM), s = sock(SOCK_DGRAM); to(nobody, name(nobody)); to(s, name(nobody)); as("send", send(s, "x", 1, 0)); until(s, 0); as("recv", recv(s, bytes, 9, MSG_DONTWAIT)); as("recv", recv(s, bytes, 9, MSG_DONTWAIT)); return 0; }
C
    run_program ./a
    assert_output 'send 1
recv ECONNREFUSED
recv EAGAIN'
}

@test "an empty datagram is a 0 that is no end, and connect can be changed [N08] [N51]" {
    says "The peer can be changed, and undone, by a connect(2) to another address, or to one of the family AF_UNSPEC"
    makes a <<C
$try
int main(void) { int a = bound(SOCK_DGRAM), b = bound(SOCK_DGRAM), s = sock(SOCK_DGRAM); to(s, name(a)); send(s, "", 0, 0); send(s, "x", 1, 0); as("recv", recv(a, bytes, 9, 0)); as("recv", recv(a, bytes, 9, 0));
    as("connect", to(s, name(b))); send(s, "xy", 2, 0); as("recv", recv(b, bytes, 9, 0)); as("recv", recv(a, bytes, 9, MSG_DONTWAIT)); return 0; }
C
    run_program ./a
    assert_output 'recv 0
recv 1
connect 0
recv 2
recv EAGAIN'
}

@test "a stop, and a reset in the middle, end a send and a receive short [N03] [N04]" {
    makes a <<C
$try
static void rest(pid_t c, int stop) { char path[64], line[512]; int n = 0; sprintf(path, "/proc/%d/stat", c); while (n < 20) { usleep(5000); FILE *f = fopen(path, "r"); fgets(line, sizeof line, f); fclose(f); char is = *(strrchr(line, ')') + 2); n = is == (stop ? 'T' : 'S') ? n + 1 : 0; } }
int main(void) { for (int way = 0; way < 4; way++) { two(); pid_t c = fork(); if (c == 0) { close(us); if (way < 2) { char *b = calloc(1, 64 << 20); ssize_t n = send(peer, b, 64 << 20, MSG_NOSIGNAL); printf("send %d\n", n > 0 && n < 64 << 20); } else as("recv", recv(peer, bytes, 10, MSG_WAITALL)); fflush(stdout); _exit(0); }
    close(peer); if (way > 1) send(us, "abc", 3, 0); rest(c, 0); if (way % 2) cut(us); else { kill(c, SIGSTOP); rest(c, 1); kill(c, SIGCONT); } waitpid(c, NULL, 0); if (way % 2 == 0) close(us); } return 0; }
C
    run_program ./a
    assert_output 'send 1
send 1
recv 3
recv 3'
}
