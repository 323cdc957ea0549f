bats_require_minimum_version 1.13.0
load ../lib/helpers
# The checks of the exercises: each refuses its start and every wrong answer, and takes every right one.

hold_exercises

@test "the numbers of by_priority mean what its answer says" {
    says "What comes later with a higher number overtakes what waits"
    says "And 0 is a priority like the others"
    run "$root/out/bin/$unit/exercises/by_priority" 1a 2b 0c - - -
    assert_output "2b
1a
0c"
}

@test "long_first takes 24 bytes and two digits, and no more" {
    says "An argument is the number, with one digit or two, a colon and the text, with 24 bytes at most"
    run "$root/out/bin/$unit/exercises/long_first.answer" "99:$(printf '%024d' 7)"
    assert_success
    run "$root/out/bin/$unit/exercises/long_first.answer" "99:$(printf '%025d' 7)"
    assert_failure 2
    run "$root/out/bin/$unit/exercises/long_first.answer" 100:x
    assert_failure 2
}
