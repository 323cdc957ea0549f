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
    says "A child that dies costs time and no result: all eight are printed, no number but DEADLY is squared twice, and the program leaves with status 0"
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

# refuses EXERCISE PART SCRIPT LINE...: the check refuses PART of EXERCISE after sed's SCRIPT, and says each LINE.
refuses() {
    local from=$root/tangled/$unit/exercises/$1.$2.c line
    sed -E "$3" "$from" > changed.c
    ! cmp -s "$from" changed.c
    cc -w -o changed changed.c
    run "$root/out/bin/$unit/exercises/$1.check" ./changed
    assert_failure 1
    for line in "${@:4}"; do assert_line "$line"; done
}

@test "told_once takes no asking after the last look, and no count of words" {
    local drain='while (!over \&\& take_one());' from='/^    while \(!over\) \{/,/^    \}/'
    refuses told_once answer "/^    while \\(!over\\) \\{/i ask(); $drain
        ${from}s/^ +ask\\(\\);/ await_signal ();/; s/^ +await_signal\\(\\);/ ask();/" 'NO   one is printed that comes just before it asks, time 2'
    refuses told_once answer "/^    while \\(!over\\) \\{/i $drain ask(); await_signal();" 'NO   one is printed that comes just before it asks, time 1'
    refuses told_once answer "/^    while \\(!over\\) \\{/i ask(); for (int i = 1; i < argc; i++) take_one(); if (!over) await_signal();" \
        'NO   one is printed that comes just before it asks, time 1'
}

@test "squares takes WORKERS workers, and one who dies" {
    refuses squares answer 's/have_round\(workers/have_round(8/' 'NO   one worker squares eight numbers'
    refuses squares answer '/int missing = 8;/a if (deadly) open("tried", O_CREAT, 0600);' 'NO   one of three dies of number 5' '     Nobody died of number 5.'
}

@test "too_small takes no text without its end, whatever the size, and none that was not taken" {
    refuses too_small also-null 's/(calloc\(.*) \+ 1, 1/\1, 1/' 'NO   a text that fills its message comes whole'
    refuses too_small also-null 's/puts\(text\)/puts(argv[2])/' 'NO   what is printed has come out of the queue'
}

@test "to_all takes no parent that writes, and no end that overtakes a line" {
    # children that only wait, and a parent that writes for them
    refuses to_all wrong-alone '/FILE \*file\[8\];/a int end[2]; if (pipe(end) == -1) return 1; for (int k = 0; k < n; k++) if (fork() == 0) { close(end[1]); read(end[0], end, 1); _exit(0); }
        s/return EXIT_SUCCESS;/close(end[1]); for (int k = 0; k < n; k++) { fclose(file[k]); wait(NULL); } return 0;/' 'NO   what its three children have not taken, nobody has written'
    refuses to_all answer 's/(length > 0 \? \(size_t\)length : 0), 0\)/\1, length <= 0)/'
}

@test "long_first takes no bound below the highest number, and says so" {
    refuses long_first answer 's/-100/-99/' 'NO   the highest number is taken, too' '     Up to which type does it take?'
}
