# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# What the chapter says of endings, tried with other programs.

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

@test "close lingers for the other kernel, and not for the other program [N14]" {
    makes a <<C
$try
#include <time.h>
static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return (double)t.tv_sec + (double)t.tv_nsec / 1e9; }
int main(void) { struct linger l = { 1, 1 }; two(); setsockopt(us, SOL_SOCKET, SO_LINGER, &l, sizeof l); fcntl(us, F_SETFL, O_NONBLOCK); while (send(us, bytes, sizeof bytes, MSG_NOSIGNAL) > 0) ;
    fcntl(us, F_SETFL, 0); double start = now(); int n = close(us); printf("full %d %d\n", n, now() - start >= 0.9);
    two(); l.l_linger = 3600; setsockopt(us, SOL_SOCKET, SO_LINGER, &l, sizeof l); send(us, "x", 1, 0); printf("little %d\n", close(us)); return 0; }
C
    run_program ./a
    assert_output 'full 0 1
little 0'
}

@test "a reply that had arrived can be read, and then the reset comes [N13]" {
    makes a <<C
$try
int main(void) { two(); send(us, "a", 1, 0); has(peer, 1); send(peer, "reply", 5, 0); has(us, 5); close(peer); until(us, 0); as("recv", recv(us, bytes, 9, 0)); as("recv", recv(us, bytes, 9, 0)); return 0; }
C
    run_program ./a
    assert_output 'recv 5
recv ECONNRESET'
}

@test "what is sent and not acknowledged is in one queue, what is not read in the other [N12]" {
    says "The first is with the sender's kernel, and holds what the other kernel has not acknowledged"
    makes a <<C
$try
#include <linux/sockios.h>
int main(void) { int l = heard(1), little = 4096, n = 0, left, there; us = sock(SOCK_STREAM); setsockopt(us, SOL_SOCKET, SO_RCVBUF, &little, sizeof little); to(us, name(l)); peer = accept(l, NULL, NULL);
    fcntl(peer, F_SETFL, O_NONBLOCK); long sent = 0, k; while ((k = send(peer, bytes, sizeof bytes, 0)) > 0) sent += k;
    do { usleep(1000); ioctl(peer, SIOCOUTQ, &left); ioctl(us, FIONREAD, &there); } while (left + there != sent && n++ < 1000);
    printf("%d %d\n", left + there == sent, left > 0 && there > 0); return 0; }
C
    run_program ./a
    assert_output '1 1'
}

@test "a program that the child executes holds nothing, with the flag [N16]" {
    says "With SOCK_CLOEXEC a program that the child executes has no copy"
    makes a <<C
$try
static int held(int flags) { int l = heard(1); us = sock(SOCK_STREAM | flags); to(us, name(l)); peer = accept4(l, NULL, NULL, SOCK_CLOEXEC); close(l); int p[2]; pipe2(p, 0); pid_t c = fork();
    if (c == 0) { close(p[1]); close(peer); dup2(p[0], 0); close(p[0]); execlp("cat", "cat", NULL); _exit(1); }
    close(p[0]); close(us); char path[64], t[64] = ""; while (strcmp(t, "cat\n")) { sprintf(path, "/proc/%d/comm", c); FILE *f = fopen(path, "r"); fgets(t, 64, f); fclose(f); }
    struct pollfd q = { .fd = peer, .events = POLLIN }; int n = poll(&q, 1, flags ? -1 : 50); close(p[1]); waitpid(c, NULL, 0); close(peer); return n; }
int main(void) { printf("%d %d\n", held(0), held(SOCK_CLOEXEC)); return 0; }
C
    run_program ./a
    assert_output '0 1'
}

@test "the number of a closed connection is another file's, while a thread still receives from the old one [N46]" {
    makes a <<C
$try
static void *get(void *p) { (void)p; as("thread", recv(us, bytes, 9, 0)); return NULL; }
int main(void) { two(); pthread_t t; pthread_create(&t, NULL, get, NULL); char path[64], line[512]; int s = 0; pid_t id = 0;
    do { FILE *f = popen("ls /proc/$PPID/task", "r"); while (fgets(line, sizeof line, f)) if (atoi(line) != getpid()) id = atoi(line); pclose(f); } while (id == 0);
    do { usleep(1000); sprintf(path, "/proc/%d/stat", id); FILE *f = fopen(path, "r"); fgets(line, sizeof line, f); fclose(f); s = *(strrchr(line, ')') + 2) == 'S' ? s + 1 : 0; } while (s < 3);
    int old = us; close(us); int f = fcntl(0, F_DUPFD, old); as("same number", f == old); send(peer, "abc", 3, 0); pthread_join(t, NULL); return 0; }
C
    run_program ./a
    assert_output 'same number 1
thread 3'
}

@test "who speaks after the close loses the answer, too [N13]" {
    makes a <<C
$try
int main(void) { two(); fcntl(peer, F_SETFL, O_NONBLOCK); long sent = 0, got = 0, n; while ((n = send(peer, bytes, sizeof bytes, 0)) > 0) sent += n; close(peer); as("send", send(us, "x", 1, MSG_NOSIGNAL)); until(us, POLLERR);
    while ((n = recv(us, bytes, sizeof bytes, 0)) > 0) got += n; as("end", n); printf("less %d\n", got < sent); return 0; }
C
    run_program ./a
    assert_output 'send 1
end ECONNRESET
less 1'
}

@test "a reset that comes after the end: 0 stays 0, and a write says EPIPE [N15]" {
    says "After an end that has come, a reset leaves recv at 0"
    makes a <<C
$try
int main(void) { for (int how = 0; how < 2; how++) { two(); send(us, "abc", 3, 0); has(peer, 3); shutdown(peer, SHUT_WR); until(us, POLLRDHUP); if (how) cut(peer); else close(peer); until(us, 0);
    as("recv", recv(us, bytes, 9, 0)); as("send", send(us, "x", 1, MSG_NOSIGNAL)); as("recv", recv(us, bytes, 9, 0)); } return 0; }
C
    run_program ./a
    assert_output 'recv 0
send EPIPE
recv 0
recv 0
send EPIPE
recv 0'
}

@test "a signal ends a close that lingers, and it says 0 [N14]" {
    says "Or it waits until the time is over, or a signal comes, and says 0 all the same"
    makes a <<C
$try
static void nothing(int n) { (void)n; }
int main(void) { struct linger l = { 1, 3600 }; struct sigaction h = { .sa_handler = nothing }; struct itimerval i = { .it_value.tv_usec = 50000, .it_interval.tv_usec = 50000 }; two(); setsockopt(us, SOL_SOCKET, SO_LINGER, &l, sizeof l); fcntl(us, F_SETFL, O_NONBLOCK); while (send(us, bytes, sizeof bytes, MSG_NOSIGNAL) > 0) ;
    fcntl(us, F_SETFL, 0); sigaction(SIGALRM, &h, NULL); setitimer(ITIMER_REAL, &i, NULL); as("close", close(us)); return 0; }
C
    run_program ./a
    assert_output 'close 0'
}

@test "room for 0 bytes: read says 0, recv waits while there is nothing [N08]" {
    makes a <<C
$try
int main(void) { two(); fcntl(us, F_SETFL, O_NONBLOCK); as("read", read(us, bytes, 0)); as("recv", recv(us, bytes, 0, 0)); send(peer, "x", 1, 0); has(us, 1); as("recv", recv(us, bytes, 0, 0)); return 0; }
C
    run_program ./a
    assert_output 'read 0
recv EAGAIN
recv 0'
}
