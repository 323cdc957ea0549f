# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# fifo_client: sends one line for each text to a collector, whole or not at all.

@test "the session holds: refusals, and a cat that collects" {
    says "With it, ENXIO tells that there is none"
    says "With -n they do not wait"
    holds_session
}

@test "each line is one write, no longer than PIPE_BUF" {
    says "Each line goes out with one write(2)"
    mkfifo box
    exec 7<> box
    traced write ./fifo_client box one two
    assert_success
    assert_equal "$(grep -cE 'write\([0-9]+, "[0-9]+: (one|two)\\n", [0-9]+\)' strace)" 2
    run_program ./fifo_client box "$(printf '%4000s' x)"
    assert_success
    assert_output --regexp '^[0-9]+: sent$'
    exec 7>&-
}

@test "a text too long, or of two lines, is refused before anything is sent" {
    says "a text that the client refuses should not leave half of the work done"
    says "A line feed inside would make two lines of it"
    mkfifo box
    exec 7<> box
    for text in "$(printf '%4096s' x)" $'a\nb'; do
        run_program ./fifo_client -n box first "$text"
        assert_failure 1
        [ -n "$stderr" ]
        assert_output ''
    done
    run_shell 'dd if=box iflag=nonblock status=none <> box'
    assert_output ''
    exec 7>&-
}

@test "with -n it does not wait for room either" {
    says "if the FIFO has no room for the line and the client does not wait, EAGAIN"
    mkfifo box
    exec 7<> box
    run dd if=/dev/zero of=box oflag=nonblock bs=4096 status=none
    assert_output --partial 'Resource temporarily unavailable'
    run_program ./fifo_client -n box hello
    assert_failure 1
    assert_stderr 'fifo_client: box: line 1: Resource temporarily unavailable'
    exec 7>&-
}

@test "an error names the line, after those that went" {
    says "The message has the number of the line, so that it is known how many went before"
    mkfifo box
    exec 7<> box
    run dd if=/dev/zero of=box oflag=nonblock bs=4096 status=none
    dd of=/dev/null bs=4096 count=1 status=none <&7
    long=$(printf '%4085s' x)
    run_program ./fifo_client -n box short "$long" "$long"
    assert_failure 1
    assert_output ''
    assert_stderr 'fifo_client: box: line 2: Resource temporarily unavailable'
    exec 7>&-
}

@test "a line that is not written whole is an error, and nothing is written after it" {
    says "A line that fits is written whole or not at all, so any result other than its length is an error, and no loop goes on writing the rest"
    mkfifo box
    exec 7<> box
    for got in 0 3; do
        inject write:retval=$got:when=1 ./fifo_client -n box hello more
        assert_failure 1
        assert_stderr 'fifo_client: box: took a part of line 1'
    done
    run_shell 'dd if=box iflag=nonblock status=none'
    assert_output ''
    exec 7>&-
}

@test "a text may begin with a hyphen, or be an option's name" {
    says "Options end at the box"
    mkfifo box
    exec 7<> box
    run_program ./fifo_client -n box '-5 degrees' -n
    assert_success
    run_shell 'dd if=box iflag=nonblock status=none'
    assert_line --regexp '^[0-9]+: -5 degrees$'
    assert_line --regexp '^[0-9]+: -n$'
    exec 7>&-
}

@test "a line of exactly PIPE_BUF bytes fits, one byte more does not" {
    says "So the client makes each line in memory first, and refuses one that is too long"
    mkfifo box
    exec 7<> box
    for size in 4096 4097; do
        run_shell 'pid=$$; exec ./fifo_client -n box "$(printf "%*s" $(($1 - ${#pid} - 3)) x)"' $size
        case $size in
        4096) assert_success ;;
        *)
            assert_failure 1
            assert_stderr 'fifo_client: more than a FIFO takes at once, 4096 bytes'
            ;;
        esac
    done
    run_shell 'dd if=box iflag=nonblock status=none bs=8192 count=1 | wc -c'
    assert_output 4096
    exec 7>&-
}

@test "a collector that leaves is an error with a message, not a death" {
    says "If the collector has left, the error is EPIPE"
    run_shell "$functions"'
        mkfifo box; exec 8<> box
        dd if=/dev/zero of=box oflag=nonblock bs=4096 status=none 2> /dev/null
        ./fifo_client box hello 8>&- & pid=$!
        until [ "/proc/$pid/fd/3" -ef box ]; do kill -0 $pid || exit 9; done
        sleeping $pid; exec 8>&-; wait $pid'
    assert_failure 1
    assert_stderr 'fifo_client: box: line 1: Broken pipe'
}

@test "interrupted, it sends its line once" {
    mkfifo box
    exec 7<> box
    inject 'openat:error=EINTR:when=1 write:error=EINTR:when=1' ./fifo_client box hello
    assert_success
    run_shell 'dd if=box iflag=nonblock status=none'
    assert_equal "$(grep -c ': hello$' stdout)" 1
    exec 7>&-
}

@test "a wrong call shows the usage" {
    for what in '' 'box' '-n box' '-x box hello'; do
        # shellcheck disable=SC2086
        run_program ./fifo_client $what
        assert_failure 2
        assert_stderr_line --partial 'usage: fifo_client [-n] BOX TEXT...'
    done
}

@test "it leaves no descriptor open, and notices that it cannot print" {
    mkfifo box
    exec 7<> box
    no_leaked_fd ./fifo_client box hello
    assert_success
    run_shell './fifo_client box hello > /dev/full'
    assert_failure 1
    assert_stderr 'fifo_client: cannot write to standard output'
    exec 7>&-
}
