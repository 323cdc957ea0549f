# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# What the chapter says of ends, credentials and descriptors, tried with other programs.

@test "a child with a copy keeps the line open, shutdown ends it [L16]" {
    says "Closing tells the peer the end only when it closes the last descriptor"
    says "A server that forks for something else while it holds clients gives the child a copy of each, and its close(2) ends nothing"
    says "acts on the line, and asks nobody who holds a copy"
    makes a <<C
$try
int main(void) { two(SOCK_STREAM); pid_t c = fork(); if (c == 0) { pause(); _exit(0); } close(pair[0]);
    as("closed", recv(pair[1], bytes, 9, MSG_DONTWAIT)); kill(c, SIGKILL); wait(NULL); as("child gone", recv(pair[1], bytes, 9, MSG_DONTWAIT));
    two(SOCK_STREAM); c = fork(); if (c == 0) { pause(); _exit(0); } shutdown(pair[0], SHUT_WR); as("shut down", recv(pair[1], bytes, 9, MSG_DONTWAIT)); kill(c, SIGKILL); return 0; }
C
    run_program ./a
    assert_output 'closed EAGAIN
child gone 0
shut down 0'
}

@test "to refuse and close without reading resets, to read or to shut down first does not [L15]" {
    says "Then we read what it had sent, after that ECONNRESET, once, and from then on the end"
    says "A server that refuses a request and closes without reading it gives its client this error in place of a clean end"
    says "The cure is to read until the end, or to shut down the writing, read what still comes, and close then"
    makes a <<C
$try
int main(void) { two(SOCK_STREAM); write(pair[0], "please", 6); write(pair[1], "no", 2); close(pair[1]);
    as("answer", read(pair[0], bytes, 9)); as("end", read(pair[0], bytes, 9)); as("once", read(pair[0], bytes, 9)); two(SOCK_STREAM); write(pair[0], "please", 6); write(pair[1], "no", 2);
    shutdown(pair[1], SHUT_WR); read(pair[1], bytes, 9); close(pair[1]); as("answer", read(pair[0], bytes, 9)); as("end", read(pair[0], bytes, 9)); return 0; }
C
    run_program ./a
    assert_output 'answer 2
end ECONNRESET
once 0
answer 2
end 0'
}

@test "with sequenced packets the reset comes before the answer, and not if it was shut down and read [L15]" {
    makes a <<C
$try
int main(void) { two(SOCK_SEQPACKET); send(pair[0], "please", 6, 0); send(pair[1], "no", 2, 0); close(pair[1]);
    as("first", recv(pair[0], bytes, 9, 0)); as("then", recv(pair[0], bytes, 9, 0)); two(SOCK_SEQPACKET); send(pair[0], "please", 6, 0); send(pair[1], "no", 2, 0);
    shutdown(pair[1], SHUT_RD); recv(pair[1], bytes, 9, 0); close(pair[1]); as("first", recv(pair[0], bytes, 9, 0)); as("then", recv(pair[0], bytes, 9, 0)); return 0; }
C
    run_program ./a
    assert_output 'first ECONNRESET
then 2
first 2
then 0'
}

@test "SO_ERROR takes the reset away, and packets have it first [L15]" {
    says "getsockopt(2) with SO_ERROR takes the reset away as a read does"
    says "With sequenced packets the reset comes first, and what the peer had sent after it"
    makes a <<C
$try
int main(void) { int e = 0; socklen_t n = sizeof e; two(SOCK_STREAM); write(pair[0], "x", 1); close(pair[1]); getsockopt(pair[0], SOL_SOCKET, SO_ERROR, &e, &n);
    as("reset", e == ECONNRESET); as("read", read(pair[0], bytes, 9)); return 0; }
C
    run_program ./a
    assert_output 'reset 1
read 0'
}

@test "who stands in the line when the counter closes is reset; a rename leaves it in the old line [L10b]" {
    says "What the old one has not accepted yet is still in its queue, and is reset when it closes its socket; so it should accept until the queue is empty before it leaves"
    says "A new server can also take over while the old one still talks with its clients"
    makes a <<C
$try
int main(void) { int s = heard(SOCK_STREAM, "desk", 5), a = came(SOCK_STREAM, "desk"), t = accept(s, NULL, NULL), b = came(SOCK_STREAM, "desk");
    int next = heard(SOCK_STREAM, "desk.new", 5); rename("desk.new", "desk"); int c = came(SOCK_STREAM, "desk");
    struct pollfd p[] = { { s, POLLIN, 0 }, { next, POLLIN, 0 } }; poll(p, 2, 0); as("old has one", p[0].revents); as("new has one", p[1].revents);
    accept(next, NULL, NULL); poll(p, 2, 0); as("one alone", p[1].revents);
    as("the old talks", write(t, "x", 1)); as("its client", read(a, bytes, 9)); close(s); as("not accepted", read(b, bytes, 9));
    as("the new", recv(c, bytes, 9, MSG_DONTWAIT)); as("still", write(t, "x", 1)); return 0; }
C
    run_program ./a
    assert_output 'old has one 1
new has one 1
one alone 0
the old talks 1
its client 1
not accepted ECONNRESET
the new EAGAIN
still 1'
}

