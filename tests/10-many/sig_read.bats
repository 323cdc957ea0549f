# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# sig_read: signals through a descriptor, and its conditions.

@test "the session holds: not blocked, three of a kind, children, inherited, and the mask at an exec [E24] [E25] [E26] [E28]" {
    says "No handler runs, no call is interrupted, and the loop hears of a signal where it hears of all else"
    says "Real-time signals queue"
    says "The standard ones do not: three that come before the first is read are one"
    says "waitpid(2) with WNOHANG until it returns 0 or fails"
    says "A child that reads from it gets its own signals, not the parent's"
    says "the new program does not hear a SIGTERM"
    holds_session
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

@test "it leaves nothing behind" {
    leaves_nothing ./sig_read
}
