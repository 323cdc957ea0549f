bats_require_minimum_version 1.13.0
load ../lib/helpers
# first_timing: two thousand calls between two looks at a clock.

@test "it prints how long two thousand calls took" {
    says "Here we ask three times"
    holds_session
    traced write,read ./first_timing
    assert_success
    assert_equal "$(grep -c '"x", 1' strace)" 2000
}

@test "its clock is one that nobody can set, and it has no second process" {
    says "CLOCK_MONOTONIC runs on at one pace from some moment on, usually the start of the machine"
    says "It has no second process either, so nobody was ever asleep"
    traced clone,clone3,fork,vfork,clock_settime,pipe2,pipe ./first_timing
    grep -q 'pipe' strace
    refute_call 'clone|fork|settime'
    run_program grep -c CLOCK_MONOTONIC "$root/tangled/11-choosing/first_timing.c"
    assert_output 2
}
