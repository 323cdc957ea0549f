bats_require_minimum_version 1.13.0
load ../lib/helpers
load rules

# What is said of pipes, sockets and queues, tried with programs that are not the
# book's.

@test "a reader of an empty pipe waits, unless it has set O_NONBLOCK, and bytes go to one of two readers" {
    says "a read from an empty pipe waits while somebody can still write, unless O_NONBLOCK is set"
    says "Bytes go in one direction, in order, each to one reader"
    says "the kernel makes readers wait for data and writers for room"
    tries <<'C'
int main(void)
{
    int p[2], q[2], full = 0;
    char text[4];
    THAT("pipes", pipe2(p, O_CLOEXEC) == 0 && pipe2(q, O_CLOEXEC | O_NONBLOCK) == 0);
    pid_t child = forked();
    if (child == 0)
        _exit(read(p[0], text, 2) == 2 && memcmp(text, "ab", 2) == 0 ? 0 : 1);
    asleep(child);
    THAT("it did not come back", waitpid(child, NULL, WNOHANG) == 0);
    THAT("write", write(p[1], "abcd", 4) == 4);
    collect(child);
    THAT("the next reader has the rest", read(p[0], text, 4) == 2 && memcmp(text, "cd", 2) == 0);
    THAT("not backwards", write(p[0], "x", 1) == -1 && errno == EBADF);
    THAT("O_NONBLOCK", read(q[0], text, 1) == -1 && errno == EAGAIN);
    THAT("nobody can write", close(p[1]) == 0 && read(p[0], text, 1) == 0);
    while (write(q[1], "x", 1) == 1)
        full++;
    THAT("full, with O_NONBLOCK", full > 0 && errno == EAGAIN);
    THAT("without", fcntl(q[1], F_SETFL, 0) == 0);
    child = forked();
    if (child == 0)
        _exit(write(q[1], "y", 1) == 1 ? 0 : 1);
    asleep(child);
    THAT("the writer waits", waitpid(child, NULL, WNOHANG) == 0);
    static char much[1 << 20];
    while (read(q[0], much, sizeof much) > 0)
        ;
    collect(child);
    return 0;
}
C
}

@test "an open of a FIFO for one direction waits, for both or with O_NONBLOCK to read it does not" {
    says "an open for one direction waits for its partner"
    says --in E-hello "O_NONBLOCK spares the reading parent that wait"
    tries <<'C'
int main(void)
{
    THAT("mkfifo", mkfifo("f", 0600) == 0);
    int modes[] = { O_RDONLY, O_WRONLY };
    for (int i = 0; i < 2; i++) {
        pid_t child = forked();
        if (child == 0)
            _exit(open("f", modes[i] | O_CLOEXEC) != -1 ? 0 : 1);
        asleep(child);
        THAT("it waits", waitpid(child, NULL, WNOHANG) == 0);
        int partner = open("f", modes[!i] | O_CLOEXEC);
        collect(child);
        close(partner);
    }
    int both = open("f", O_RDWR | O_CLOEXEC);
    THAT("O_RDWR does not", both != -1);
    close(both);
    THAT("nor O_RDONLY with O_NONBLOCK", open("f", O_RDONLY | O_NONBLOCK | O_CLOEXEC) != -1);
    return 0;
}
C
}

@test "permissions of a FIFO are its own and those of the directories above it" {
    says "Programs of one kernel for which the path leads to the same file can meet there, and permissions say who may, those of the file and of the directories above it"
    needs root
    tries <<'C'
int main(void)
{
    umask(0);
    char name[] = "/tmp/meetXXXXXX", path[64];
    THAT("place", mkdtemp(name) != NULL && chmod(name, 0711) == 0);
    snprintf(path, sizeof path, "%s/f", name);
    THAT("mkfifo", mkfifo(path, 0604) == 0);
    int both = open(path, O_RDWR | O_CLOEXEC);
    pid_t child = forked();
    if (child == 0) {
        THAT("become", setresgid(65534, 65534, 65534) == 0
             && setresuid(65534, 65534, 65534) == 0 && both != -1);
        THAT("read as its mode says", open(path, O_RDONLY | O_CLOEXEC) != -1);
        THAT("not write", open(path, O_WRONLY | O_CLOEXEC) == -1 && errno == EACCES);
        _exit(0);
    }
    collect(child);
    THAT("close the directory", chmod(name, 0700) == 0);
    child = forked();
    if (child == 0) {
        THAT("become", setresgid(65534, 65534, 65534) == 0
             && setresuid(65534, 65534, 65534) == 0);
        _exit(open(path, O_RDONLY | O_CLOEXEC) == -1 && errno == EACCES ? 0 : 1);
    }
    collect(child);
    return unlink(path) || rmdir(name);
}
C
}

