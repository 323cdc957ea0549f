# common - what the test files of this chapter need.
# shellcheck shell=bash disable=SC2154

# stuck < TEXT: ./t hangs, the runner ends it long before its deadline, and TEXT is
# what it says about that.
stuck() {
    local expected
    expected=$(cat)
    run_program -t 60 ./t
    assert_equal "$ended" stuck
    assert_failure 124
    assert_equal "$(sed -n 's/^waits //p' "$BATS_TEST_TMPDIR/how")" "$expected"
}

# patient: ./t is left alone until it ends by itself, and well.
patient() {
    run_program -t 60 ./t
    assert_equal "$ended" 'exited 0'
}

# takes_time: the program of C on standard input, as the body of main, is left
# alone. It is to take half a second (soon), in which the runner looks twice.
takes_time() {
    { echo '#include "hang.h"'; echo 'int main(void) {'; cat; echo '}'; } | makes t
    patient
}

# needs_kcmp: skips the test where the call is refused.
needs_kcmp() {
    makes asks <<< '#include "hang.h"
        int main(void) { return syscall(SYS_kcmp, getpid(), getpid(), 2, 0, 0) != 0; }'
    ./asks || skip "needs kcmp"
}
