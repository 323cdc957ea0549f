bats_require_minimum_version 1.13.0
load ../lib/helpers
# A child leaves a number behind; its parent, asleep in wait, wakes up and
# hears it, and passes it on as its own exit status.

@test "a parent that sleeps in wait is woken by the end of its child and hears its last word [W02]" {
    holds_session
}

@test "the session holds for an ordinary user, and on a terminal" {
    as_nobody holds_session
    holds_session --terminal
}

@test "wait and waitpid need no header but sys/wait.h, take an int pointer and return a pid_t [W03]" {
    says "no other header is needed"
    cat > prototypes.c <<'END'
#include <sys/wait.h>
_Static_assert(_Generic(&wait, pid_t (*)(int *): 1, default: 0), "wait");
_Static_assert(_Generic(&waitpid, pid_t (*)(pid_t, int *, int): 1,
    default: 0), "waitpid");
END
    compiles prototypes.c
    sed -i 's/int \*/long */g' prototypes.c
    compile_fails prototypes.c 'static.assert(ion)? failed.*wait'
    run_program ./wait_one 3
    assert_failure 3
}

@test "only eight bits of the exit status arrive" {
    says "and 300 is 44 beyond 256"
    local asked
    for asked in 0 1 7 255 256 257 300 65535; do
        run_program ./wait_one "$asked"
        assert_equal "$status" $((asked % 256))
        assert_line --partial "exit status $((asked % 256))"
    done
}

@test "whatever is not one number from 0 to 65535 is refused with a usage line" {
    local wrong
    for wrong in "" x 7x -1 65536 99999999999999999999; do
        run_program ./wait_one "$wrong"
        assert_failure 2
        assert_stderr "wait_one: usage: wait_one [STATUS]"
    done
    run_program ./wait_one 1 2
    assert_failure 2
}

@test "the parent forks once and waits for any child" {
    traced clone,wait4 ./wait_one
    assert_call 'wait4\(-1, \[\{WIFEXITED\(s\) && WEXITSTATUS\(s\) == 7\}\], 0, NULL\) += [0-9]+'
    [ "$(grep -c 'clone(' strace)" -eq 1 ]
}

@test "between the fork and the wait the parent makes no other call" {
    says "So the parent does not print between the fork and the wait, and has no other place to sleep"
    traced all ./wait_one
    assert_failure 7
    local parent calls
    parent=$(sed -n 's/^parent \([0-9]*\): .*/\1/p' stdout)
    calls=$(sed -n "s/^$parent  *//p" strace | sed -n '/^clone/,/^wait4/p' | sed 's/(.*//')
    assert_equal "$calls" $'clone\nwait4'
}

@test "a parent whose wait fails ends, and its child is an orphan" {
    says "If a call fails, err(3) ends our parent, and its child becomes an orphan"
    inject wait4:error=EINVAL:when=1+ ./wait_one
    assert_stderr_line "wait_one: wait: Invalid argument"
    grep -q '^orphan ' "$BATS_TEST_TMPDIR/how"
}

@test "an interrupted wait is asked again" {
    inject wait4:error=EINTR:when=1 ./wait_one
    assert_failure 7
    assert_line --regexp '^parent [0-9]+: collected [0-9]+, exit status 7$'
}

@test "no child and no descriptor is left" {
    leaves_no_zombie ./wait_one
    assert_output
    no_leaked_fd ./wait_one
}

@test "a child that was killed is not taken for one that left" {
    inject 'set_robust_list:signal=SIGTERM:when=1' ./wait_one
    assert_line --regexp '^parent [0-9]+: [0-9]+ did not leave by itself$'
}

@test "a full disk is reported" {
    run_shell './wait_one > /dev/full'
    assert_failure 1
    assert_stderr "wait_one: cannot write to standard output"
}