@test "the path of a local socket blocks the next bind until it is removed, another name does not" {
    says "The path stays behind when the program forgets to remove it, and the next bind to it fails with EADDRINUSE"
    says "Its address is a path, or a name that is in no directory"
    tries <<'C'
#include <sys/socket.h>
#include <sys/un.h>
#include <stddef.h>
static int at(const char *name, size_t length)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    memcpy(a.sun_path, name, length);
    int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(s, (struct sockaddr *)&a, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) == 0)
        return s;
    close(s);
    return -1;
}
int main(void)
{
    char hidden[32];
    hidden[0] = '\0';
    size_t length = 1 + (size_t)snprintf(hidden + 1, 31, "rule.%d", (int)getpid());
    int s = at("s", 2), h = at(hidden, length);
    THAT("both names", s != -1 && h != -1 && access("s", F_OK) == 0);
    THAT("taken", at("s", 2) == -1 && errno == EADDRINUSE && at(hidden, length) == -1 && errno == EADDRINUSE);
    close(s), close(h);
    THAT("a path stays", access("s", F_OK) == 0 && at("s", 2) == -1 && errno == EADDRINUSE);
    THAT("another name does not", at(hidden, length) != -1);
    THAT("removed it is free", unlink("s") == 0 && at("s", 2) != -1);
    return 0;
}
C
}

@test "programs of one kernel whose mounts differ do not meet at a path" {
    says "Programs of one kernel for which the path leads to the same file can meet there"
    says "A container can have paths, names, keys and ports of its own, which do not lead outside"
    says "or its file system ends, as a container's does with the container"
    needs mounts
    tries <<'C'
#include <arpa/inet.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/shm.h>
#include <sys/socket.h>
static bool port_taken(in_port_t *port)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = *port };
    socklen_t size = sizeof a;
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    if (bind(s, (struct sockaddr *)&a, size) == -1)
        return errno == EADDRINUSE;
    THAT("port", getsockname(s, (struct sockaddr *)&a, &size) == 0);
    *port = a.sin_port;
    return false;
}
static void like_a_container(void)
{
    THAT("unshare", unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWNET) == 0
         && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0
         && mount("none", "/tmp", "tmpfs", 0, NULL) == 0 && mount("none", "/dev/shm", "tmpfs", 0, NULL) == 0);
}
int main(void)
{
    const char *fifo = "/tmp/f", *name = "/rule";
    in_port_t port = 0;
    like_a_container();                         /* so that nothing is left behind */
    THAT("FIFO", mkfifo(fifo, 0600) == 0);
    THAT("port", !port_taken(&port));
    int id = msgget(getpid(), IPC_CREAT | IPC_EXCL | 0600);
    THAT("queue", id != -1);
    THAT("both", mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, NULL) != -1
         && shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600) != -1);
    int here[2], go[2];
    char byte;
    THAT("pipes", pipe2(here, O_CLOEXEC) == 0 && pipe2(go, O_CLOEXEC) == 0);
    pid_t child = forked();
    if (child == 0) {
        close(go[1]);
        THAT("with all in common", access(fifo, F_OK) == 0 && port_taken(&port)
             && msgget(getppid(), 0) == id && mq_open(name, O_RDWR) != -1 && shm_open(name, O_RDWR, 0) != -1);
        like_a_container();
        THAT("another path", access(fifo, F_OK) == -1 && errno == ENOENT);
        THAT("another FIFO", mkfifo(fifo, 0600) == 0 && open(fifo, O_RDWR | O_NONBLOCK) != -1);
        THAT("another key", msgget(getppid(), 0) == -1 && errno == ENOENT);
        THAT("another name of a queue", mq_open(name, O_RDWR) == -1 && errno == ENOENT);
        THAT("another name of memory", shm_open(name, O_RDWR, 0) == -1 && errno == ENOENT);
        THAT("another port", !port_taken(&port));
        THAT("memory of its own", shm_open("/only-here", O_RDWR | O_CREAT | O_EXCL, 0600) != -1);
        _exit(write(here[1], "x", 1) == 1 && read(go[0], &byte, 1) == 0 ? 0 : 1);
    }
    close(here[1]);
    THAT("the child is at its FIFO", read(here[0], &byte, 1) == 1);
    THAT("nobody is at this FIFO", open(fifo, O_WRONLY | O_NONBLOCK) == -1 && errno == ENXIO);
    close(go[1]);
    collect(child);
    THAT("its memory is gone with its mounts", shm_open("/only-here", O_RDWR, 0) == -1 && errno == ENOENT);
    return 0;
}
C
}

