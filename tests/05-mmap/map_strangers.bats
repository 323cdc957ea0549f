# shellcheck disable=SC2016,SC2154,SC2012 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# Two programs without a common parent meet in a file that both map.

@test "the reader sees what the writer stored, at two addresses [M27] [M28] [M29]" {
    holds_session
}

@test "they meet even when each is the leader of a session of its own [M27]" {
    run_shell 'setsid ./map_strangers board | {
        read -r line; echo "$line"
        setsid ./map_strangers board "from next door"; cat; }'
    assert_success
    assert_output --partial 'nothing yet'
    assert_output --partial 'then read: from next door'
    assert_output --partial 'the same text: yes'
}

@test "the file did not exist, and is as long as the board afterwards [M27]" {
    [ ! -e board ]
    run_program ./map_strangers board hello
    assert_success
    [ "$(stat -c %s board)" -ge 81 ]
    run_program ./map_strangers board
    assert_output --partial 'looked 0 times, then read: hello'
    refute_output --partial 'nothing yet'
}

@test "a reader without a writer neither waits nor ends [M29]" {
    run_program -t 1 ./map_strangers board
    assert_failure 124
    assert_output --regexp '^reader [0-9]+: nothing yet$'
}

@test "a text that nobody has read is not written over, and one that was read makes room [M27]" {
    says "If the board holds a text that nobody has read yet, or the text does not fit, it gives up"
    local i
    for i in 1 2 3; do
        run_program ./map_strangers board "text $i"
        assert_success
        run_program ./map_strangers board "another"
        assert_failure 1
        assert_stderr 'map_strangers: board: is in use'
        run_program ./map_strangers board
        assert_success
        assert_line --regexp "^reader [0-9]+: looked 0 times, then read: text $i\$"
    done
    run_program -t 1 ./map_strangers board
    assert_failure 124
}

@test "a board that was left in the middle is not written on" {
    says "A process that is killed between its two changes leaves the board in use, until somebody removes the file; a reader then looks in vain"
    inject 'write:signal=SIGTERM:when=1' ./map_strangers board half
    assert_killed SIGTERM
    run_program ./map_strangers board other
    assert_failure 1
    assert_stderr 'map_strangers: board: is in use'
    run_program -t 1 ./map_strangers board
    assert_failure 124
    rm board
    run_program ./map_strangers board other
    assert_success
}

@test "a file that is no board stays as it is" {
    says "A file of another size is not ours, and stays as it is"
    head -c 200 /dev/zero > image
    echo 'a letter' > letter
    mkfifo pipe
    local file
    for file in image letter pipe /dev/null; do
        run_program ./map_strangers "$file" text
        assert_failure 1
        assert_stderr "map_strangers: $file: is no notice board"
    done
    assert_equal "$(cat letter)" 'a letter'
    assert_equal "$(tr -d '\0' < image | wc -c) $(wc -c < image)" '0 200'
}

@test "a full disk is an error and no signal" {
    says "a full disk is an error here and not a signal later"
    needs mounts
    run_shell 'mkdir small; exec unshare --mount --propagation private sh -c "
        mount -t tmpfs -o size=64k tmpfs small
        b=\$PWD/map_strangers; cd small; cat /dev/zero > fill 2> /dev/null; exec \$b board text"'
    assert_failure 1
    assert_stderr 'map_strangers: board: No space left on device'
}

@test "a text that could not be printed stays on the board" {
    says "What it could not print stays on the board"
    run_program ./map_strangers board text
    run_shell './map_strangers board > /dev/full'
    assert_failure 1
    assert_stderr_line --partial 'standard output'
    run_program ./map_strangers board
    assert_success
    assert_line --regexp 'then read: text$'
}

@test "a text that nobody reads any more stays on the board" {
    says "For this it has to outlive a SIGPIPE"
    run_program ./map_strangers board text
    run_program perl -e 'pipe R, W; close R; open STDOUT, ">&", \*W; exec "./map_strangers", "board"'
    assert_failure 1
    assert_stderr 'map_strangers: cannot write to standard output'
    run_program ./map_strangers board
    assert_success
    assert_line --regexp 'then read: text$'
}

@test "a text of which only the next line cannot be printed was printed" {
    run_program ./map_strangers board text
    run_shell './map_strangers board | head -n 1'
    assert_output --regexp 'then read: text$'
    run_program ./map_strangers board other
    assert_success
}

@test "a writer that cannot report takes the text back" {
    says "If it cannot report, it takes the text back"
    run_shell './map_strangers board text > /dev/full'
    assert_failure 1
    run_shell './map_strangers board text >&-'
    assert_failure 1
    run_program ./map_strangers board other
    assert_success
    run_program ./map_strangers board
    assert_line --regexp 'then read: other$'
}

@test "a limit on the size of files is told" {
    run_shell '(ulimit -f 0; ./map_strangers board text 2>&1; echo "status $?") | cat'
    assert_output 'map_strangers: board: File too large
status 1'
}

@test "a text without an end is printed as far as the board goes" {
    says "It prints at most as many bytes as the board has"
    printf '\2\0\0\0' > board
    head -c 80 /dev/zero | tr '\0' x >> board
    run_program ./map_strangers board
    assert_success
    assert_line --regexp 'then read: x{80}$'
}

@test "a text that is too long is refused, and the longest is not" {
    says "or the text does not fit, it gives up"
    run_program ./map_strangers board "$(printf 'x%.0s' {1..80})"
    assert_failure 1
    assert_stderr 'map_strangers: the text is too long'
    run_program ./map_strangers board "$(printf 'x%.0s' {1..79})"
    assert_success
    run_program ./map_strangers board
    assert_line --regexp 'read: x{79}$'
}

@test "a wrong call gets a usage line" {
    run_program ./map_strangers
    assert_failure 2
    assert_stderr_line --partial usage
}

@test "no process leaves a descriptor open" {
    no_leaked_fd ./map_strangers board text
    assert_success
    assert_line --partial 'done'
}
