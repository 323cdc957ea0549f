# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# What the chapter says of names, permissions and the line at the counter.

@test "strncpy makes a name that nobody meant; the whole length is EINVAL; /proc/self/fd is short [L20]" {
    says "strncpy into sun_path cuts it without a word, and bind(2) then makes a file under the cut name"
    says "The whole path with its whole length is EINVAL"
    says "A directory far down can be opened, and the path then is /proc/self/fd/N/NAME, which is short"
    makes a <<C
$try
int main(void) { char deep[160], near[64]; memset(deep, 'd', 139); deep[139] = 0; union { struct sockaddr_un u; char room[300]; } x = { .u.sun_family = AF_UNIX };
    struct sockaddr_un cut = { .sun_family = AF_UNIX };
#pragma GCC diagnostic ignored "-Wstringop-truncation"
    strncpy(cut.sun_path, deep, sizeof cut.sun_path);
    as("cut", bind(sock(SOCK_STREAM), (struct sockaddr *)&cut, sizeof cut)); deep[108] = 0; as("file", access(deep, F_OK)); deep[108] = 'd';
    memcpy(x.room + 2, deep, 140); as("whole", bind(sock(SOCK_STREAM), (struct sockaddr *)&x.u, 142));
    mkdir(deep, 0700); int d = open(deep, O_PATH); sprintf(near, "/proc/self/fd/%d/s", d); heard(SOCK_STREAM, near, 1); strcat(deep, "/s");
    as("there", access(deep, F_OK)); as("connect", connect(sock(SOCK_STREAM), at(near), sizeof named)); return 0; }
C
    run_program ./a
    assert_output 'cut 0
file 0
whole EINVAL
there 0
connect 0'
}

@test "a path of 108 bytes without a null byte is one for the kernel, and the length counts [L20]" {
    says "The address of a local socket is a structure: the family, and room for a path of 108 bytes"
    says "How much of it counts is told by a length, which the calls take beside it"
    says "The kernel takes a path of 108 bytes without one, too"
    makes a <<C
$try
_Static_assert(sizeof named.sun_path == 108, "room");
int main(void) { struct sockaddr_un u = { .sun_family = AF_UNIX }; char path[109] = ""; memset(path, 'x', 108); memcpy(u.sun_path, path, 108);
    int s = sock(SOCK_STREAM); as("108", bind(s, (struct sockaddr *)&u, sizeof u)); listen(s, 1); as("there", access(path, F_OK)); as("connect", connect(sock(SOCK_STREAM), (struct sockaddr *)&u, sizeof u));
    as("9 of them", bind(sock(SOCK_STREAM), (struct sockaddr *)&u, 2 + 9)); path[9] = 0; as("there", access(path, F_OK)); return 0; }
C
    run_program ./a
    assert_output '108 0
there 0
connect 0
9 of them 0
there 0'
}

@test "a relative name starts where the caller stands, and a socket binds once [L25]" {
    says "A path that does not begin with a slash starts in the directory of the process that makes the call"
    makes a <<C
$try
int main(void) { int s = heard(SOCK_STREAM, "rel", 1); socklen_t n = sizeof named; mkdir("other", 0700); chdir("other");
    as("elsewhere", connect(sock(SOCK_STREAM), at("rel"), sizeof named)); as("from there", connect(sock(SOCK_STREAM), at("../rel"), sizeof named));
    getsockname(s, (struct sockaddr *)&named, &n); puts(named.sun_path); as("again", bind(s, at("more"), sizeof named)); return 0; }
C
    run_program ./a
    assert_output 'elsewhere ENOENT
from there 0
rel
again EINVAL'
}

@test "a symbolic link and a second name lead to the inode [L24]" {
    says "What the client reaches is the inode: another link leads to it, a new name too"
    makes a <<C
$try
int main(void) { int s = heard(SOCK_STREAM, "desk", 9); link("desk", "two"); symlink("two", "three"); rename("desk", "four");
    as("two", connect(sock(SOCK_STREAM), at("two"), sizeof named)); as("three", connect(sock(SOCK_STREAM), at("three"), sizeof named));
    as("four", connect(sock(SOCK_STREAM), at("four"), sizeof named)); as("old", connect(sock(SOCK_STREAM), at("desk"), sizeof named));
    socklen_t n = sizeof named; getsockname(s, (struct sockaddr *)&named, &n); puts(named.sun_path); return 0; }
C
    run_program ./a
    assert_output 'two 0
three 0
four 0
old ENOENT
desk'
}