@test "SO_PEERCRED tells who made, connected or listened, not who holds the other end" {
    says "With a connection, SO_PEERCRED tells each side which process made the pair, connected or listened, and its user at that time"
    says "That need not be who holds the other end now"
    tries <<'C'
#include <sys/socket.h>
#include <sys/un.h>
static struct ucred peer(int s)
{
    struct ucred who = { 0, 0, 0 };
    socklen_t size = sizeof who;
    THAT("SO_PEERCRED", getsockopt(s, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0);
    return who;
}
int main(void)
{
    const uid_t me = geteuid();
    int s[2];
    char byte;
    THAT("pair", socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s) == 0);
    pid_t child = forked();
    if (child == 0) {
        close(s[0]);
        THAT("the child's end", peer(s[1]).pid == getppid());
        THAT("become", me != 0 || setresuid(65534, 65534, 65534) == 0);
        _exit(write(s[1], "x", 1) == 1 && read(s[1], &byte, 1) == 0 ? 0 : 1);
    }
    close(s[1]);
    THAT("the child is there", read(s[0], &byte, 1) == 1);
    THAT("the parent's end names the parent, as it was", peer(s[0]).pid == getpid() && peer(s[0]).uid == me);
    close(s[0]);
    collect(child);

    struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = "s" };
    int l = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    THAT("listen", bind(l, (struct sockaddr *)&a, sizeof a) == 0 && chmod("s", 0777) == 0 && listen(l, 1) == 0);
    child = forked();
    if (child == 0) {
        THAT("become", me != 0 || setresuid(65534, 65534, 65534) == 0);
        int c = accept4(l, NULL, NULL, SOCK_CLOEXEC);
        THAT("who connected", peer(c).pid == getppid() && peer(c).uid == me);
        _exit(write(c, "x", 1) == 1 && read(c, &byte, 1) == 0 ? 0 : 1);
    }
    int c = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    THAT("connect", connect(c, (struct sockaddr *)&a, sizeof a) == 0 && read(c, &byte, 1) == 1);
    THAT("who listened, not who accepted", peer(c).pid == getpid() && peer(c).uid == me);
    close(c);
    collect(child);

    int d = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un b = { .sun_family = AF_UNIX, .sun_path = "d" };
    THAT("bind", bind(d, (struct sockaddr *)&b, sizeof b) == 0);
    THAT("without a connection it tells nobody", peer(d).pid == 0 && peer(d).uid == (uid_t)-1);
    return 0;
}
C
}

