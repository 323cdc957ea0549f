# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# epoll_ghost: the list holds descriptions, and what comes of it.

@test "the session holds: closed with a copy, a fork, lists in lists, the same batch [E16] [E17] [E18] [E46]" {
    says "It holds open file descriptions, each with the number under which it was put in"
    says "A circle is refused"
    says "What the child put in, the parent is told of, for a number that it does not have, and cannot take out"
    holds_session
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
    says "A process makes its list after the fork"
    makes a <<C
$try
int main(void) { int q = epoll_create1(0), go[2]; if (pipe(go)) return 9; struct epoll_event e = { .events = EPOLLIN, .data.u64 = 4711 }, r; pid_t c = fork();
    if (c == 0) { int p[2]; if (pipe(p)) _exit(9); dup2(p[0], 77); write(p[1], "x", 1); epoll_ctl(q, EPOLL_CTL_ADD, 77, &e); pause(); _exit(0); }
    as("told", epoll_wait(q, &r, 1, -1)); as("tag", (long)r.data.u64); as("out", epoll_ctl(q, EPOLL_CTL_DEL, 77, NULL)); as("again", epoll_wait(q, &r, 1, 0)); kill(c, SIGKILL); wait(NULL); as("gone", epoll_wait(q, &r, 1, 0)); return 0; }
C
    run_program ./a
    assert_output 'told 1
tag 4711
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

@test "it leaves nothing behind" {
    leaves_nothing ./epoll_ghost
}
