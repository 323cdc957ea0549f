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

@test "to_all takes lines of 255 bytes, for one child to eight" {
    says "Lines have at most 255 bytes"
    says "has N children, from one to eight"
    run bash -c 'cd "$1" && printf "%0255d\n" 7 | "$2" 8 && wc -c < got.8 && cmp got.1 got.8' bash "$PWD" "$root/out/bin/$unit/exercises/to_all.answer"
    assert_output 256
    run "$root/out/bin/$unit/exercises/to_all.answer" 9
    assert_failure 2
}

@test "squares takes one worker to eight, and none of its results is lost" {
    says "prints the numbers from 1 to 8 with their squares, in this order"
    says "A child that dies costs time and no result: all eight are printed, and the program leaves with status 0"
    for deadly in 1 2 3 4 5 6 7 8; do
        rm -f tried
        run "$root/out/bin/$unit/exercises/squares.answer" "$deadly" $((9 - deadly))
        assert_success
        assert_equal "${#lines[@]}" 8
    done
}
