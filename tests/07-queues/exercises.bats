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

@test "what a start is given has room: long_first takes 64 arguments, told_once eight words" {
    says "sends each of its arguments, 64 at most, as a message"
    says "There are eight words at most"
    for part in start answer; do
        # shellcheck disable=SC2046 # words
        run "$root/out/bin/$unit/exercises/long_first.$part" $(printf '1:x%.0s ' {1..64})
        assert_success
        # shellcheck disable=SC2046 # words
        run "$root/out/bin/$unit/exercises/long_first.$part" $(printf '1:x%.0s ' {1..700})
        assert_failure 2
        run timeout 9 "$root/out/bin/$unit/exercises/told_once.$part" 1 2 3 4 5 6 7 8 9 < /dev/null
        assert_failure 2
    done
    run timeout 9 "$root/out/bin/$unit/exercises/told_once.answer" 1 2 3 4 5 6 7 8 < /dev/null
    assert_output "$(seq 8)"
}

@test "blanks more or less do not matter in a prediction, and where the error is wrong the check asks for it" {
    cp "$root/tangled/$unit/exercises/by_priority.answer.txt" guess
    sed -i 's/-/ -/; s/^\$/$ /; s/^5/ 5/' guess
    run "$root/out/bin/$unit/exercises/by_priority.check" guess
    assert_success
    sed -i 's/EAGAIN/ENOMSG/' guess
    run "$root/out/bin/$unit/exercises/by_priority.check" guess
    assert_failure 1
    assert_line --partial 'Which error means empty?'
}

@test "a fixed buffer of 8192 bytes is refused where a queue may have longer messages" {
    needs namespaces
    unshare -i sh -c 'echo 30000 > /proc/sys/fs/mqueue/msgsize_max' 2> refused ||
        unshare -ri sh -c 'echo 30000 > /proc/sys/fs/mqueue/msgsize_max' 2> refused || skip "needs a setting of an IPC namespace that can be changed"
    sed 's/size_t length = strlen(argv\[2\]);/size_t length = 8192;/' "$root/tangled/$unit/exercises/too_small.wrong-expected.c" > fixed.c
    ! cmp -s fixed.c "$root/tangled/$unit/exercises/too_small.wrong-expected.c"
    cc -o fixed fixed.c
    run "$root/out/bin/$unit/exercises/too_small.check" ./fixed
    assert_failure 1
    assert_line --index 1 'NO   it comes through a queue for long messages'
    assert_line --partial 'What is the longest message of a queue for 30,000 bytes?'
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

@test "a text without a null byte behind it is refused in too_small, whatever memory holds" {
    sed 's/fwrite(text, 1, (size_t)is.mq_msgsize, stdout);/printf("%s", text);/; s/calloc((size_t)is.mq_msgsize, 1)/malloc((size_t)is.mq_msgsize + 1)/' "$root/tangled/$unit/exercises/too_small.wrong-whole.c" > null.c
    grep -q malloc null.c && grep -q '%s", text' null.c
    cc -w -o null null.c
    run "$root/out/bin/$unit/exercises/too_small.check" ./null
    assert_failure 1
    assert_line --partial 'What it printed got other bytes than were there.'
}
