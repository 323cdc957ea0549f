bats_require_minimum_version 1.13.0
# shellcheck disable=SC2016 # the inner shells expand it
load ../lib/helpers
# What the checks of the exercises say of the start, of right and of wrong answers.

hold_exercises

# right NAME: the check of NAME takes the answer, whose facts the question asks for.
right() {
    run_program "./$1.check" "./$1.answer"
    assert_success
    assert_line "$1 is right"
}

@test "log_offset: what the question asks the check looks at" {
    says "The log ought to end with four thousand lines more than it had, each of them whole and none twice; the status is 0, and all writers have been waited for"
    right log_offset
    says "Each open has made a description with a position of its own, and each begins at 0"
    run_program ./log_offset.start log
    assert_success
    assert_equal "$(wc -l < log)" 1000
    says "With O_TRUNC, the four thousand lines are right and the log of yesterday is gone"
    echo yesterday > log
    run_program ./log_offset.wrong-emptied log
    assert_success
    assert_equal "$(grep -c '^writer [0-3] line [0-9][0-9][0-9]$' log) $(wc -l < log)" '4000 4000'
}

@test "leak_fd: what the question asks the check looks at" {
    says "the helper has none of them, however many there are and whatever else was open"
    says "Descriptors 0 to 2 are open when leak_fd starts"
    says "The status is 0 when all went well"
    right leak_fd
    says "O_CLOEXEC at the open is the shortest, and it holds for helpers that are started elsewhere in the program, too"
    traced openat,open,close_range ./leak_fd.answer /etc/passwd
    assert_success
    assert_call '"/etc/passwd", O_RDONLY.O_CLOEXEC'
    refute_call 'close_range'
}

@test "leak_fd: what was open moves the keys" {
    says "Closing as many as there are keys, from 3 on, is right when nothing else was open"
    mkdir bin
    printf '#!/bin/sh\nls -l "/proc/$$/fd" >&2\n' > bin/cat
    chmod +x bin/cat
    run_shell 'PATH=$PWD/bin:$PATH ./leak_fd.wrong-counted /etc/passwd'
    assert_success
    refute [ "$stderr" != "${stderr#*/etc/passwd}" ]
    run_shell 'exec 3< /dev/null; PATH=$PWD/bin:$PATH ./leak_fd.wrong-counted /etc/passwd'
    assert_success
    assert [ "$stderr" != "${stderr#*/etc/passwd}" ]
}

@test "clean_start: what the question asks the check looks at" {
    says "runs a command that is to know nothing of who started it"
    says "only our descriptors 0 to 2 are sure to be open"
    says "128 and the number of the signal that ended it; and 127, with a message that names the command, if it cannot be started"
    says "Forgetting the mask starts a command that a SIGTERM does not end"
    says "Closing only the file's own descriptor hands on what the caller had open"
    right clean_start
    run_program env --block-signal=TERM ./clean_start.wrong-mask file sh -c 'kill $$; echo alive'
    assert_success
    assert_equal "$(cat file)" alive
    run_program env --block-signal=TERM ./clean_start.answer file sh -c 'kill $$; echo alive'
    assert_failure 143
    says "Ignoring nothing in the child alone loses the status when the caller has left SIGCHLD ignored"
    run_program env --ignore-signal=CHLD ./clean_start.wrong-sigchld file sh -c 'exit 3'
    assert_failure 1
    run_program env --ignore-signal=CHLD ./clean_start.answer file sh -c 'exit 3'
    assert_failure 3
    run_shell 'exec 7< /etc/passwd; ./clean_start.wrong-open file cat /proc/self/fd/7'
    assert_success
    cmp file /etc/passwd
    run_shell 'exec 7< /etc/passwd; ./clean_start.answer file cat /proc/self/fd/7'
    assert_failure
}

@test "clean_start: two signals stay as they are, and two are the library's" {
    says "SIGKILL and SIGSTOP stay as they are, and the C library keeps two for itself; for these signal fails, which does no harm"
    says "leaves the library's own two signals, 32 and 33, ignored"
    makes t <<'C'
#include <signal.h>
int main(void)
{
    int wrong = 0;
    for (int n = 1; n < NSIG; n++) {
        int fails = n == SIGKILL || n == SIGSTOP || n == 32 || n == 33;
        wrong += (signal(n, SIG_DFL) == SIG_ERR) != fails;
    }
    return wrong;
}
C
    run_program ./t
    assert_success
    run_program ./clean_start.also-spawn file grep '^SigIgn' /proc/self/status
    assert_success
    assert_equal "$(tr -d '[:blank:]' < file)" 'SigIgn:0000000180000000'
}

@test "after_child: one of four places is common" {
    says "A child stores 2 in four places, and its parent waits for it"
    says "One of the four was asked for with MAP_SHARED"
    run_program ./after_child
    assert_output $'here 1\nheap 1\nown 1\ncommon 2'
}

@test "pair_lock: what the question asks the check looks at" {
    says "A thread changes a pair of numbers from 4 4 to 5 5 under a lock"
    says "the child prints a pair of equal numbers, whichever, the parent prints 5 5, the status is 0, and all is over without anybody being killed"
    right pair_lock
    run_program ./pair_lock.answer
    assert_success
    assert_line 'parent 5 5'
    run_program timeout 2 ./pair_lock.start
    assert_failure 124
}