@test "who can read a file can lock it, also against its owner" {
    needs root
    says "Whoever can open the file, for reading even, can lock it, so its mode is 0600"
    makes b <<C
$try
#include <sys/file.h>
int main(void) { int own = open("lock", O_RDWR | O_CREAT, 0600), p[2]; fchmod(own, 0644); if (pipe(p)) return 9; pid_t c = fork();
    if (c == 0) { if (setgid(65534) || setuid(65534)) return 9; as("a reader", flock(open("lock", O_RDONLY), LOCK_EX | LOCK_NB)); as("writes", open("lock", O_RDWR)); write(p[1], "x", 1); pause(); }
    read(p[0], bytes, 1); as("its owner", flock(own, LOCK_EX | LOCK_NB)); kill(c, SIGKILL); wait(NULL); as("afterwards", flock(own, LOCK_EX | LOCK_NB)); return 0; }
C
    chmod 755 .
    run_program ./b
    assert_output 'a reader 0
writes EACCES
its owner EAGAIN
afterwards 0'
}

@test "a lock goes when nobody has the open file, a child or a message neither" {
    says "takes it back when that process is gone, however it went, unless a child of it has the file open, or a message that nobody has received yet"
    makes a <<C
$try
#include <sys/file.h>
static void again(const char *what) { int f = open("lock", O_RDWR | O_CREAT, 0600); as(what, flock(f, LOCK_EX | LOCK_NB)); close(f); }
int main(void) { for (int way = 0; way < 3; way++) { int p[2]; if (pipe(p)) return 9; two(SOCK_STREAM); pid_t c = fork();
    if (c == 0) { int f = open("lock", O_RDWR | O_CREAT, 0600); if (flock(f, LOCK_EX)) _exit(9); close(p[1]);
        if (way == 1 && fork() == 0) { close(pair[0]); read(p[0], bytes, 1); close(f); _exit(0); }
        if (way == 2) { union { struct cmsghdr a; char r[CMSG_SPACE(4)]; } u = { .r = { 0 } }; struct iovec v = { bytes, 1 };
            struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = u.r, .msg_controllen = sizeof u.r };
            u.a = (struct cmsghdr){ CMSG_LEN(4), SOL_SOCKET, SCM_RIGHTS }; memcpy(CMSG_DATA(&u.a), &f, 4); sendmsg(pair[0], &m, 0); }
        kill(getpid(), SIGKILL); }
    wait(NULL); again(way == 0 ? "gone" : way == 1 ? "a child" : "a message"); close(p[1]); close(pair[0]); if (way == 2) read(pair[1], bytes, 1); while (read(pair[1], bytes, 1) == 1) ; if (way == 2) again("received"); close(p[0]); close(pair[1]); }
    return 0; }
C
    run_program ./a
    assert_output 'gone 0
a child EAGAIN
a message EAGAIN
received 0'
}

@test "a socket's file cannot be opened, and so not be locked" {
    says "It has to be on a file of its own: a socket's file cannot be opened"
    makes a <<C
$try
#include <sys/file.h>
int main(void) { heard(SOCK_STREAM, "desk", 1); as("read", open("desk", O_RDONLY)); as("write", open("desk", O_WRONLY));
    as("lock", flock(open("desk", O_PATH), LOCK_EX)); return 0; }
C
    run_program ./a
    assert_output 'read ENXIO
write ENXIO
lock EBADF'
    run_shell 'cat desk'
    assert_stderr 'cat: desk: No such device or address'
    says "which is what cat prints that was pointed at a socket"
    says "But for O_PATH, which opens the place alone, open(2) says ENXIO"
}

