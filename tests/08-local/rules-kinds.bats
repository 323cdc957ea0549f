# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# What the chapter says of pairs and of the three kinds, tried with other programs.

@test "AF_LOCAL is AF_UNIX" {
    says "AF_UNIX is the family of the local sockets; AF_LOCAL is another name of it"
    makes a <<C
$try
int main(void) { as("same", AF_LOCAL == AF_UNIX); as("pair", socketpair(AF_LOCAL, SOCK_STREAM, 0, pair)); return 0; }
C
    run_program ./a
    assert_output 'same 1
pair 0'
}

@test "a child that holds the other end as well waits when its parent is gone" {
    says "With both ends open, the child's read(2) would wait, not end, if the parent died before it wrote"
    makes a <<C
$try
int main(int n, char **v) { int p[2]; (void)v; if (pipe(p)) return 9; two(SOCK_STREAM);
    if (fork() == 0) { close(p[1]); if (n > 1) close(pair[0]); read(p[0], bytes, 1); /* until the parent has closed all */
        as("read", recv(pair[1], bytes, 9, n > 1 ? 0 : MSG_DONTWAIT)); return 0; }
    close(pair[0]); close(pair[1]); close(p[1]); wait(NULL); return 0; }
C
    run_program ./a
    assert_output 'read EAGAIN'
    run_program ./a close
    assert_output 'read 0'
}

@test "a message that was cut is told by MSG_TRUNC, and no end of record is told [L17]" {
    says "The EAGAIN below the four says that five bytes will not come any more"
    says "recvmsg(2) would have told it, by MSG_TRUNC in the flags of the message"
    makes a <<C
$try
int main(void) { int kinds[] = { SOCK_SEQPACKET, SOCK_DGRAM, SOCK_STREAM };
    for (int i = 0; i < 3; i++) { two(kinds[i] | SOCK_NONBLOCK); send(pair[0], "123456789", 9, 0);
        struct iovec part = { bytes, 4 }; struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };
        as("got", recvmsg(pair[1], &m, 0)); as("cut", (m.msg_flags & MSG_TRUNC) != 0); as("record", (m.msg_flags & MSG_EOR) != 0);
        as("rest", recv(pair[1], bytes, 9, 0)); } return 0; }
C
    run_program ./a
    assert_output "$(printf 'got 4\ncut 1\nrecord 0\nrest EAGAIN\n%.0s' 1 2; printf 'got 4\ncut 0\nrecord 0\nrest 5')"
}

@test "an empty message and an end are both 0, and a receive without room is 0 on a stream, too [L17]" {
    says "Sequenced packets have empty messages, too, and a closed end returns the same 0"
    says "On a stream it means that no more will come, if room was asked for"
    says "POLLRDHUP says that the other end will send no more, whatever is still to be read"
    says "tells them apart while the sender has neither closed nor shut down its writing"
    makes a <<C
$try
int main(void) { two(SOCK_SEQPACKET); send(pair[0], "", 0, 0); as("empty", recv(pair[1], bytes, 9, 0));
    close(pair[0]); as("end", recv(pair[1], bytes, 9, 0));
    two(SOCK_SEQPACKET); struct pollfd p = { pair[1], POLLRDHUP, 0 }; send(pair[0], "", 0, 0); poll(&p, 1, 0); as("open, hung up", p.revents != 0);
    close(pair[0]); poll(&p, 1, 0); as("closed, hung up", (p.revents & POLLRDHUP) != 0); as("unread", recv(pair[1], bytes, 9, 0));
    two(SOCK_SEQPACKET); p.fd = pair[1]; send(pair[0], "", 0, 0); shutdown(pair[0], SHUT_WR); poll(&p, 1, 0); as("shut down, hung up", (p.revents & POLLRDHUP) != 0);
    two(SOCK_STREAM | SOCK_NONBLOCK); send(pair[0], "x", 1, 0); as("no room", read(pair[1], bytes, 0)); as("still", read(pair[1], bytes, 9)); return 0; }
C
    run_program ./a
    assert_output 'empty 0
end 0
open, hung up 0
closed, hung up 1
unread 0
shut down, hung up 1
no room 0
still 1'
}

@test "FIONREAD is the next datagram and the sum elsewhere; each peek brings descriptors anew [L18]" {
    makes a <<C
$try
static int take(int flags) { union { struct cmsghdr a; char r[64]; } c; struct iovec p = { bytes, 1 };
    struct msghdr m = { .msg_iov = &p, .msg_iovlen = 1, .msg_control = c.r, .msg_controllen = sizeof c.r };
    if (recvmsg(pair[1], &m, flags) != 1) err(9, "recvmsg"); return *(int *)(void *)CMSG_DATA(CMSG_FIRSTHDR(&m)); }
int main(void) { int n, kinds[] = { SOCK_STREAM, SOCK_SEQPACKET, SOCK_DGRAM };
    for (int i = 0; i < 3; i++) { two(kinds[i]); send(pair[0], "abc", 3, 0); send(pair[0], "abcd", 4, 0);
        ioctl(pair[1], FIONREAD, &n); as("unread", n); }
    two(SOCK_STREAM); union { struct cmsghdr a; char r[CMSG_SPACE(4)]; } c = { .r = { 0 } }; struct iovec p = { bytes, 1 };
    struct msghdr m = { .msg_iov = &p, .msg_iovlen = 1, .msg_control = c.r, .msg_controllen = sizeof c.r };
    c.a = (struct cmsghdr){ CMSG_LEN(4), SOL_SOCKET, SCM_RIGHTS }; *(int *)(void *)CMSG_DATA(&c.a) = 2; sendmsg(pair[0], &m, 0);
    int one = take(MSG_PEEK), another = take(MSG_PEEK), last = take(0);
    as("three", one != another && another != last && one != last && fcntl(one, F_GETFD) != -1 && fcntl(another, F_GETFD) != -1); return 0; }
C
    run_program ./a
    assert_output 'unread 7
unread 7
unread 3
three 1'
}

