# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
load ../05-mmap/rules
# A note in two slots: a step is on the disk before the next one begins.

@test "the page waits, MS_ASYNC leaves it waiting, MS_SYNC does not [M11]" {
    needs_disk
    says "With MS_ASYNC it writes nothing, since Linux 2.6.19"
    says "The session below shows the page that was waiting"
    holds_session
}

@test "first the text, then msync, then the number, then msync once more [M11]" {
    says "first the text, then msync(2), then the number, then msync(2) once more"
    run_program ./map_note note old
    traced msync ./map_note note new
    assert_success
    assert_equal "$(grep -oE 'MS_A?SYNC\) += 0' strace | tr -d ' ' | paste -sd ' ')" 'MS_ASYNC)=0 MS_SYNC)=0 MS_SYNC)=0'
    assert_equal "$(cut -d: -f1 stdout | grep stored | paste -sd ',')" 'the text is stored,the number is stored'
    run_program ./map_note note
    assert_output new
}

@test "whenever it ends before the second msync, the old note is the note" {
    says "either the old or the new one is there"
    says "the old note is still in its slot"
    run_program ./map_note note old
    assert_success
    local when
    for when in 1 2; do
        inject "msync:error=EIO:when=$when" ./map_note note new
        assert_failure 1
        run_program ./map_note note
        assert_output old
    done
    inject msync:signal=SIGTERM:when=2 ./map_note note new
    assert_killed SIGTERM
    run_program ./map_note note
    assert_output old
    inject "msync:error=EIO:when=3" ./map_note note new
    assert_failure 1
    assert_stderr 'map_note: the note may not be on the disk: Input/output error'
}

@test "ten notes, and the last one counts; a new file says nothing" {
    says "the higher number counts"
    run_program ./map_note note
    assert_output ''
    local i
    for i in {1..10}; do
        run_program ./map_note note "note $i"
        assert_success
        run_program ./map_note note
        assert_output "note $i"
    done
    assert_equal "$(stat -c %s note)" 256
}

@test "what is no note file, and a note that is too long, is refused" {
    echo text > letter
    mkfifo pipe
    local file
    for file in letter /dev/null; do
        run_program ./map_note "$file" text
        assert_failure 1
        assert_stderr "map_note: $file: has no slots"
    done
    run_program ./map_note note "$(printf 'x%.0s' {1..120})"
    assert_failure 1
    assert_stderr 'map_note: the note is too long'
    run_program ./map_note
    assert_failure 2
    assert_stderr_line --partial usage
    assert_equal "$(cat letter)" text
}

@test "a new file is brought to the disk, through signals, and a full disk is told" {
    inject fsync:error=EINTR:when=1 ./map_note note text
    assert_success
    assert_equal "$(grep -c 'fsync(' strace)" 2
    inject fsync:error=EIO:when=1 ./map_note other text
    assert_failure 1
    assert_stderr 'map_note: other: Input/output error'
    run_shell '(ulimit -f 0; ./map_note third text 2>&1; echo "status $?") | cat'
    assert_output 'map_note: third: File too large
status 1'
}

@test "no process leaves a descriptor open" {
    no_leaked_fd ./map_note note text
    assert_success
    assert_line --partial 'wait'
}
