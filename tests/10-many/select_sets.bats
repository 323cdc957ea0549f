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

@test "with a low hard limit it says what it lacks" {
    run_shell 'ulimit -n 1000; ./select_sets'
    assert_failure 1
    assert_stderr --regexp '^select_sets: a limit of 1025: '
}

@test "it leaves nothing behind" {
    leaves_nothing ./select_sets
}