@test "a message with descriptors is a mark in a stream, after itself [L02]" {
    says "It keeps the order of the bytes and forgets the calls"
    says "who has room for nine gets seven, unless descriptors or credentials came beside some of them, or an urgent byte is between"
    makes a <<C
$try
int main(void) { two(SOCK_STREAM | SOCK_NONBLOCK); send(pair[0], "xx", 2, 0);
    union { struct cmsghdr a; char r[CMSG_SPACE(4)]; } c = { .r = { 0 } }; struct iovec p = { (char[]){ "yy" }, 2 };
    struct msghdr m = { .msg_iov = &p, .msg_iovlen = 1, .msg_control = c.r, .msg_controllen = sizeof c.r };
    c.a = (struct cmsghdr){ CMSG_LEN(4), SOL_SOCKET, SCM_RIGHTS }; *(int *)(void *)CMSG_DATA(&c.a) = 2; sendmsg(pair[0], &m, 0);
    send(pair[0], "zz", 2, 0); union { struct cmsghdr a; char r[64]; } d; p = (struct iovec){ bytes, 9 };
    m = (struct msghdr){ .msg_iov = &p, .msg_iovlen = 1, .msg_control = d.r, .msg_controllen = sizeof d.r };
    as("first", recvmsg(pair[1], &m, 0)); as("then", read(pair[1], bytes, 9));
    const int on = 1; two(SOCK_STREAM | SOCK_NONBLOCK); setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on); send(pair[0], "xx", 2, 0);
    if (fork() == 0) { send(pair[0], "yy", 2, 0); _exit(0); } wait(NULL); as("of two processes", read(pair[1], bytes, 9)); return 0; }
C
    run_program ./a
    assert_output 'first 4
then 2
of two processes 2'
}

@test "SIGPIPE ends who writes to nobody, and ignored it is EPIPE" {
    says "If the other end has left, a write to a stream would end us by SIGPIPE; with the signal ignored it fails with EPIPE"
    says "A packet to nobody only fails"
    makes a <<C
$try
int main(int n, char **v) { if (n > 2) two(SOCK_SEQPACKET); else two(SOCK_STREAM);
    close(pair[1]); if (v[1] != NULL && *v[1] == 'i') signal(SIGPIPE, SIG_IGN);
    as("write", write(pair[0], "x", 1)); return 0; }
C
    run_program ./a ignored
    assert_output 'write EPIPE'
    run_program ./a
    assert_killed SIGPIPE
    run_program ./a heeded packets
    assert_output 'write EPIPE'
}

@test "streams have an urgent byte, the other kinds refuse it [L23]" {
    makes a <<C
$try
int main(void) { int kinds[] = { SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM };
    for (int i = 0; i < 3; i++) { two(kinds[i] | SOCK_NONBLOCK); write(pair[0], "ab", 2); as("urgent", send(pair[0], "!", 1, MSG_OOB)); }
    write(pair[0], "cd", 2); as("apart", recv(pair[1], bytes, 1, MSG_OOB)); printf("%c\n", bytes[0]);
    as("read", read(pair[1], bytes, 9)); as("read", read(pair[1], bytes, 9)); return 0; }
C
    run_program ./a
    assert_line --index 0 'urgent EOPNOTSUPP'
    assert_line --index 1 'urgent EOPNOTSUPP'
    # a kernel without CONFIG_AF_UNIX_OOB refuses the third, too
    case ${lines[2]} in
    'urgent 1') assert_equal "${lines[*]:3}" 'apart 1 ! read 2 read 2' ;;
    *) assert_line --index 2 'urgent EOPNOTSUPP' ;;
    esac
}

@test "a time-out works, options of TCP do not, and a socket is not opened again [L28]" {
    makes a <<C
$try
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/time.h>
int main(void) { const int on = 1; const struct timeval soon = { .tv_usec = 1000 }; char same[64]; two(SOCK_STREAM);
    as("TCP_NODELAY", setsockopt(pair[0], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
    as("SO_KEEPALIVE", setsockopt(pair[0], SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on));
    as("SO_RCVTIMEO", setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof soon)); as("read", read(pair[0], bytes, 9));
    sprintf(same, "/proc/self/fd/%d", pair[0]); as("open", open(same, O_RDWR)); return 0; }
C
    run_program ./a
    assert_output 'TCP_NODELAY EOPNOTSUPP
SO_KEEPALIVE 0
SO_RCVTIMEO 0
read EAGAIN
open ENXIO'
}
