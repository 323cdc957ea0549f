# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# select_sets: the edges of select, and the one of poll.

@test "the session holds: sets, time limit, first argument, number 1024, and poll's limit [E01] [E02] [E03] [E04] [E05]" {
    says "An fd_set has room for FD_SETSIZE bits, 1,024 of them"
    says "What counts is the number of the descriptor, not how many there are"
    says "the 20 milliseconds have become 0, and with them the next call would not sleep at all"
    says "It is the highest number plus one, and a descriptor above it is passed over without a word"
    says "with more entries than the process may have descriptors, it fails with EINVAL, also when all numbers are negative"
    holds_session
}

@test "FD_SET refuses 1024 in a program that was compiled with checks [E01]" {
    says "FD_SET of the C library refuses such a number in a program that was compiled with checks"
    cat > a.c <<'C'
#define _FORTIFY_SOURCE 2
#include <stdlib.h>
#include <sys/select.h>
int main(int argc, char **argv) { fd_set s; (void)argc; FD_ZERO(&s); FD_SET(atoi(argv[1]), &s); return FD_ISSET(atoi(argv[1]), &s) ? 0 : 9; }
C
    "${CC:-gcc}" -O2 -U_FORTIFY_SOURCE -o a a.c
    run_program ./a 1023
    assert_success
    run_program ./a 1024
    assert_killed SIGABRT
}

@test "a loop that does not make its set anew no longer hears the quiet one [E02]" {
    says "The quiet one is no longer in the set, and a loop that does not make it anew will not hear of it again"
    makes a <<C
$try
int main(void) { int a[2], b[2]; if (pipe(a) || pipe(b)) return 9; fd_set s; FD_ZERO(&s); FD_SET(a[0], &s); FD_SET(b[0], &s); struct timeval now = { 0, 0 };
    write(a[1], "x", 1); as("first", select(b[0] + 1, &s, 0, 0, &now)); read(a[0], bytes, 1); write(b[1], "x", 1); now = (struct timeval){ 0, 0 }; as("second", select(b[0] + 1, &s, 0, 0, &now)); return 0; }
C
    run_program ./a
    assert_output 'first 1
second 0'
}

@test "poll, ppoll and pselect leave their time limit alone [E03]" {
    makes a <<C
$try
int main(void) { struct timespec t = { 0, 1000000 }; as("ppoll", ppoll(NULL, 0, &t, NULL)); as("left", t.tv_nsec); as("pselect", pselect(0, 0, 0, 0, &t, NULL)); as("left", t.tv_nsec);
    struct timeval v = { 0, 1000 }; as("select", select(0, 0, 0, 0, &v)); as("left", v.tv_usec); return 0; }
C
    run_program ./a
    assert_output 'ppoll 0
left 1000000
pselect 0
left 1000000
select 0
left 0'
}

@test "with a low hard limit it says what it lacks" {
    run_shell 'ulimit -n 1000; ./select_sets'
    assert_failure 1
    assert_stderr --regexp '^select_sets: a limit of 1025: '
}

@test "it leaves nothing behind" {
    leaves_nothing ./select_sets
}