@test "once an ordinary user has more descriptors in flight than its limit, no more go" {
    says "When an ordinary user has more than RLIMIT_NOFILE in flight, sendmsg(2) fails with ETOOMANYREFS; the message before may have gone far over"
    makes a <<C
$try
#include <sys/resource.h>
int main(int k, char **v) { struct rlimit few = { 20, 20 }; two(SOCK_DGRAM); setrlimit(RLIMIT_NOFILE, &few); int n = 0; size_t each = (size_t)atoi(v[k - 1]);
    for (;;) { union { struct cmsghdr a; char r[CMSG_SPACE(4 * 253)]; } c = { .r = { 0 } }; struct iovec p = { bytes, 1 };
        struct msghdr m = { .msg_iov = &p, .msg_iovlen = 1, .msg_control = c.r, .msg_controllen = CMSG_SPACE(4 * each) };
        c.a = (struct cmsghdr){ CMSG_LEN(4 * each), SOL_SOCKET, SCM_RIGHTS }; for (size_t i = 0; i < each; i++) memcpy(CMSG_DATA(&c.a) + 4 * i, &pair[0], 4); if (sendmsg(pair[0], &m, MSG_DONTWAIT) != 1) break; n++; }
    as("next", -1); as("sent", n); return 0; }
C
    as_nobody run_program ./a 1
    assert_output 'next ETOOMANYREFS
sent 21'
    as_nobody run_program ./a 253
    assert_output 'next ETOOMANYREFS
sent 1'
}

@test "who connected is named, whoever writes and whoever is dead [L03]" {
    says "It names who made the line, on a stream or for sequenced packets: who called connect(2), or socketpair(2) for both ends, with the user of that moment"
    says "A child that writes through an inherited end is not named, nor another program that got the descriptor, nor is a change of the user seen"
    says "Even the death of that process changes nothing"
    makes a <<C
$try
static pid_t peer(int s, uid_t *user) { struct ucred u; socklen_t n = sizeof u; getsockopt(s, SOL_SOCKET, SO_PEERCRED, &u, &n); *user = u.uid; return u.pid; }
int main(void) { uid_t user; int s = heard(SOCK_STREAM, "desk", 1); int p[2]; if (pipe(p)) err(9, "pipe"); pid_t c = fork();
    if (c == 0) { int t = came(SOCK_STREAM, "desk"); if (fork() == 0) { close(p[1]); if (getuid() == 0 && setuid(65534)) _exit(9); write(t, "x", 1); read(p[0], bytes, 1); } _exit(0); }
    close(p[0]); int t = accept(s, NULL, NULL); waitpid(c, NULL, 0); as("a grandchild wrote", read(t, bytes, 9)); as("the child is named", peer(t, &user) == c); as("user", user == getuid());
    two(SOCK_STREAM); as("the maker is named", peer(pair[0], &user) == getpid() && peer(pair[1], &user) == getpid()); return 0; }
C
    run_program ./a
    assert_output 'a grandchild wrote 1
the child is named 1
user 1
the maker is named 1'
}

@test "at the client's end the one who listens is named, not the one who accepts [L03]" {
    says "at its end SO_PEERCRED names the process that called listen(2), also when another one accepts"
    makes a <<C
$try
int main(void) { int s = heard(SOCK_STREAM, "desk", 1); pid_t c = fork(); if (c == 0) { int t = accept(s, NULL, NULL); write(t, "x", 1); pause(); _exit(0); }
    int t = came(SOCK_STREAM, "desk"); read(t, bytes, 1); struct ucred u; socklen_t n = sizeof u; getsockopt(t, SOL_SOCKET, SO_PEERCRED, &u, &n);
    as("who listens", u.pid == getpid()); as("who accepts", u.pid == c); kill(c, SIGKILL); wait(NULL); return 0; }
C
    run_program ./a
    assert_output 'who listens 1
who accepts 0'
}

