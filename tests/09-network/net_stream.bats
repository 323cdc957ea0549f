# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# net_stream: what comes out of a stream, and a cure.

@test "the session holds: merged, split, short, and made whole by lines [N01] [N02] [N03] [N04]" {
    says "With MSG_PEEK a call to recv(2) leaves the bytes where they are, and with MSG_WAITALL it waits for as many bytes as it was asked for"
    says "The eight megabytes were sent by one call, there was room for all of them, and it took many calls to have them"
    says "Three bytes and four came as seven"
    says "On a socket that does not wait the flag does nothing"
    says "send_all goes on until everything is sent, and read_line collects a line, however it was cut"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./net_stream
}

@test "a signal with a handler ends a send and a receive short, SA_RESTART or not [N03] [N04]" {
    says "When a signal with a handler comes, it returns how much it had taken, even with SA_RESTART"
    says "Less comes at the end of the stream, after an error, and after a signal with a handler, here too even with SA_RESTART"
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
    says "A time-out does the same"
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
