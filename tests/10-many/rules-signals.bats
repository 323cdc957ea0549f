# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# What the chapter says of signals, clocks, counters and children, tried with other programs.

@test "pselect lets it in, too, and a read with SA_RESTART is made again whatever it reads from [E35] [E44]" {
    says "pselect(2) and epoll_pwait(2) do the same"
    makes a <<C
$try
static int n; static void h(int s) { n += s == SIGUSR1; }
int main(void) { sigset_t s, e; sigemptyset(&s); sigemptyset(&e); sigaddset(&s, SIGUSR1); signal(SIGUSR1, h); sigprocmask(SIG_BLOCK, &s, NULL); raise(SIGUSR1); as("blocked, handler", n); as("pselect", pselect(0, 0, 0, 0, NULL, &e)); as("handler", n);
    raise(SIGUSR1); as("ppoll that only looks", ppoll(NULL, 0, &(struct timespec){ 0, 0 }, &e)); as("handler", n); return 0; }
C
    run_program ./a
    assert_line --index 0 'blocked, handler 0'
    assert_line --index 1 'pselect EINTR'
    assert_line --index 2 'handler 1'
}

@test "a pipe to oneself closes the gap as well" {
    says "The old way for systems without ppoll is a pipe to oneself, into which the handler writes a byte"
    makes a <<C
$try
static int p[2]; static void h(int s) { (void)s; write(p[1], "!", 1); }
int main(void) { if (pipe2(p, O_NONBLOCK)) return 9; signal(SIGUSR1, h); raise(SIGUSR1); says("poll after the signal", soon(p[0], POLLIN)); return 0; }
C
    run_program ./a
    assert_output 'poll after the signal IN'
}

@test "SIGKILL and SIGSTOP are left out without a word [E24]" {
    says "SIGKILL and SIGSTOP are left out of the set without a word"
    makes a <<C
$try
int main(void) { sigset_t s; sigfillset(&s); int f = signalfd(-1, &s, 0); as("made", f != -1); sprintf(bytes, "/proc/self/fdinfo/%d", f); FILE *i = fopen(bytes, "r"); unsigned long long m = 0; while (fgets(bytes, 99, i)) sscanf(bytes, "sigmask: %llx", &m);
    as("SIGTERM", m >> 14 & 1); as("SIGKILL", m >> 8 & 1); as("SIGSTOP", m >> 18 & 1); return 0; }
C
    run_program ./a
    assert_output 'made 1
SIGTERM 1
SIGKILL 0
SIGSTOP 0'
}

@test "a shell started with SIGTERM blocked is not ended by it, and is with the mask put back [E28]" {
    says "Put the mask back between fork and exec"
    makes a <<C
$try
int main(int n, char **v) { (void)v; sigset_t s, old; sigemptyset(&s); sigaddset(&s, SIGTERM); sigprocmask(SIG_BLOCK, &s, &old); if (n > 1) sigprocmask(SIG_SETMASK, &old, NULL);
    execl("/bin/sh", "sh", "-c", "kill -TERM \$\$; echo survived", (char *)NULL); return 9; }
C
    run_program ./a
    assert_output survived
    run_program ./a back
    assert_killed SIGTERM
}

@test "a signal for the process goes to a thread that has not blocked it [E27]" {
    says "With more, the signal goes to one that has not blocked it"
    says "So block before the first thread is made"
    makes a <<C
$try
static _Atomic int ran; static void h(int s) { (void)s; ran++; }
static void *other(void *p) { read(*(int *)p, bytes, 1); return p; }
static void at(const char *what, int early) { sigset_t s; sigemptyset(&s); sigaddset(&s, SIGUSR1); int p[2]; pthread_t t; ran = 0; if (pipe(p)) err(9, "pipe"); signal(SIGUSR1, h); sigprocmask(SIG_UNBLOCK, &s, NULL);
    if (early) sigprocmask(SIG_BLOCK, &s, NULL); pthread_create(&t, NULL, other, p); pthread_sigmask(SIG_BLOCK, &s, NULL); int f = signalfd(-1, &s, SFD_NONBLOCK); kill(getpid(), SIGUSR1);
    if (!early) while (!ran) ; struct signalfd_siginfo i; as(what, read(f, &i, sizeof i) > 0); as("handler", ran); write(p[1], "xx", 2); pthread_join(t, NULL); }
int main(void) { at("late, read", 0); at("early, read", 1); return 0; }
C
    run_program ./a
    assert_output 'late, read 0
handler 1
early, read 1
handler 0'
}

