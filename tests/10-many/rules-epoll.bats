# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# What the chapter says of epoll and of doors, tried with other programs.

@test "a directory and /dev/zero are refused, too, and a terminal is taken [E12]" {
    says "An ordinary file is EPERM, and so are a directory, /dev/null and /dev/zero: they would be ready at all times, and poll says so of them"
    makes a <<C
$try
int main(void) { int q = epoll_create1(0); struct epoll_event e = { .events = EPOLLIN }; const char *const names[] = { ".", "file", "/dev/null", "/dev/zero" };
    close(open("file", O_CREAT | O_WRONLY, 0600)); for (int i = 0; i < 4; i++) { int f = open(names[i], O_RDONLY); as(names[i], epoll_ctl(q, EPOLL_CTL_ADD, f, &e)); says("poll", look(f, POLLIN)); }
    int m = posix_openpt(O_RDWR); as("terminal", epoll_ctl(q, EPOLL_CTL_ADD, m, &e)); return 0; }
C
    run_program ./a
    assert_output '. EPERM
poll IN
file EPERM
poll IN
/dev/null EPERM
poll IN
/dev/zero EPERM
poll IN
terminal 0'
}

@test "new data is a new edge over TCP and in an eventfd, too [E14]" {
    needs loopback
    says "One more byte into a pipe that was not read empty was a new event"
    makes a <<C
$try
int main(void) { int e[2], q = epoll_create1(0), n = eventfd(0, EFD_NONBLOCK); tcp(e); struct epoll_event in = { .events = EPOLLIN | EPOLLET }, r; epoll_ctl(q, EPOLL_CTL_ADD, e[0], &in);
    write(e[1], "a", 1); as("TCP", epoll_wait(q, &r, 1, -1)); as("again", epoll_wait(q, &r, 1, 0)); write(e[1], "b", 1); as("one more", epoll_wait(q, &r, 1, -1)); epoll_ctl(q, EPOLL_CTL_DEL, e[0], NULL);
    epoll_ctl(q, EPOLL_CTL_ADD, n, &in); eventfd_write(n, 1); as("eventfd", epoll_wait(q, &r, 1, 0)); eventfd_write(n, 1); as("never read", epoll_wait(q, &r, 1, 0)); return 0; }
C
    run_program ./a
    assert_output 'TCP 1
again 0
one more 1
eventfd 1
never read 1'
}

@test "after a fourth client one of the two is let in, and by level all are told [E15]" {
    says "would still stand there when a fourth comes and lets one of them in"
    makes a <<C
$try
int main(void) { for (int et = 1; et >= 0; et--) { struct sockaddr_un at = { .sun_family = AF_UNIX }; socklen_t n = sizeof at; int d = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0); bind(d, (void *)&at, 2); getsockname(d, (void *)&at, &n); listen(d, 9);
    int q = epoll_create1(0), in = 0; struct epoll_event e = { .events = EPOLLIN | (et ? EPOLLET : 0) }, r; epoll_ctl(q, EPOLL_CTL_ADD, d, &e);
    for (int i = 0; i < 3; i++) connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&at, n);
    while (epoll_wait(q, &r, 1, 0) == 1) in += accept(d, 0, 0) != -1; as(et ? "edge" : "level", in); connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&at, n); in = 0;
    while (epoll_wait(q, &r, 1, 0) == 1) in += accept(d, 0, 0) != -1; as("after a fourth", in); } return 0; }
C
    run_program ./a
    assert_output 'edge 1
after a fourth 1
level 3
after a fourth 1'
}

