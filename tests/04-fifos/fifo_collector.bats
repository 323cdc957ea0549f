# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# fifo_collector: prints the lines of any number of clients; none is lost, no two
# are mixed, and nobody hangs who did not ask for it.

@test "the session holds: three clients, five lines, and the box is gone" {
    holds_session
}

@test "lines of many clients at once come whole, each once" {
    run_shell 'mkfifo box
        exec 8<> box 9< box 8>&-
        ./fifo_collector box 40 9<&- > journal & pid=$!
        long=$(printf "%3000s" end)
        for i in 1 2 3 4 5 6 7 8 9 10; do
            ./fifo_client box "$i a $long" "$i b" "$i c $long" "$i d" 9<&- > /dev/null & clients+=" $!"
        done
        wait $pid
        sed -E "s/^[0-9]+: //; s/ +end$//" journal | sort -V
        [ "$(wc -l < journal)" = 40 ] || kill $clients
        wait $clients'
    assert_success
    expected=$(for i in {1..10}; do printf '%s\n' "$i a" "$i b" "$i c" "$i d"; done)
    assert_output "$expected"
}

@test "SIGTERM ends it in order: nobody comes in, and who is inside is heard" {
    for signal in TERM INT; do
        run_shell "$functions"'
            trap - INT
            ./fifo_collector box > journal & pid=$!
            there box $pid; sleeping $pid
            exec 7> box; echo early >&7
            until grep -q early journal; do :; done
            sleeping $pid
            kill -$1 $pid
            gone box $pid
            ./fifo_client -n box hello
            echo late >&7; exec 7>&-
            wait $pid; echo $?; cat journal' $signal
        assert_success
        assert_output "0
early
late"
        assert_stderr 'fifo_client: box: No such file or directory'
    done
}

@test "a second signal ends it at once" {
    run_shell "$functions"'
        ./fifo_collector box & pid=$!
        there box $pid; sleeping $pid
        exec 7> box
        kill -TERM $pid
        gone box $pid; sleeping $pid; kill -TERM $pid
        wait $pid'
    assert_failure 143
}

@test "a second collector is refused, and a third may come when the first is gone" {
    run_shell "$functions"'
        ./fifo_collector box > /dev/null & pid=$!
        there box $pid; sleeping $pid
        ./fifo_collector box; echo $?
        kill -KILL $pid; wait $pid 2> /dev/null
        exec 8<> box 9< box 8>&-
        ./fifo_client box again 9<&- > /dev/null; ./fifo_collector box 1 9<&-; exit $?'
    assert_success
    assert_line --index 0 1
    assert_line --regexp '^[0-9]+: again$'
    assert_stderr_line 'fifo_collector: box: has a collector already'
}

@test "a line longer than the buffer and a last one without an end are printed, too" {
    run_shell 'mkfifo box; exec 8<> box 9< box
        { printf "%010000d\n" 7; printf "no end"; } >&8; exec 8>&-
        ./fifo_collector box 2 9<&- > journal
        tail -n 1 journal; tr -d "\n" < journal | wc -c'
    assert_success
    assert_line --index 0 'no end'
    assert_line 10006
}

@test "a box that is no FIFO is refused, whatever it is" {
    echo dinner > box
    run_program ./fifo_collector box
    assert_failure 1
    assert_stderr 'fifo_collector: box: not a FIFO'
    rm box
    mkdir box
    run_program ./fifo_collector box
    assert_failure 1
    assert_stderr 'fifo_collector: box: not a FIFO'
    run_program ./fifo_collector cellar/box
    assert_failure 1
    assert_stderr 'fifo_collector: cellar/box: No such file or directory'
}

@test "when it cannot print it stops and says so" {
    run_shell 'mkfifo box; exec 8<> box 9< box
        echo hello >&8; exec 8>&-; ./fifo_collector box 9<&- > /dev/full; exit $?'
    assert_failure 1
    assert_stderr 'fifo_collector: cannot write to standard output'
}

@test "it waits without working: idle, it sleeps in ppoll" {
    needs strace
    run_shell 'mkfifo box; exec 8<> box
        strace -qq -o log -e trace=ppoll ./fifo_collector box 1 8>&- & pid=$!
        until grep -q ppoll log 2> /dev/null; do kill -0 $pid || exit 9; done
        echo hello >&8; exec 8>&-; wait $pid; grep -c "ppoll(" log'
    assert_success
    assert_line hello
    assert_line 1
}

@test "it leaves no descriptor open, and interrupted it prints the same" {
    # a reader of ours keeps the line until the collector comes
    mkfifo box
    exec 7<> box 8< box
    echo hello >&7
    exec 7>&-
    no_leaked_fd ./fifo_collector box 1
    assert_success
    assert_output hello
    mkfifo box
    exec 7<> box 8< box
    echo hello >&7
    exec 7>&-
    inject 'ppoll:error=EINTR:when=1 read:error=EINTR:when=1' ./fifo_collector box 1
    assert_success
    assert_output hello
    exec 8<&-
}

@test "a wrong call shows the usage" {
    for what in '' 'a b c' 'box 0' 'box -3' 'box many' 'box 3x'; do
        # shellcheck disable=SC2086
        run_program ./fifo_collector $what
        assert_failure 2
        assert_stderr 'usage: fifo_collector BOX [LINES]'
    done
}