@test "credentials are checked, and those of root are what root says [L05]" {
    says "Where none came along, it shows process 0 and a user that is not there, 65534 on most systems"
    says "With CAP_SYS_ADMIN a sender may name any process that there is, and with CAP_SETUID any user, so those of root are worth what root says"
    makes a <<C
$try
static void claim(const char *what, pid_t pid, uid_t uid) { union { struct cmsghdr a; char r[CMSG_SPACE(sizeof(struct ucred))]; } c = { .r = { 0 } }; struct iovec p = { bytes, 1 };
    struct msghdr m = { .msg_iov = &p, .msg_iovlen = 1, .msg_control = c.r, .msg_controllen = sizeof c.r }; struct ucred u = { pid, uid, getgid() };
    c.a = (struct cmsghdr){ CMSG_LEN(sizeof u), SOL_SOCKET, SCM_CREDENTIALS }; memcpy(CMSG_DATA(&c.a), &u, sizeof u); as(what, sendmsg(pair[0], &m, 0)); }
int main(void) { const int on = 1; two(SOCK_SEQPACKET); send(pair[0], "x", 1, 0); setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
    union { struct cmsghdr a; char r[CMSG_SPACE(sizeof(struct ucred))]; } c; struct iovec p = { bytes, 1 };
    struct msghdr m = { .msg_iov = &p, .msg_iovlen = 1, .msg_control = c.r, .msg_controllen = sizeof c.r }; struct ucred u; recvmsg(pair[1], &m, 0); memcpy(&u, CMSG_DATA(&c.a), sizeof u);
    as("late: pid", u.pid); long nobody; FILE *f = fopen("/proc/sys/kernel/overflowuid", "r"); if (fscanf(f, "%ld", &nobody) != 1) return 9; as("late: user is nobody", u.uid == nobody);
    claim("pid 1", 1, getuid()); claim("another user", getpid(), 12345); return 0; }
C
    as_nobody run_program ./a
    assert_output 'late: pid 0
late: user is nobody 1
pid 1 EPERM
another user EPERM'
    # what this test itself may: bit 21 is CAP_SYS_ADMIN, bit 7 is CAP_SETUID
    may=$((0x$(sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status)))
    run_program ./a
    if [ $((may >> 21 & 1)) = 1 ]; then assert_line 'pid 1 1'; else assert_line 'pid 1 EPERM'; fi
    if [ $((may >> 7 & 1)) = 1 ]; then assert_line 'another user 1'; else assert_line 'another user EPERM'; fi
}

@test "one of one's own three users may be claimed, and the real one is told without a claim [L05]" {
    needs root
    says "its own process id, and one of its real, effective and saved users; else it is EPERM"
    says "the first has the effective user of whoever connected, a message ordinarily the real one of its sender"
    says "They come when SO_PASSCRED was on, at either end, as the message was sent, or the line was not accepted yet, or the sender attached them itself; and it has to be on at the receiver's as it is received"
    makes a <<C
$try
static void claim(uid_t uid) { union { struct cmsghdr a; char r[CMSG_SPACE(sizeof(struct ucred))]; } c = { .r = { 0 } }; struct iovec p = { bytes, 1 };
    struct msghdr m = { .msg_iov = &p, .msg_iovlen = 1, .msg_control = c.r, .msg_controllen = sizeof c.r }; struct ucred u = { getpid(), uid, getgid() };
    c.a = (struct cmsghdr){ CMSG_LEN(sizeof u), SOL_SOCKET, SCM_CREDENTIALS }; memcpy(CMSG_DATA(&c.a), &u, sizeof u); as("claim", sendmsg(pair[0], &m, 0)); }
static void told(void) { union { struct cmsghdr a; char r[CMSG_SPACE(sizeof(struct ucred))]; } c; struct iovec p = { bytes, 1 }; struct ucred u;
    struct msghdr m = { .msg_iov = &p, .msg_iovlen = 1, .msg_control = c.r, .msg_controllen = sizeof c.r }; recvmsg(pair[1], &m, 0);
    if (CMSG_FIRSTHDR(&m) == NULL) { puts("not told"); return; } memcpy(&u, CMSG_DATA(&c.a), sizeof u); as("told", u.uid == (uid_t)-1 ? -2 : (long)u.uid); }
int main(void) { int on = 1, off = 0; if (setresuid(1001, 1002, 1003)) return 9; two(SOCK_SEQPACKET); struct ucred u; socklen_t n = sizeof u; getsockopt(pair[1], SOL_SOCKET, SO_PEERCRED, &u, &n); as("peer", u.uid);
    setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on); claim(1001); told(); claim(1002); told(); claim(1003); told(); claim(1004); send(pair[0], "x", 1, 0); told();
    send(pair[0], "x", 1, 0); setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &off, sizeof on); told();
    setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on); send(pair[0], "x", 1, 0); setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on); told();
    two(SOCK_SEQPACKET); claim(1003); setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on); told(); struct sockaddr_un f = { .sun_family = AF_UNIX }; n = sizeof f;
    int s = sock(SOCK_SEQPACKET), t = sock(SOCK_SEQPACKET); if (bind(s, (struct sockaddr *)&f, 2) || listen(s, 1) || getsockname(s, (struct sockaddr *)&f, &n) || connect(t, (struct sockaddr *)&f, n)) return 9;
    send(t, "x", 1, 0); pair[1] = accept(s, NULL, NULL); setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on); told(); send(t, "x", 1, 0); told(); return 0; }