@test "a disabled entry is silent about HUP, asked anew it tells [E21]" {
    says "puts a descriptor in (EPOLL_CTL_ADD), changes what is asked for (EPOLL_CTL_MOD), and takes it out (EPOLL_CTL_DEL)"
    says "It is there and disabled, and then it says nothing at all, not even that the writer has left"
    makes a <<C
$try
int main(void) { int p[2], q = epoll_create1(0); if (pipe(p)) return 9; struct epoll_event e = { .events = EPOLLIN | EPOLLONESHOT }, r; epoll_ctl(q, EPOLL_CTL_ADD, p[0], &e); write(p[1], "x", 1);
    as("once", epoll_wait(q, &r, 1, 0)); close(p[1]); as("writer gone", epoll_wait(q, &r, 1, 0)); as("add", epoll_ctl(q, EPOLL_CTL_ADD, p[0], &e)); epoll_ctl(q, EPOLL_CTL_MOD, p[0], &e); as("anew", epoll_wait(q, &r, 1, 0)); says("it is", (int)r.events); as("del", epoll_ctl(q, EPOLL_CTL_DEL, p[0], NULL)); as("taken out", epoll_wait(q, &r, 1, 0)); return 0; }
C
    run_program ./a
    assert_output 'once 1
writer gone 0
add EEXIST
anew 1
it is IN HUP
del 0
taken out 0'
}

@test "taken out first, a copy does no harm [E16]" {
    says "So take out first, then close"
    makes a <<C
$try
int main(void) { int p[2], q = epoll_create1(0); if (pipe(p)) return 9; struct epoll_event e = { .events = EPOLLIN }, r; int copy = dup(p[0]); write(p[1], "x", 1); epoll_ctl(q, EPOLL_CTL_ADD, p[0], &e);
    as("out", epoll_ctl(q, EPOLL_CTL_DEL, p[0], NULL)); close(p[0]); as("told", epoll_wait(q, &r, 1, 0)); return copy == -1; }
C
    run_program ./a
    assert_output 'out 0
told 0'
}

@test "a forked child is a copy, and so is a descriptor that is on its way over a socket [E16]" {
    says "dup(2), fork(2) and a descriptor sent over a socket all make copies"
    makes a <<C
$try
int main(void) { int p[2], s[2], q = epoll_create1(0); if (pipe(p) || socketpair(AF_UNIX, SOCK_STREAM, 0, s)) return 9; struct epoll_event e = { .events = EPOLLIN }, r; write(p[1], "x", 1); epoll_ctl(q, EPOLL_CTL_ADD, p[0], &e);
    pid_t c = fork(); if (c == 0) { pause(); _exit(0); } close(p[0]); as("a child has it", epoll_wait(q, &r, 1, 0)); kill(c, SIGKILL); wait(NULL); as("child gone", epoll_wait(q, &r, 1, 0));
    if (pipe(p)) return 9; write(p[1], "x", 1); epoll_ctl(q, EPOLL_CTL_ADD, p[0], &e); union { struct cmsghdr a; char r[CMSG_SPACE(4)]; } u = { .r = { 0 } }; struct iovec v = { bytes, 1 };
    struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = u.r, .msg_controllen = sizeof u.r }; u.a = (struct cmsghdr){ CMSG_LEN(4), SOL_SOCKET, SCM_RIGHTS }; memcpy(CMSG_DATA(&u.a), &p[0], 4); sendmsg(s[0], &m, 0);
    close(p[0]); as("on its way", epoll_wait(q, &r, 1, 0)); return 0; }
C
    run_program ./a
    assert_output 'a child has it 1
child gone 0
on its way 1'
}

@test "what the child put in cannot be taken out by the parent [E17]" {
    says "64 bits that are ours: we get them back with each event"
    says "cannot be taken out: there is no number to name it by"
    says "A process makes its list after the fork"
    makes a <<C
$try
int main(void) { int q = epoll_create1(0), go[2]; if (pipe(go)) return 9; struct epoll_event e = { .events = EPOLLIN, .data.u64 = 0x123456789abcdef0 }, r; pid_t c = fork();
    if (c == 0) { int p[2]; if (pipe(p)) _exit(9); dup2(p[0], 77); write(p[1], "x", 1); epoll_ctl(q, EPOLL_CTL_ADD, 77, &e); pause(); _exit(0); }
    as("told", epoll_wait(q, &r, 1, -1)); as("tag", (long)r.data.u64); as("out", epoll_ctl(q, EPOLL_CTL_DEL, 77, NULL)); as("again", epoll_wait(q, &r, 1, 0)); kill(c, SIGKILL); wait(NULL); as("gone", epoll_wait(q, &r, 1, 0)); return 0; }
C
    run_program ./a
    assert_output 'told 1
tag 1311768467463790320
out EBADF
again 1
gone 0'
}