@test "two that try connect first rob each other all the same [L10]" {
    says "both are refused, one unlinks and binds, and is robbed by the other, which unlinks only then"
    makes a <<C
$try
int main(void) { close(heard(SOCK_STREAM, "desk", 1)); as("a", connect(sock(SOCK_STREAM), at("desk"), sizeof named));
    as("b", connect(sock(SOCK_STREAM), at("desk"), sizeof named)); unlink("desk"); int a = heard(SOCK_STREAM, "desk", 1);
    unlink("desk"); int b = heard(SOCK_STREAM, "desk", 1); came(SOCK_STREAM, "desk"); struct pollfd p[] = { { a, POLLIN, 0 }, { b, POLLIN, 0 } };
    poll(p, 2, 0); as("a", p[0].revents); as("b", p[1].revents); return 0; }
C
    run_program ./a
    assert_output 'a ECONNREFUSED
b ECONNREFUSED
a 0
b 1'
}

# for_others MODE: a server at desk with the file's MODE, made by root, and another user who connects
for_others() {
    as_nobody true
    makes a <<C
$try
int main(int n, char **v) { (void)n; umask(022); heard(SOCK_STREAM, "desk", 9); chmod("desk", (mode_t)strtol(v[1], NULL, 8));
    if (setgid(65534) || setuid(65534)) err(9, "setuid"); as("connect", connect(sock(SOCK_STREAM), at("desk"), sizeof named)); return 0; }
C
    rm -f desk
    chmod 755 .
    run_program ./a "$1"
}

@test "another user needs to write to the file, and to search the directory [L11]" {
    needs root
    says "and with the usual 022 others may not write, so they are refused with EACCES"
    says "A server for everybody has to open its file, and one for few has to close it"
    for_others 755
    assert_output 'connect EACCES'
    for_others 722
    assert_output 'connect 0'
    for_others 775
    assert_output 'connect EACCES'
    chmod 700 "$PWD"
    run_shell 'rm desk; chown root .; chmod 700 .; ./a 777'
    assert_output 'connect EACCES'
}

@test "the mode of the socket is that of the file, less the umask" {
    says "the mode that fchmod(2) gives to the socket is the one with which the file is made, less the umask"
    makes a <<C
$try
int main(void) { int s = sock(SOCK_STREAM); umask(022); fchmod(s, 0660); bind(s, at("desk"), sizeof named); as("afterwards", fchmod(s, 0600)); return 0; }
C
    says "Afterwards fchmod(2) succeeds and changes the file no more"
    run_shell './a; stat -c %a desk'
    assert_output 'afterwards 0
640'
}

@test "read-only stops making and removing, not connecting and writing [L32]" {
    needs mounts
    says "Read-only stops whoever makes or removes files"
    makes a <<C
$try
int main(void) { int s = came(SOCK_STREAM, "ro/desk"); as("write", write(s, "x", 1)); as("make", open("ro/new", O_CREAT | O_RDWR, 0600));
    as("remove", unlink("ro/desk")); return 0; }
C
    makes b <<C
$try
int main(void) { heard(SOCK_STREAM, "rw/desk", 9); puts("ready"); fflush(stdout); pause(); return 0; }
C
    run_shell 'mkdir rw ro; mkfifo ready; ./b > ready & server=$!; read -r line < ready
        unshare --mount --propagation private sh -c "mount --bind rw ro && mount -o remount,bind,ro ro && ./a"; kill $server; wait $server 2> /dev/null; true'
    assert_output 'write 1
make EROFS
remove EROFS'
}

@test "the backlog is cut to somaxconn, one more gets in [L13]" {
    needs root namespaces
    says "One more gets in than was said, and what is said is cut to net.core.somaxconn"
    makes a <<C
$try
int main(void) { heard(SOCK_STREAM, "desk", 1000); int n = 0; while (connect(sock(SOCK_STREAM | SOCK_NONBLOCK), at("desk"), sizeof named) == 0) n++;
    as("next", -1); as("in", n); return 0; }
C
    run_shell 'unshare --net --pid --fork --mount-proc sh -c "echo 3 > /proc/sys/net/core/somaxconn; ./a"'
    assert_output 'next EAGAIN
in 4'
}