@test "ticks that are handled late stay on their grid [E30]" {
    says "And the grid is fixed when the timer is set: who is late with one tick is not late with the next"
    makes a <<C
$try
static long now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1000000000 + t.tv_nsec; }
int main(void) { int f = timerfd_create(CLOCK_MONOTONIC, 0); struct itimerspec t = { { 0, 2000000 }, { 0, 2000000 } }; long sum = 0, before = now(); timerfd_settime(f, 0, &t, NULL); long after = now();
    for (int i = 0; i < 20; i++) { uint64_t n; read(f, &n, sizeof n); sum += (long)n; long busy = now() + 1500000; while (now() < busy) ; } uint64_t n; long lo = now(); struct itimerspec left; timerfd_gettime(f, &left); long hi = now();
    if (look(f, POLLIN)) { read(f, &n, sizeof n); sum += (long)n; hi = now(); } as("on the grid", sum >= (lo - after) / 2000000 - 1 && sum <= (hi - before) / 2000000 + 1); return 0; }
C
    run_program ./a
    assert_output 'on the grid 1'
}

@test "a tick that was not read is thrown away by setting anew, 0 disarms [E31]" {
    says "it_value does, and 0 there disarms it, whatever the interval is"
    says "Setting a timer again throws away a tick that was not read"
    makes a <<C
$try
int main(void) { int f = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK); struct itimerspec t = { { 0, 0 }, { 0, 1 } }, far = { { 0, 0 }, { 1000, 0 } }, off = { { 0, 1 }, { 0, 0 } }; uint64_t n;
    timerfd_settime(f, 0, &t, NULL); says("came", soon(f, POLLIN)); timerfd_settime(f, 0, &far, NULL); as("set anew", read(f, &n, 8)); timerfd_settime(f, 0, &off, NULL); timerfd_gettime(f, &t); as("disarmed", t.it_value.tv_nsec == 0 && t.it_value.tv_sec == 0); return 0; }
C
    run_program ./a
    assert_output 'came IN
set anew EAGAIN
disarmed 1'
}

@test "a full counter makes its writer sleep until it is read, the largest number is refused [E29]" {
    says "The sum ends at 2^{64} - 2"
    makes a <<C
$try
int main(void) { int f = eventfd(0, 0); uint64_t n = UINT64_MAX; as("2^64-1", write(f, &n, 8)); n--; as("2^64-2", write(f, &n, 8)); says("full", look(f, POLLIN | POLLOUT)); pid_t c = fork(); if (c == 0) { eventfd_write(f, 1); _exit(0); }
    char line[256]; sprintf(bytes, "/proc/%d/stat", c); do { int s = open(bytes, O_RDONLY); read(s, line, 255); close(s); } while (strrchr(line, ')')[2] != 'S'); read(f, &n, 8); wait(NULL); read(f, &n, 8); as("then", (long)n); return 0; }
C
    run_program ./a
    assert_output '2^64-1 EINVAL
2^64-2 8
full IN
then 1'
}

@test "the status is for the parent alone, and HUP comes after the collection if at all [E32]" {
    says "Nothing can be read from it; the status is waitid(2)'s, with P_PIDFD, and only the parent's"
    says "newer kernels add POLLHUP after it was collected"
    makes a <<C
$try
#include <sys/pidfd.h>
int main(void) { siginfo_t i; pid_t me = getpid(), c = fork(); if (c == 0) { int f = pidfd_open(me, 0); says("another's", look(f, POLLIN)); as("waitid", waitid(P_PIDFD, (id_t)f, &i, WEXITED)); _exit(3); }
    int f = pidfd_open(c, 0); soon(f, POLLIN); as("stays", (look(f, POLLIN) & POLLIN) != 0 && (look(f, POLLIN) & POLLIN) != 0); waitid(P_PIDFD, (id_t)f, &i, WEXITED); as("status", i.si_status); says("collected", look(f, POLLIN)); return 0; }
C
    run_program ./a
    assert_line --index 0 "another's"
    assert_line --index 1 'waitid ECHILD'
    assert_line --index 2 'stays 1'
    assert_line --index 3 'status 3'
    assert_line --index 4 --regexp '^collected IN( HUP)?$'
}
