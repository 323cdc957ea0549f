# shellcheck shell=bash disable=SC2016,SC2154
bats_require_minimum_version 1.13.0
load ../lib/helpers
# Writers whose records meet in one pipe.

@test "short records stay whole, long ones are torn, as the chapter prints" {
    holds_session
}

@test "each record is written in one call [P45]" {
    traced write ./pipe_atomic A 8192 3
    assert_success
    assert_equal "$(grep -c '= 8192$' strace)" 3
    assert_equal "$(tr -d A < stdout | wc -c)" 0
    assert_equal "$(wc -c < stdout)" 24576
}

@test "in a crowd of writers no record of up to PIPE_BUF bytes is torn [P51]" {
    for size in 512 4096; do
        run_shell 'for letter in A B C D; do ./pipe_atomic $letter $1 400 & done |
            fold -w $1 | tr -s A-D | sort | uniq -c' $size
        assert_equal "${#lines[@]}" 4
        for i in 0 1 2 3; do assert_line --index $i --regexp '^ *400 [A-D]$'; done
    done
}

@test "an interrupted write is tried again, a short one ends the program" {
    inject 'write:error=EINTR:when=2' ./pipe_atomic A 100 3
    assert_success
    assert_equal "$(wc -c < stdout)" 300
    inject 'write:retval=7:when=2' ./pipe_atomic A 100 3
    assert_failure 1
    assert_stderr_line --partial "a record was cut"
}

@test "anything but three arguments is refused with a usage line" {
    for words in '' 'A 1' 'A 1 1 1'; do
        # shellcheck disable=SC2086
        run_program ./pipe_atomic $words
        assert_failure 2
        assert_stderr_line "pipe_atomic: usage: pipe_atomic LETTER SIZE TIMES"
    done
}

@test "a full standard output is noticed" {
    run_shell './pipe_atomic A 10 1 > /dev/full'
    assert_failure 1
    assert_stderr_line --partial "No space left on device"
}
