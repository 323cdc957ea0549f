# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# cond_killed: a condition variable counts its dead.

@test "the session holds: who destroys it waits for the dead [S27]" {
    says "With PTHREAD_PROCESS_SHARED they are for processes as well"
    says "But the variable counts those who wait, and the dead one is counted for good"
    holds_session
}

@test "it waits in futex, and is killed there [S27]" {
    says "pthread_cond_destroy waits until the last of them has gone, so it does not return either"
    traced futex ./cond_killed
    assert_success
    assert_equal "$(grep -cE 'futex\(.*FUTEX_WAIT.*( = \?|<unfinished)' strace)" 2
    assert_equal "$(grep -c 'killed by SIGKILL' strace)" 2
}

@test "it leaves no process behind, and says when it cannot print" {
    leaves_nothing ./cond_killed
}
