# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# The checks of the exercises: each refuses its start and every wrong answer, and takes every right
# one. What the questions ask is what the answers do.

hold_exercises

@test "the answer of durable keeps the old text when it cannot save the new one" {
    says "When the new text cannot be saved, it says so, leaves with status 1, and the old text stays"
    mkdir place
    echo old > place/text
    inject fsync:error=EIO ./durable.answer place/text < /dev/null
    assert_failure 1
    assert_stderr --partial 'Input/output error'
    assert_equal "$(ls -A place) $(cat place/text)" 'text old'
}