@test "what is put in wakes a thread that sleeps in epoll_wait [E39]" {
    says "what is put in wakes the sleeper if it is ready"
    makes a <<C
$try
static int q; static _Atomic int id; static void *wait_in(void *x) { id = gettid(); struct epoll_event r; as("woken with", epoll_wait(q, &r, 1, -1)); return x; }
int main(void) { q = epoll_create1(0); int p[2]; if (pipe(p)) return 9; write(p[1], "x", 1); pthread_t t; struct epoll_event e = { .events = EPOLLIN }; pthread_create(&t, NULL, wait_in, NULL);
    while (id == 0) ; char path[64], line[256]; sprintf(path, "/proc/self/task/%d/stat", id); for (int asleep = 0; !asleep;) { int f = open(path, O_RDONLY); read(f, line, 255); close(f); asleep = strrchr(line, ')')[2] == 'S'; }
    epoll_ctl(q, EPOLL_CTL_ADD, p[0], &e); pthread_join(t, NULL); return 0; }
C
    run_program ./a
    assert_output 'woken with 1'
}

@test "over TCP it is the same: one accepts, and three sleep on [E22]" {
    needs loopback
    makes a <<C
$try
int main(void) { struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } }; socklen_t n = sizeof a; int d = socket(AF_INET, SOCK_STREAM, 0), said[2], go[2]; if (pipe(said) || pipe(go)) return 9;
    if (bind(d, (void *)&a, n) || getsockname(d, (void *)&a, &n) || listen(d, 5)) return 9; pid_t c[4]; for (int i = 0; i < 4; i++) if ((c[i] = fork()) == 0) { close(go[1]); accept(d, 0, 0); write(said[1], "x", 1); read(go[0], bytes, 1); _exit(0); }
    char path[64], line[256]; for (int i = 0; i < 4; i++) { sprintf(path, "/proc/%d/stat", c[i]); do { int f = open(path, O_RDONLY); read(f, line, 255); close(f); } while (strrchr(line, ')')[2] != 'S'); }
    connect(socket(AF_INET, SOCK_STREAM, 0), (void *)&a, n); as("accepted", read(said[0], bytes, 9)); says("others", look(said[0], POLLIN)); for (int i = 0; i < 4; i++) kill(c[i], SIGKILL); while (wait(NULL) != -1) ; return 0; }
C
    run_program ./a
    assert_output 'accepted 1
others'
}

@test "over TCP it is the same, and a client that leaves frees a number [E33]" {
    needs loopback
    says "The other takes the door out of the list until a client has left"
    makes a <<C
$try
int main(void) { struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } }; socklen_t n = sizeof a; int d = socket(AF_INET, SOCK_STREAM, 0); if (bind(d, (void *)&a, n) || getsockname(d, (void *)&a, &n) || listen(d, 5)) return 9;
    int one = socket(AF_INET, SOCK_STREAM, 0), two = socket(AF_INET, SOCK_STREAM, 0); connect(one, (void *)&a, n); connect(two, (void *)&a, n); int s = accept(d, 0, 0), last = s; while (fcntl(last + 1, F_GETFD) != -1) last++;
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){ (rlim_t)last + 1, (rlim_t)last + 1 }); soon(d, POLLIN); as("accept", accept(d, 0, 0)); says("door", look(d, POLLIN)); close(s); as("one has left", accept(d, 0, 0) != -1); return 0; }
C
    run_program ./a
    assert_output 'accept EMFILE
door IN
one has left 1'
}
