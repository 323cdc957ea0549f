bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# place: one processor or two, and every way to carry a word.

@test "the session holds: spinning on one and on two processors [C08] [C09] [C13] [C24]" {
    needs two_cpus
    needs loopback
    needs queues
    holds_session
}

@test "to take turns on two processors takes longer than on one, for a pipe [C09]" {
    needs two_cpus
    says "Then only one of the two has something to do, and to wake a process on another processor costs more than to switch to it on the same"
    # shellcheck disable=SC2016 # for perl
    measures '/^pipe +([0-9.]+) on one, ([0-9.]+) on two/ and $2 > $1 and $found = 1; END { exit !$found }' -t 60 ./place
}

@test "spinning on one processor takes far longer than a pipe there [C13]" {
    # shellcheck disable=SC2016 # for perl
    measures '/^spinning +([0-9.]+) on one/ and $1 > 20 and $found = 1; END { exit !$found }' -t 60 ./place
}

@test "with too few descriptors it says so and stops" {
    run_shell 'ulimit -n 6; exec ./place'
    assert_failure 1
    assert_stderr_line --partial 'it could not be made'
}

@test "every process stays on its processor [C13]" {
    says "Who spins on one processor is ended by force alone"
    traced sched_setaffinity -t 60 ./place
    assert_success
    refute_call 'sched_setaffinity\(.* = -1'
    [ "$(grep -c sched_setaffinity strace)" -ge 300 ]
}

@test "it leaves nothing behind" {
    mkdir room
    TMPDIR=$PWD/room leaves_no_name -t 60 ./place
    assert_success
    assert_line 'a pipe on one processor is 1'
    assert_equal "$(ls room)" ""
}