@test "EAGAIN has begun nothing, and who does not listen refuses [L13] [L14]" {
    says "ECONNREFUSED means that nobody listens"
    says "The client can already send, and can be gone before the server looks: accept4(2) then hands over a line that holds a question and an end"
    says "A non-blocking local connect(2) succeeds or fails with EAGAIN, and after EAGAIN nothing was begun, so there is nothing to wait for and the call has to be made again"
    makes a <<C
$try
int main(void) { bound(SOCK_STREAM, "idle"); as("idle", connect(sock(SOCK_STREAM), at("idle"), sizeof named)); int s = heard(SOCK_STREAM, "desk", 0);
    int a = sock(SOCK_STREAM | SOCK_NONBLOCK), b = sock(SOCK_STREAM | SOCK_NONBLOCK); struct sockaddr_un u; socklen_t n = sizeof u;
    as("first", connect(a, at("desk"), sizeof named)); as("second", connect(b, at("desk"), sizeof named)); accept(s, NULL, NULL);
    as("peer", getpeername(b, (struct sockaddr *)&u, &n)); as("again", connect(b, at("desk"), sizeof named));
    write(b, "hello", 5); close(b); int t = accept(s, NULL, NULL); as("gone, its question", read(t, bytes, 9)); as("and the end", read(t, bytes, 9)); return 0; }
C
    run_program ./a
    assert_output 'idle ECONNREFUSED
first 0
second EAGAIN
peer ENOTCONN
again 0
gone, its question 5
and the end 0'
}

@test "datagrams come in order, and a full receiver lets a sender sleep [L01] [L01b]" {
    says "Not between local sockets, and none overtakes another"
    makes a <<C
$try
int main(int n, char **v) { (void)v; int d = bound(SOCK_DGRAM, "desk"), s = sock(SOCK_DGRAM); connect(s, at("desk"), sizeof named);
    pid_t c = fork(); if (c == 0) { close(d); for (int i = 0; i < 5000; i++) if (send(s, &i, sizeof i, 0) != sizeof i) _exit(1); _exit(0); }
    close(s); if (n > 1) { printf("%d\n", c); fflush(stdout); read(0, bytes, 1); }
    int i, k = 0; while (k < 5000 && recv(d, &i, sizeof i, 0) == sizeof i && i == k) k++; as("in order", k); int st; wait(&st); as("sender", st); return 0; }
C
    run_program ./a
    assert_output 'in order 5000
sender 0'
    run_shell "$functions"'rm desk; mkfifo told tell; ./a wait > told < tell & exec 6< told 5> tell; read -r sender <&6; sleeping $sender; echo sleeps; echo >&5; cat <&6'
    assert_output 'sleeps
in order 5000
sender 0'
}

@test "a receiver that closes or leaves a partner loses what it has not read, and later senders are told [L01]" {
    says "What can be lost is what lies unread when the receiver closes, or leaves a partner for another one"
    says "Its next one is refused: with ECONNREFUSED if the receiver closed (or with ENOENT, if it goes to a name that is gone, too), else with EPERM, and the partner that was left gets ECONNRESET first"
    makes a <<C
$try
int main(void) { int r = bound(SOCK_DGRAM | SOCK_NONBLOCK, "r"), a = bound(SOCK_DGRAM, "partner"), b = sock(SOCK_DGRAM); bound(SOCK_DGRAM, "c"); connect(a, at("r"), sizeof named); connect(b, at("r"), sizeof named);
    send(b, "b", 1, 0); connect(r, at("partner"), sizeof named); as("its first partner: unread", recv(r, bytes, 9, 0)); as("another sends", send(b, "b", 1, 0));
    send(a, "a", 1, 0); connect(r, at("c"), sizeof named); as("another partner: unread", recv(r, bytes, 9, 0)); as("the one that was left", send(a, "a", 1, 0)); as("and again", send(a, "a", 1, 0)); as("another", send(b, "b", 1, 0));
    close(r); as("closed", send(b, "b", 1, 0)); unlink("r"); as("gone", sendto(sock(SOCK_DGRAM), "b", 1, 0, at("r"), sizeof named)); return 0; }
C
    run_program ./a
    assert_output 'its first partner: unread 1
another sends EPERM
another partner: unread EAGAIN
the one that was left ECONNRESET
and again EPERM
another EPERM
closed ECONNREFUSED
gone ENOENT'
}

