# shellcheck disable=SC2154 # helpers.bash sets it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# The sanitizers' runner: it finds what is planted, in children too, and leaves
# a good program in peace.

# sanitize NAME [OPTION...]: runs it on the fixture NAME, which prints a word.
sanitize() {
    needs clang valgrind strace
    local fixtures=$book_lib/../tools/fixtures/sanitize
    mkdir -p bin
    "${CC:-gcc}" -std=gnu17 -g -O0 -o "bin/$1" "$fixtures/$1.c"
    printf '$ ./%s\na word\n' "$1" > "$1.session"
    [ -e list ] || : > list
    run "$book_lib/../sanitize/run" --bin bin --source "$fixtures" \
        --session "$1.session" --expected list "${@:2}"
}

@test "a program without fault passes under both tools" {
    sanitize good
    assert_success
    assert_line --index 1 '2 passed, 0 failed, 0 skipped'
}

@test "a write behind the end of memory is found, though a child did it" {
    sanitize child
    assert_failure 1
    assert_line 'WRONG elsewhere: asan: heap-buffer-overflow'
    assert_line 'WRONG elsewhere: valgrind: Invalid write of size 1'
}

@test "undefined behavior is found" {
    sanitize undefined --tool asan
    assert_failure 1
    assert_line --partial 'WRONG elsewhere: asan: signed integer overflow'
}

@test "a descriptor that is left open is found" {
    sanitize open --tool valgrind
    assert_failure 1
    assert_line --regexp '^WRONG elsewhere: valgrind: descriptor from open\.c:[0-9]+$'
}

@test "memory that is lost is found" {
    sanitize lost --tool valgrind
    assert_failure 1
    assert_line --regexp '^WRONG elsewhere: valgrind: lost memory from lost\.c:[0-9]+$'
}

@test "a session that does not hold is found" {
    sanitize good
    printf '$ ./good\nanother word\n' > good.session
    run "$book_lib/../sanitize/run" --bin bin --tool asan --expected list \
        --source "$book_lib/../tools/fixtures/sanitize" --session good.session
    assert_failure 1
    assert_line 'WRONG elsewhere: asan: session'
}

@test "an exception excuses what it names, must be needed, and has a reason" {
    printf 'elsewhere\tvalgrind: descriptor*\tit is open on purpose\n' > list
    sanitize open --tool valgrind
    assert_success
    assert_line --partial '1 findings that are meant'
    printf 'elsewhere\tvalgrind: session\tnever happens\n' >> list
    sanitize open --tool valgrind
    assert_failure 1
    assert_line --partial 'list:2: excuses nothing: elsewhere valgrind: session'
    printf 'elsewhere\tvalgrind: session\n' > list
    sanitize open --tool valgrind
    assert_failure
    assert_line --partial "list:1: not 'UNIT/PROGRAM TOOL: FINDING REASON'"
}

@test "a wrong name: status 2" {
    run "$book_lib/../sanitize/run" 99-nowhere
    assert_failure 2
    assert_output "sanitize: '99-nowhere' has no session"
}

@test "temporary files and programs may lie below any name" {
    local odd="\$t m:'p"
    mkdir "$odd"
    TMPDIR="$PWD/$odd" sanitize open --tool valgrind
    assert_failure 1
    assert_line --regexp '^WRONG elsewhere: valgrind: descriptor from open\.c:[0-9]+$'
}
