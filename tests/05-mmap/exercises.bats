# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# The checks of the exercises: each refuses its start and every wrong answer, and takes every right
# one. What the questions ask is what the answers do.

hold_exercises

@test "the answer of tally gives each visitor a number, and leaves what is no tally" {
    says "A file of another size is no tally: it stays as it is, and the program says so and leaves with status 1"
    says "Any number of visitors may come at the same time, and no two of them get the same number"
    run_shell 'for i in {1..60}; do ./tally.answer many & done; wait'
    assert_success
    assert_equal "$(sort -nu stdout | wc -l) $(sort -n stdout | tail -n 1)" '60 60'
    echo 'a letter' > letter
    run_program ./tally.answer letter
    assert_failure 1
    assert_stderr --partial 'letter: is no tally'
    assert_equal "$(cat letter)" 'a letter'
}

@test "the answer of truncated_under tells each file that was cut, and sums up the others" {
    says "for each file that was cut it says FILE: was cut short on standard error; and if there was one, it leaves with status 1"
    printf aaaaaaaaaa | tee a > b
    run_program ./truncated_under.answer 'truncate -s 3 a' a b
    assert_failure 1
    assert_stderr --partial 'a: was cut short'
    assert_output 'b 970'
}
