bats_require_minimum_version 1.13.0
load ../lib/helpers
# The parent closed its write end, and the child that reads kept one.

@test "it stands still, and /proc tells where" {
    holds_session
}

@test "parent and child wait for each other" {
    run_program -t 60 ./stand_still
    assert_equal "$ended" stuck
    assert_stderr ''
    run cat "$BATS_TEST_TMPDIR/how"
    assert_line --partial 'stand_still (2) reads, and holds a write end itself: descriptor 4.'
}