C
    run_program ./a
    assert_output 'peer 1002
claim 1
told 1001
claim 1
told 1002
claim 1
told 1003
claim EPERM
told 1001
not told
told 1001
claim 1
told 1003
told 1001
told 1001'
}

@test "a descriptor of the peer outlives it where there is one, the number is not taken back [L29]" {
    says "and a signal through that reaches nobody"
    says "here it still gives a descriptor"
    says "Newer kernels have SO_PEERPIDFD, which gives a descriptor of the process"
    makes a <<C
$try
#include <sys/syscall.h>
int main(void) { int s = heard(SOCK_STREAM, "desk", 1), fd = -1; socklen_t n = sizeof fd; pid_t c = fork(); if (c == 0) { came(SOCK_STREAM, "desk"); _exit(0); }
    int t = accept(s, NULL, NULL); waitpid(c, NULL, 0); struct ucred u; socklen_t m = sizeof u; getsockopt(t, SOL_SOCKET, SO_PEERCRED, &u, &m); as("number", u.pid == c);
    long r = getsockopt(t, SOL_SOCKET, 77, &fd, &n); as("pidfd", r); if (r == 0) as("signal", syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0)); return 0; }
C
    run_program ./a
    assert_line --index 0 'number 1'
    # older kernels have no such option, or refuse it for a peer that is dead
    case ${lines[1]} in
    'pidfd 0') assert_line --index 2 'signal ESRCH' ;;
    *) assert_line --index 1 --regexp '^pidfd (ENOPROTOOPT|EINVAL|ENODATA|ESRCH)$' ;;
    esac
}

# descriptors: for programs, sends n copies of fd through pair[0], receives through pair[1] with flags
descriptors='
static long give(int fd) { union { struct cmsghdr a; char r[CMSG_SPACE(4)]; } c = { .r = { 0 } }; struct iovec p = { bytes, 1 };
    struct msghdr m = { .msg_iov = &p, .msg_iovlen = 1, .msg_control = c.r, .msg_controllen = sizeof c.r };
    c.a = (struct cmsghdr){ CMSG_LEN(4), SOL_SOCKET, SCM_RIGHTS }; memcpy(CMSG_DATA(&c.a), &fd, 4); return sendmsg(pair[0], &m, 0); }
__attribute__((unused)) static int get(int flags) { union { struct cmsghdr a; char r[CMSG_SPACE(4)]; } c; struct iovec p = { bytes, 1 }; int fd;
    struct msghdr m = { .msg_iov = &p, .msg_iovlen = 1, .msg_control = c.r, .msg_controllen = sizeof c.r };
    if (recvmsg(pair[1], &m, flags) != 1 || CMSG_FIRSTHDR(&m) == NULL) return -1; memcpy(&fd, CMSG_DATA(&c.a), 4); return fd; }
'

@test "the mark for an exec is off unless it is asked for, and the number is another [L06]" {
    says "The mark for closing at an exec is the receiver's, and is off unless it asks for MSG_CMSG_CLOEXEC"
    makes a <<C
$try$descriptors
int main(void) { int f = open("/dev/null", O_RDONLY | O_CLOEXEC); two(SOCK_STREAM); give(f); give(f); int a = get(0), b = get(MSG_CMSG_CLOEXEC);
    as("other", a != f && a != -1); as("without", fcntl(a, F_GETFD)); as("with", fcntl(b, F_GETFD)); return 0; }
C
    run_program ./a
    assert_output 'other 1
without 0
with 1'
}

@test "what was sent survives its sender [L06b]" {
    makes a <<C
$try$descriptors
int main(void) { two(SOCK_STREAM); if (fork() == 0) { int p[2]; if (pipe(p)) _exit(9); write(p[1], "word", 4); give(p[0]); _exit(0); }
    wait(NULL); close(pair[0]); as("read", read(get(0), bytes, 9)); return 0; }
C
    run_program ./a
    assert_output 'read 4'
}