@test "local sockets go both ways, tell who is there and carry descriptors; those of the network do not carry them" {
    says "It has streams or messages, both ways"
    says "Besides it carries descriptors across, which no other mechanism of this list does"
    tries <<'C'
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
static bool carries(int from, int to)          /* a descriptor; what does not may be silent */
{
    char byte = 0, room[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8))) = { 0 };
    struct iovec part = { &byte, 1 };
    struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room };
    struct cmsghdr *head = CMSG_FIRSTHDR(&m);
    head->cmsg_level = SOL_SOCKET, head->cmsg_type = SCM_RIGHTS, head->cmsg_len = CMSG_LEN(sizeof(int));
    int fd = 2;
    memcpy(CMSG_DATA(head), &fd, sizeof fd);
    if (sendmsg(from, &m, MSG_NOSIGNAL) == -1)
        return false;
    m.msg_controllen = sizeof room;
    THAT("the byte", recvmsg(to, &m, MSG_CMSG_CLOEXEC) == 1);
    head = CMSG_FIRSTHDR(&m);
    return head != NULL && head->cmsg_type == SCM_RIGHTS;
}
static int loopback(int type, struct sockaddr_in *a)
{
    socklen_t size = sizeof *a;
    int s = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    *a = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    THAT("bind", bind(s, (struct sockaddr *)a, size) == 0 && getsockname(s, (struct sockaddr *)a, &size) == 0);
    return s;
}
int main(void)
{
    int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
    for (int i = 0; i < 3; i++) {
        int s[2];
        char text[8];
        struct ucred who = { 0, 0, 0 };
        socklen_t size = sizeof who;
        THAT("pair", socketpair(AF_UNIX, types[i] | SOCK_CLOEXEC, 0, s) == 0);
        THAT("there", write(s[0], "ab", 2) == 2 && write(s[0], "c", 1) == 1);
        THAT("a stream or messages", read(s[1], text, 8) == (types[i] == SOCK_STREAM ? 3 : 2));
        THAT("the rest", types[i] == SOCK_STREAM || read(s[1], text, 8) == 1);
        THAT("and back", write(s[1], "d", 1) == 1 && read(s[0], text, 1) == 1 && *text == 'd');
        for (int side = 0; side < 2; side++)
            THAT("who", getsockopt(s[side], SOL_SOCKET, SO_PEERCRED, &who, &size) == 0
                 && who.pid == getpid() && who.uid == getuid());
        THAT("descriptors", carries(s[0], s[1]) && carries(s[1], s[0]));
    }
    struct sockaddr_in a;
    int u = loopback(SOCK_DGRAM, &a);
    THAT("connect", connect(u, (struct sockaddr *)&a, sizeof a) == 0);
    THAT("not by UDP", !carries(u, u));
    int l = loopback(SOCK_STREAM, &a), t = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    THAT("connect", listen(l, 1) == 0 && connect(t, (struct sockaddr *)&a, sizeof a) == 0);
    THAT("not by TCP", !carries(t, accept4(l, NULL, NULL, SOCK_CLOEXEC)));
    return 0;
}
C
}

@test "UDP loses what the receiver's buffer has no room for, drops what a read has no room for, and connects without a packet" {
    says "on loopback they are lost when the receiver's buffer is full"
    says "A message has to be taken by one read, since the part that does not fit is dropped"
    says --in E-hello "To connect a UDP socket sends no packet but asks for the way"
    says "port 0 asks the kernel for one that is free"
    says "except for UDP, which then loses messages"
    tries <<'C'
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
int main(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) }, b = a;
    socklen_t size = sizeof a;
    int in = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), out = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int small = 1, came = 0;
    char text[2000] = "0123456789";
    THAT("bind", setsockopt(in, SOL_SOCKET, SO_RCVBUF, &small, sizeof small) == 0
         && bind(in, (struct sockaddr *)&a, size) == 0 && bind(out, (struct sockaddr *)&b, size) == 0
         && getsockname(in, (struct sockaddr *)&a, &size) == 0 && getsockname(out, (struct sockaddr *)&b, &size) == 0);
    THAT("ports", a.sin_port != 0 && b.sin_port != 0 && a.sin_port != b.sin_port);
    THAT("connect", connect(out, (struct sockaddr *)&a, size) == 0);
    THAT("nothing came", recv(in, text, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN);
    struct pollfd there = { .fd = in, .events = POLLIN };
    THAT("send", send(out, text, 10, 0) == 10 && poll(&there, 1, 10000) == 1);
    THAT("the rest is dropped", recv(in, text, 4, 0) == 4 && recv(in, text, 4, MSG_DONTWAIT) == -1 && errno == EAGAIN);
    for (int i = 0; i < 200; i++)
        THAT("the sender does not wait", send(out, text, sizeof text, 0) == sizeof text);
    THAT("some came", poll(&there, 1, 10000) == 1);
    while (recv(in, text, sizeof text, MSG_DONTWAIT) > 0)
        came++;
    THAT("most did not", came > 0 && came < 100);
    return 0;
}
C
}

