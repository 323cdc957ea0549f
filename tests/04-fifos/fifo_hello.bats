# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# fifo_hello: four calls, and two strangers have met.

@test "the session holds: mkfifo makes a name, and strangers meet there [F07] [F08] [F10]" {
    says "The command mkfifo(1) makes the name, and refuses to make it where something bears that name already"
    holds_session
}

@test "either half may come first, and waits in open" {
    says "the one that comes first waits"
    for first in hello ''; do
        second=''
        [ -n "$first" ] || second=hello
        run_shell "$functions"'
            ./fifo_hello $1 > first & pid=$!
            there gate $pid; sleeping $pid
            ./fifo_hello $2 > second && wait $pid && cat first second; rm gate' "$first" "$second"
        assert_success
        assert_output hello
    done
}

@test "it hears 79 bytes and no more" {
    says "It hears 79 bytes and no more, and only what one read(2) returns"
    run_shell './fifo_hello "$(printf "%080d" 7)" & ./fifo_hello; wait $!; echo $?'
    assert_success
    assert_output "$(printf '%079d' 0)
0"
    run_shell 'mkfifo gate 2> /dev/null; exec 7<> gate; printf one >&7; exec 8> gate; ./fifo_hello 7<&- 8<&- > heard
        exec 7>&- 8>&-; cat heard'
    assert_output one
}

@test "a signal ends its open with an error, a reader that left kills it, a file is written" {
    says "A signal whose handler returns, once it has one, can end its open(2) or its read(2) with an error"
    says "If the hearer leaves early, the speaker is killed without a word"
    says "if gate is the name of an ordinary file, it writes into that file"
    mkfifo gate
    exec 7<> gate
    for call in openat:error=EINTR:when=1 read:error=EINTR:when=1; do
        what=${call%%:*}
        case $what in openat) set -- -P gate ;; *) set -- ;; esac
        needs strace
        run_shell 'printf x > gate & strace -o log -P "$PWD/gate" -P gate -e trace=$1 -e inject=$2 ./fifo_hello; echo $?; wait $!' "$what" "$call"
        assert_output 1
        assert_stderr_line --partial 'Interrupted system call'
        dd if=gate iflag=nonblock of=/dev/null status=none || true
    done
    exec 7>&-
    run_shell "$functions"'
        exec 7<> gate; dd if=/dev/zero of=gate oflag=nonblock bs=4096 status=none 2> /dev/null
        ./fifo_hello word 7<&- & pid=$!
        until [ "/proc/$pid/fd/3" -ef gate ]; do kill -0 $pid || exit 9; done
        sleeping $pid; exec 7>&-; wait $pid; echo $?'
    assert_output 141
    assert_stderr ''
    rm gate
    echo something > gate
    run_program ./fifo_hello word
    assert_success
    assert_equal "$(cat gate)" wordthing
}

@test "what cannot be made or printed is told" {
    as_nobody run_shell 'mkdir closed; chmod 500 closed; cd closed; ../fifo_hello'
    assert_failure 1
    assert_stderr 'fifo_hello: mkfifo: Permission denied'
    mkfifo gate
    run_shell './fifo_hello word & ./fifo_hello > /dev/full; echo $?; wait'
    assert_output 1
    assert_stderr 'fifo_hello: standard output: No space left on device'
}