@test "two limits: of a named receiver for all its senders, and of each sender [L21]" {
    needs namespaces root
    says "At a receiver that is not connected to the sender a number of messages may lie, of all such senders together: net.unix.max_dgram_qlen, a setting of the machine or the container, and one more"
    says "A larger SO_RCVBUF gives the receiver more room in the network, and here it does nothing"
    says "A datagram that does not fit into its sender's room is refused with EMSGSIZE"
    says "In a pair only the second limit counts"
    says "And each sender has SO_SNDBUF bytes for its messages that nobody has read yet, with what the kernel adds to each"
    makes a <<C
$try
static int fits(int option) { int n = 0, few = 4608; two(SOCK_STREAM | SOCK_NONBLOCK); if (option) setsockopt(pair[option == SO_RCVBUF], SOL_SOCKET, option, &few, sizeof few);
    while (send(pair[0], "x", 1, 0) == 1) n++; return n; }
int main(void) { int d = bound(SOCK_DGRAM, "desk"), n = 0, small = 4608, size; socklen_t room = sizeof size;
    for (;;) { int s = sock(SOCK_DGRAM | SOCK_NONBLOCK); if (sendto(s, "x", 1, 0, at("desk"), sizeof named) != 1) break; n++; }
    as("another sender", -1); as("of all senders", n); recv(d, bytes, 9, 0);
    int e = bound(SOCK_DGRAM | SOCK_NONBLOCK, "even"), o = bound(SOCK_DGRAM, "odd"); connect(e, at("odd"), sizeof named); connect(o, at("even"), sizeof named); n = 0;
    while (send(e, "x", 1, 0) == 1) n++; as("more to a partner with a name", n > 50); as("SO_RCVBUF", fits(SO_RCVBUF) == fits(0)); as("SO_SNDBUF", fits(SO_SNDBUF) < fits(0));
    two(SOCK_DGRAM | SOCK_NONBLOCK); n = 0; while (send(pair[0], "x", 1, 0) == 1) n++; as("more in a pair", n > 50);
    two(SOCK_DGRAM | SOCK_NONBLOCK); setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small); getsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, &room);
    n = 0; while (send(pair[0], "x", 1, 0) == 1) n++; as("fewer bytes than SO_SNDBUF", n > 0 && n < size / 2); as("the other way", send(pair[1], "x", 1, 0));
    recv(pair[1], bytes, 9, 0); static char large[65536]; as("larger", send(pair[0], large, sizeof large, 0)); return 0; }
C
    run_shell 'unshare --net --pid --fork --mount-proc sh -c "echo 7 > /proc/sys/net/unix/max_dgram_qlen; ./a"'
    assert_output 'another sender EAGAIN
of all senders 8
more to a partner with a name 1
SO_RCVBUF 1
SO_SNDBUF 1
more in a pair 1
fewer bytes than SO_SNDBUF 1
the other way 1
larger EMSGSIZE'
}

@test "who comes to a full line sleeps in connect until one is accepted [L13]" {
    says "it sleeps in connect(2), or, if it does not wait, gets EAGAIN"
    makes a <<C
$try
int main(void) { int s = heard(SOCK_STREAM, "desk", 0), one = came(SOCK_STREAM, "desk"); pid_t c = fork(); if (c == 0) { as("connect", connect(sock(SOCK_STREAM), at("desk"), sizeof named)); return 0; }
    printf("%d\n", c); fflush(stdout); read(0, bytes, 1); accept(s, NULL, NULL); int st; wait(&st); as("its status", st); return one < 0; }
C
    run_shell "$functions"'mkfifo told tell; ./a > told < tell & exec 6< told 5> tell; read -r client <&6; sleeping $client; echo sleeps; echo >&5; cat <&6'
    assert_output 'sleeps
connect 0
its status 0'
}

