# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# The checks of the exercises: each refuses its start and every wrong answer, and takes every right
# one.

hold_exercises

@test "the answers of first_one set it up once, for all who start at the same moment" {
    says "the first one sets it up, the others take the next tickets, also when several start at the same moment; and when the first one is killed on the way, the next start does what is left to do"
    local answer
    for answer in answer also-lock; do
        run_shell 'for i in {1..20}; do ./first_one.$2 $1 & done; wait; rm /dev/shm$1' "/book-test.$$" $answer
        assert_success
        assert_equal "$(sort -u stdout | wc -l) $(sort stdout | tail -n 1)" '20 ticket 1019'
    done
}
