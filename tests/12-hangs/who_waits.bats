# shellcheck disable=SC2016 # scripts of other shells
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# The program that says who waits for whom: how it is called, what it shows, and
# what it leaves alone.

@test "it prints what the chapter shows" {
    holds_session
}

# of SCRIPT: runs it by bash while ./stand_still stands still as $p.
of() {
    run_shell './stand_still & p=$!; while ./who_waits -q $p; do :; done; '"$1"'; status=$?
        pkill -P $p; wait $p; exit $status'
}

@test "status 1 says that somebody is stuck, and -q says only that" {
    of './who_waits -q $p'
    assert_failure 1
    assert_output ''
}

@test "named without numbers it reads the same each time" {
    says "Without numbers, a second process of the same name is called NAME (2) then, as stand_still (2)"
    of './who_waits --names $p'
    assert_failure 1
    assert_output - <<'END'
stand_still waits in waitpid for stand_still (2)
stand_still (2) waits in read on a pipe
    that stand_still (2) itself can write to
Nobody else can end it: stand_still and stand_still (2) are stuck.
stand_still (2) reads, and holds a write end itself: descriptor 4.
END
}

@test "asked for the child alone, it finds the parent that waits for it" {
    makes t <<'C'
#include "hang.h"
int main(void)
{
    int p[2];
    make(p);
    if (must(fork()) == 0)
        _exit((int)read(p[0], &p, 1));
    wait(NULL);
}
C
    run_shell './t & p=$!; while ./who_waits -q $p; do :; done
        ./who_waits --names $(pgrep -P $p); pkill -P $p; wait $p'
    assert_line 't waits in waitpid for t (2)'
    assert_line 'Nobody else can end it: t and t (2) are stuck.'
}

@test "it reads only: no signal, no tracing, no file opened for writing" {
    needs strace
    of 'strace -f -qq -o log -e trace=all ./who_waits $p'
    assert_line --partial 'are stuck'
    run grep -cE '^[^(]*(kill|tgkill|tkill|ptrace|process_vm_[a-z]*v|pidfd_[a-z_]*)\(' log
    assert_output 0
    run grep -E 'open(at)?\(.*O_(WRONLY|RDWR)' log
    assert_output ''
}

@test "who is asked about is not changed by it: no switch, no wake" {
    of 'before=$(grep ctxt /proc/$p/status); ./who_waits -q $p; ./who_waits $p > shown
        [ "$before" = "$(grep ctxt /proc/$p/status)" ] && echo same'
    assert_output same
}

@test "all of a user: the processes of others are not told" {
    of './who_waits -a --names'
    assert_failure 1
    assert_line --regexp '^stand_still waits in waitpid for stand_still \(2\)$'
    run_program ./who_waits -u nobody-of-this-name
    assert_failure 2
    assert_stderr 'who_waits: nobody-of-this-name: no such user'
}

@test "a wrong call is told, and is no verdict" {
    run_program ./who_waits
    assert_failure 2
    assert_stderr_line --partial 'usage: who_waits'
    run_program ./who_waits 0
    assert_failure 2
    assert_stderr 'who_waits: 0: no such process'
    run_program ./who_waits --no-such-option 1
    assert_failure 2
    run_program ./who_waits --help
    assert_success
    for word in --names --tree --alone -q -a -u Status; do assert_output --partial -- "$word"; done
}

@test "a full standard output is noticed" {
    run_shell './who_waits $$ > /dev/full'
    assert_failure 2
    assert_stderr 'who_waits: standard output: No space left on device'
}

@test "nothing is left open, and nobody behind" {
    no_leaked_fd ./who_waits $$
    assert_output --partial " $$ waits in waitpid for runner"
    leaves_no_zombie ./who_waits $$
}
