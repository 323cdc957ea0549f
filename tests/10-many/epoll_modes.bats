# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# epoll_modes: level, edge and once side by side, and what epoll does not take.

@test "the session holds: three modes, what is refused, turns, and a door by edge [E12] [E13] [E14] [E15] [E20] [E21] [E41]" {
    says "it is told as long as it is so, like in poll"
    says "is told when something new happens"
    says "is told once, and is then silent until we ask again"
    says "They take turns: who was told goes to the end of the line"
    says "what is left is told again"
    holds_session
}

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
    says "It is there and disabled, and then it says nothing at all, not even that the writer has left"
    makes a <<C
$try
int main(void) { int p[2], q = epoll_create1(0); if (pipe(p)) return 9; struct epoll_event e = { .events = EPOLLIN | EPOLLONESHOT }, r; epoll_ctl(q, EPOLL_CTL_ADD, p[0], &e); write(p[1], "x", 1);
    as("once", epoll_wait(q, &r, 1, 0)); close(p[1]); as("writer gone", epoll_wait(q, &r, 1, 0)); as("add", epoll_ctl(q, EPOLL_CTL_ADD, p[0], &e)); epoll_ctl(q, EPOLL_CTL_MOD, p[0], &e); as("anew", epoll_wait(q, &r, 1, 0)); says("it is", (int)r.events); return 0; }
C
    run_program ./a
    assert_output 'once 1
writer gone 0
add EEXIST
anew 1
it is IN HUP'
}

@test "it leaves nothing behind" {
    leaves_nothing ./epoll_modes
}