@test "silent connections keep the next one waiting in connect" {
    says --in E-hello "and when enough of them do, the child waits in connect(2)"
    tries <<'C'
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
int main(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof a;
    struct timeval little = { .tv_usec = 20000 };
    int l = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), result = 0, silent = 0;
    THAT("bind", bind(l, (struct sockaddr *)&a, size) == 0 && listen(l, 1) == 0
         && getsockname(l, (struct sockaddr *)&a, &size) == 0);
    while (silent < 20 && result == 0) {
        int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        THAT("timeout", setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &little, sizeof little) == 0);
        result = connect(s, (struct sockaddr *)&a, size);
        silent++;
    }
    THAT("some are let in, then one waits", silent > 1 && result == -1 && errno == EINPROGRESS);
    return 0;
}
C
}

@test "any user of the machine can connect to a port" {
    says "A port has no permissions: each user in the same network namespace can connect to it"
    needs root
    tries <<'C'
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
int main(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof a;
    umask(0777);
    int l = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    THAT("bind", bind(l, (struct sockaddr *)&a, size) == 0 && listen(l, 1) == 0
         && getsockname(l, (struct sockaddr *)&a, &size) == 0);
    pid_t child = forked();
    if (child == 0) {
        THAT("become", setresgid(65534, 65534, 65534) == 0 && setresuid(65534, 65534, 65534) == 0);
        int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        _exit(connect(s, (struct sockaddr *)&a, size) == 0 && write(s, "x", 1) == 1 ? 0 : 1);
    }
    char byte;
    collect(child);
    THAT("it came", read(accept4(l, NULL, NULL, SOCK_CLOEXEC), &byte, 1) == 1);
    return 0;
}
C
}

@test "the sender waits too when it is too fast: pipe, local socket, TCP and both queues" {
    says "Pipes, sockets and queues make the receiver wait, and the sender too when it is too fast"
    tries <<'C'
#include <arpa/inet.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <sys/msg.h>
#include <sys/socket.h>
static char much[1 << 16];
static void fills(const char *what, int from, int to)
{
    THAT("O_NONBLOCK", fcntl(to, F_SETFL, O_NONBLOCK) == 0 && fcntl(from, F_SETFL, O_NONBLOCK) == 0);
    THAT(what, read(from, much, 1) == -1 && errno == EAGAIN);
    ssize_t n;
    while ((n = write(to, much, sizeof much)) > 0)
        ;
    THAT(what, n == -1 && errno == EAGAIN);
}
int main(void)
{
    int p[2], l = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), t = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof a;
    THAT("pipe", pipe2(p, O_CLOEXEC) == 0);
    fills("a pipe", p[0], p[1]);
    THAT("pair", socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, p) == 0);
    fills("a local socket", p[0], p[1]);
    THAT("pair", socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, p) == 0);
    ssize_t n;
    while ((n = send(p[0], much, 100, MSG_DONTWAIT)) > 0)
        ;
    THAT("local messages", n == -1 && errno == EAGAIN);
    THAT("TCP", bind(l, (struct sockaddr *)&a, size) == 0 && listen(l, 1) == 0
         && getsockname(l, (struct sockaddr *)&a, &size) == 0 && connect(t, (struct sockaddr *)&a, size) == 0);
    fills("TCP", accept4(l, NULL, NULL, SOCK_CLOEXEC), t);

    int id = msgget(IPC_PRIVATE, 0600);
    struct { long type; char text[1000]; } m = { 1, "" };
    THAT("msgget", id != -1 && msgrcv(id, &m, sizeof m.text, 0, IPC_NOWAIT) == -1 && errno == ENOMSG);
    while (msgsnd(id, &m, sizeof m.text, IPC_NOWAIT) == 0)
        ;
    bool full = errno == EAGAIN;
    msgctl(id, IPC_RMID, NULL);
    THAT("a System V queue", full);
    char name[32];
    snprintf(name, sizeof name, "/rule.%d", (int)getpid());
    struct mq_attr small = { .mq_maxmsg = 2, .mq_msgsize = 10 };
    mqd_t q = mq_open(name, O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, 0600, &small);
    THAT("mq_open", q != -1 && mq_unlink(name) == 0);
    THAT("a POSIX queue", mq_receive(q, much, 10, NULL) == -1 && errno == EAGAIN
         && mq_send(q, "a", 1, 0) == 0 && mq_send(q, "b", 1, 0) == 0
         && mq_send(q, "c", 1, 0) == -1 && errno == EAGAIN);
    return 0;
}
C
}