@test "rights of the open, not of the file: another user reads, and cannot write or open anew [L30]" {
    needs root
    says "what was opened for reading stays for reading, and whoever opens the file once more, by its name or through /proc, is asked for permissions of his own"
    makes a <<C
$try$descriptors
int main(void) { int f = open("secret", O_RDWR | O_CREAT, 0600); write(f, "top", 3); f = open("secret", O_RDONLY); two(SOCK_STREAM);
    if (fork() == 0) { if (setgid(65534) || setuid(65534)) _exit(9); int g = get(0); char same[64]; sprintf(same, "/proc/self/fd/%d", g);
        as("open", open("secret", O_RDONLY)); as("read", read(g, bytes, 9)); as("write", write(g, "x", 1)); as("anew", open(same, O_RDWR)); _exit(0); }
    give(f); wait(NULL); return 0; }
C
    chmod 755 .
    run_program ./a
    assert_output 'open EACCES
read 3
write EBADF
anew EACCES'
}

@test "read drops descriptors without a trace" {
    says "A receiver that does not want descriptors and calls read(2) is safe: they are closed on the way"
    makes a <<C
$try$descriptors
int main(void) { int p[2]; if (pipe(p)) return 9; two(SOCK_STREAM); give(p[0]); close(p[0]); signal(SIGPIPE, SIG_IGN); as("in flight", write(p[1], "x", 1));
    as("read", read(pair[1], bytes, 9)); as("closed", write(p[1], "x", 1)); return 0; }
C
    run_program ./a
    assert_output 'in flight 1
read 1
closed EPIPE'
}

@test "few numbers cut like little room, and a stream sends no descriptors without a byte [L33] [L08]" {
    says "what still finds a number arrives, the rest is closed, and no error says EMFILE"
    says "On a stream sendmsg(2) returns 0 and has sent nothing"
    makes a <<C
$try
#include <sys/resource.h>
static struct msghdr with(char *room, size_t size, size_t n, size_t count) { static struct iovec p; p = (struct iovec){ bytes, n }; struct msghdr m = { .msg_iov = &p, .msg_iovlen = 1, .msg_control = room, .msg_controllen = size };
    struct cmsghdr h = { CMSG_LEN(4 * count), SOL_SOCKET, SCM_RIGHTS }; if (count) { memcpy(room, &h, sizeof h); for (size_t i = 0; i < count; i++) memcpy(room + sizeof h + 4 * i, &(int){ 1 }, 4); } return m; }
int main(void) { _Alignas(8) char room[64] = ""; int p[3]; two(SOCK_STREAM | SOCK_NONBLOCK); for (int i = 0; i < 3; i++) p[i] = dup(1); for (int i = 1; i < 3; i++) close(p[i]);
    struct msghdr m = with(room, CMSG_SPACE(8), 1, 2); as("2 sent", sendmsg(pair[0], &m, 0)); struct rlimit few = { (rlim_t)p[1] + 1, (rlim_t)p[2] + 1 }; setrlimit(RLIMIT_NOFILE, &few);
    m = with(room, 64, 1, 0); as("received", recvmsg(pair[1], &m, 0)); as("descriptors", (long)(CMSG_FIRSTHDR(&m)->cmsg_len - CMSG_LEN(0)) / 4); as("cut", (m.msg_flags & MSG_CTRUNC) != 0);
    m = with(room, CMSG_SPACE(4), 0, 1); as("no byte", sendmsg(pair[0], &m, 0)); as("read", read(pair[1], bytes, 9)); return 0; }
C
    run_program ./a
    assert_output '2 sent 1
received 1
descriptors 1
cut 1
no byte 0
read EAGAIN'
}

@test "a receiver may refuse descriptors where the kernel lets it [L31]" {
    says "Newer kernels have SO_PASSRIGHTS: where the receiver sets it to 0, a message with descriptors fails at its sender, with EPERM"
    makes a <<C
$try$descriptors
int main(void) { const int off = 0; two(SOCK_STREAM); long r = setsockopt(pair[1], SOL_SOCKET, 83, &off, sizeof off); as("option", r);
    as("descriptor", give(0)); as("word", send(pair[0], "x", 1, 0)); return 0; }
C
    run_program ./a
    case ${lines[0]} in
    'option 0') assert_equal "${lines[*]:1}" 'descriptor EPERM word 1' ;;
    *) assert_equal "${lines[*]}" 'option ENOPROTOOPT descriptor 1 word 1' ;;
    esac
}
