# shellcheck shell=bash disable=SC2016,SC2154
bats_require_minimum_version 1.13.0
load ../lib/helpers
# Writers that meet at a full pipe.

@test "short writes stay whole, long ones are torn, as the chapter prints" {
    holds_session
}

@test "writes of up to PIPE_BUF bytes stand together, larger ones mix [P45]" {
    page=$(getconf PAGESIZE)
    run_program ./pipe_atomic
    assert_line --regexp "^two writers of +$page bytes: \.AB$"
    assert_line --regexp "^two writers of +$((2 * page)) bytes: \.ABAB$"
}

@test "each writer writes in one call [P45]" {
    page=$(getconf PAGESIZE)
    traced write ./pipe_atomic
    assert_line --regexp 'bytes: \.ABAB$'
    assert_equal "$(grep -c " = $((2 * page))$" strace)" 2
}

@test "in a crowd of writers no record of up to PIPE_BUF bytes is torn [P51]" {
    run_program ./pipe_atomic
    assert_success
    assert_line --regexp 'bytes: \.AB$'
    for size in 512 4096; do
        run_shell 'for letter in A B C D; do
            head -c $((400 * $1)) /dev/zero | tr "\\0" $letter |
                dd bs=$1 iflag=fullblock status=none &
            done | fold -w $1 | tr -s A-D | sort | uniq -c' $size
        assert_equal "${#lines[@]}" 4
        for i in 0 1 2 3; do assert_line --index $i --regexp '^ *400 [A-D]$'; done
    done
}

@test "nobody is left behind, dead or alive" {
    leaves_no_zombie ./pipe_atomic
    assert_success
    assert_line --regexp 'bytes: \.ABAB$'
}

@test "interrupted reads and waits change nothing" {
    for call in read wait4; do
        inject "$call:error=EINTR:when=1" ./pipe_atomic
        assert_success
        assert_line --regexp 'bytes: \.ABAB$'
    done
}

@test "a writer that cannot write makes the parent fail" {
    inject 'write:error=ENOSPC:when=1' ./pipe_atomic
    assert_failure 1
}

@test "a full standard output is noticed" {
    run_shell './pipe_atomic > /dev/full'
    assert_failure 1
    assert_stderr_line --partial "cannot write to standard output"
}
