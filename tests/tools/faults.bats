# shellcheck disable=SC2154,SC2016 # helpers.bash sets it; other shells expand
bats_require_minimum_version 1.13.0
load ../lib/helpers
# The fault runner: it finds what is wrong with bad programs, and leaves a good
# one in peace.

# faults NAME OUTPUT [OPTION...]: runs the fault runner on the fixture NAME,
# which prints OUTPUT.
faults() {
    needs strace
    mkdir -p bin
    "${CC:-gcc}" -std=gnu17 -O1 -o "bin/$1" "$book_lib/../tools/fixtures/faults/$1.c"
    printf '$ ./%s\n%s\n' "$1" "$2" > "$1.session"
    run "$book_lib/../faults/run" --unit-bin bin --session "$1.session" \
        --expected none "${@:3}"
}

@test "a program that looks at every result passes" {
    faults good 'read a word'
    assert_success
    for fault in clone:error=EAGAIN read:error=EINTR wait4:error=EINTR; do
        faults good 'read a word' --fault "$fault:when=1"
        assert_success
        assert_output --partial "$fault:when=1: r"
    done
}

@test "a program that looks at every result meets each kind of fault" {
    faults good 'read a word'
    assert_line --regexp '^[0-9]+ cases on 1 programs: [0-9]+ right .*, [0-9]+ refused with a message, 0 excused, 0 wrong'
    [ "${output%% cases*}" -ge 14 ] || fail "too few cases"
}

@test "EINTR is got over, EMFILE is reported" {
    faults good 'read a word' --fault read:error=EINTR:when=1
    assert_output --partial 'elsewhere: read:error=EINTR:when=1: right: exited 0'
    faults good 'read a word' --fault pipe2:error=EMFILE:when=1
    assert_output --partial 'refused: exited 1'
    assert_line 'good: pipe2: Too many open files'
}

@test "output that is lost in silence is found" {
    faults silent 'all is well'
    assert_failure 1
    assert_line --partial 'WRONG elsewhere: dev-full: another result without a message'
    assert_line --partial 'WRONG elsewhere: write:error=ENOSPC:when=1: another result'
    assert_line --regexp 'again: tests/faults/run --fault dev-full --command 1 '
}

@test "a short read taken for the whole is found" {
    faults hasty 'all of it' --fault short-read
    assert_failure 1
    assert_line --partial 'WRONG elsewhere: short-read: another result without a message'
}

@test "a hang is found" {
    faults stuck x --fault clone:error=EAGAIN:when=1 --limit 1
    assert_failure 1
    assert_line --partial 'WRONG elsewhere: clone:error=EAGAIN:when=1: it hangs'
}

@test "a crash is found" {
    faults crashing -1
    assert_failure 1
    assert_line --partial 'WRONG elsewhere: openat:error=EMFILE:when=1: it crashes: SIGSEGV'
}

@test "a program without a child has no case of a failing fork" {
    faults silent 'all is well' --fault clone:error=EAGAIN:when=1
    assert_failure
    assert_output --partial 'no such case'
}

@test "a session that does not hold is told, not excused" {
    faults good 'read another word'
    assert_failure 1
    assert_line --partial 'its session does not hold to begin with'
}

@test "an exception excuses what it names, and must be needed" {
    needs strace
    printf 'elsewhere\tdev-full\tit says nothing on purpose\n' > list
    printf 'elsewhere\twrite:error=*\tit says nothing on purpose\n' >> list
    faults silent 'all is well' --expected list
    assert_success
    printf 'elsewhere\tpipe2:*\tnever happens\n' >> list
    faults silent 'all is well' --expected list
    assert_failure 1
    assert_line --partial 'list:3: excuses nothing: elsewhere pipe2:*'
}

@test "an exception without a reason is refused" {
    printf 'elsewhere\tdev-full\n' > list
    faults silent 'all is well' --expected list
    assert_failure
    assert_output --partial "list:1: not 'UNIT/PROGRAM FAULT REASON'"
}

@test "temporary files may lie below a name with blanks and colons" {
    mkdir 't m:p'
    TMPDIR="$PWD/t m:p" faults good 'read a word' --fault read:error=EINTR:when=1
    assert_output --partial 'right: exited 0'
    TMPDIR="$PWD/t m:p" faults good 'read a word' --fault short-read
    assert_success
    run ls -A 't m:p'
    assert_output ''
}

@test "a signal ends the programs under test too" {
    needs strace
    local name=st$$
    mkdir bin
    "${CC:-gcc}" -o "bin/$name" "$book_lib/../tools/fixtures/faults/stuck.c"
    printf '$ ./%s\nx\n' "$name" > "$name.session"
    "$book_lib/../faults/run" --unit-bin bin --session "$name.session" --expected none \
        --fault clone:error=EAGAIN:when=1 --limit 600 > said 2>&1 3>&- &
    until pgrep -x "$name"; do sleep 0.05; done
    kill -TERM $!
    wait $! || :
    for _ in {1..200}; do pgrep -x "$name" > left || return 0; sleep 0.05; done
    fail "$name is still there"
}