@test "an abstract name has no permissions and belongs to the network namespace [L12]" {
    needs root namespaces
    says "A container that shares the network of its machine reaches the machine's abstract names although it sees none of its files; one that has a network of its own reaches none of them, and a path that both see leads across"
    makes a <<C
$try
#include <sched.h>
int main(void) { char name[64]; int n = sprintf(name, "%crules.%d", 0, getpid()); struct sockaddr_un u = { .sun_family = AF_UNIX };
    memcpy(u.sun_path, name, (size_t)n); socklen_t length = (socklen_t)(2 + n); int s = sock(SOCK_STREAM); umask(0777); fchmod(s, 0);
    if (bind(s, (struct sockaddr *)&u, length) || listen(s, 9)) err(9, "abstract"); umask(0); heard(SOCK_STREAM, "desk", 9);
    if (fork() == 0) { if (unshare(CLONE_NEWNET)) err(9, "unshare");
        as("another network, abstract", connect(sock(SOCK_STREAM), (struct sockaddr *)&u, length));
        as("another network, path", connect(sock(SOCK_STREAM), at("desk"), sizeof named)); return 0; }
    wait(NULL); if (chroot("empty") || chdir("/") || setuid(65534)) err(9, "chroot");
    as("no files, another user, abstract", connect(sock(SOCK_STREAM), (struct sockaddr *)&u, length));
    as("path", connect(sock(SOCK_STREAM), at("desk"), sizeof named)); return 0; }
C
    mkdir empty
    run_program ./a
    assert_output 'another network, abstract ECONNREFUSED
another network, path 0
no files, another user, abstract 0
path ENOENT'
}

@test "each byte of an abstract name counts, null bytes too [L12b]" {
    says "it is gone with the socket, and can be bound again"
    says "To the kernel all bytes belong to the name that the length covers"
    makes a <<C
$try
int main(void) { struct sockaddr_un u = { .sun_family = AF_UNIX }; int n = sprintf(u.sun_path + 1, "rules.%d%cx", getpid(), 0); socklen_t all = (socklen_t)(3 + n);
    int s = sock(SOCK_STREAM); bind(s, (struct sockaddr *)&u, all); close(s); s = sock(SOCK_STREAM); as("once more", bind(s, (struct sockaddr *)&u, all)); listen(s, 9);
    as("all", connect(sock(SOCK_STREAM), (struct sockaddr *)&u, all)); as("to the null byte", connect(sock(SOCK_STREAM), (struct sockaddr *)&u, all - 2)); return 0; }
C
    run_program ./a
    assert_output 'once more 0
all 0
to the null byte ECONNREFUSED'
}

@test "a name from the kernel is nobody else's, and a connected socket hears its partner alone [L19]" {
    says "A client that gives bind(2) an address without a path gets an abstract name from the kernel that nobody else has"
    says "calls it autobind"
    says "One with SO_PASSCRED, of which the next section tells, gets such a name as it connects or sends"
    says "What others send to a datagram socket after its connect(2) is refused with EPERM"
    says "What lay there before its first one is still received"
    makes a <<C
$try
int main(void) { struct sockaddr_un f = { .sun_family = AF_UNIX }, a, b; socklen_t n = sizeof a, m = sizeof b; int s = sock(SOCK_DGRAM), t = sock(SOCK_DGRAM);
    bind(s, (struct sockaddr *)&f, 2); bind(t, (struct sockaddr *)&f, 2); getsockname(s, (struct sockaddr *)&a, &n); getsockname(t, (struct sockaddr *)&b, &m);
    as("differ", memcmp(a.sun_path, b.sun_path, 6) != 0 && a.sun_path[0] == 0); as("early", sendto(t, "x", 1, 0, (struct sockaddr *)&a, n)); int d = bound(SOCK_DGRAM, "desk"); connect(s, at("desk"), sizeof named);
    as("a third", sendto(t, "x", 1, 0, (struct sockaddr *)&a, n)); as("its partner", sendto(d, "x", 1, 0, (struct sockaddr *)&a, n));
    as("the early one", recv(s, bytes, 9, 0)); const int on = 1;
    for (int i = 0; i < 2; i++) { int c = sock(SOCK_DGRAM); setsockopt(c, SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
        if (i == 0) connect(c, at("desk"), sizeof named); else sendto(c, "x", 1, 0, at("desk"), sizeof named);
        n = sizeof a; getsockname(c, (struct sockaddr *)&a, &n); as("named", n == 8 && a.sun_path[0] == 0); } return 0; }
C
    run_program ./a
    assert_output 'differ 1
early 1
a third EPERM
its partner 1
the early one 1
named 1
named 1'
}
