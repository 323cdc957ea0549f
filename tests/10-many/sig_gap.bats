# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# sig_gap: a signal between the look and the sleep, the calls that close the gap, and SA_RESTART.

@test "the session holds: too early, let in by the sleep, made again or not [E34] [E35] [E44]" {
    says "A signal that comes after the look and before the sleep sets the flag, and then poll sleeps, with nobody left to wake it"
    says "ppoll(2) takes the mask that shall hold during the sleep, puts it into force and goes to sleep in one step"
    holds_session
}

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

@test "it leaves nothing behind" {
    leaves_nothing ./sig_gap
}
