# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# fifo_meet: two programs that know nothing of each other but a name, each of
# which may come first.

@test "the session holds: either half waits, and the name stays [F07]" {
    holds_session
}

@test "whoever comes first waits in open until the other comes [F06]" {
    for first in 'say gate hello' 'hear gate'; do
        second='hear gate'
        [ "$first" != "$second" ] || second='say gate hello'
        run_shell "$functions"'
            ./fifo_meet $1 > first & pid=$!
            there gate $pid; sleeping $pid
            grep -c . first
            ./fifo_meet $2 > second && wait $pid && cat first second' "$first" "$second"
        assert_success
        assert_line --index 0 1
        assert_line --regexp '^[0-9]+: heard hello$'
        assert_line --regexp '^[0-9]+: said 5 bytes$'
        rm gate
    done
}

@test "a stranger from another session of the system is heard, too [F07]" {
    says "And the two processes need not be related"
    run_shell 'setsid -f ./fifo_meet say gate from a stranger > /dev/null
        ./fifo_meet hear gate'
    assert_success
    assert_line --regexp '^[0-9]+: heard from a stranger$'
}

@test "mkfifo -m sets the bits whatever the umask, and they stay as they are [F10]" {
    run_shell 'umask 077; mkfifo -m 622 gate
        ./fifo_meet say gate word & ./fifo_meet hear gate && wait && stat -c "%a %F" gate'
    assert_success
    assert_line '622 fifo'
    assert_line --partial 'heard word'
}

@test "the name it makes is for its owner alone, and stays" {
    says "The umask(2) that we were started with could take our own permissions from the name that we make, so we set one"
    for mask in 0 0777; do
        as_nobody run_shell 'umask $1; { ./fifo_meet say gate x & ./fifo_meet hear gate && wait; } && stat -c "%a %F" gate; rm -f gate' $mask
        assert_success
        assert_line '600 fifo'
    done
}

@test "long talk comes through whole" {
    run_shell './fifo_meet say gate "$(printf "%0100000d" 7)" > /dev/null & ./fifo_meet hear gate && wait'
    assert_success
    assert_success
    assert_equal "${lines[1]#*: heard }" "$(printf '%0100000d' 7)"
}

@test "a name that is not a FIFO's is refused" {
    echo dinner > gate
    for what in 'hear gate' 'say gate x'; do
        # shellcheck disable=SC2086 # two or three words
        run_program ./fifo_meet $what
        assert_failure 1
        assert_stderr 'fifo_meet: gate: not a FIFO'
    done
    assert_equal "$(cat gate)" dinner
}

@test "a name that cannot be made is refused with the reason" {
    run_program ./fifo_meet hear cellar/gate
    assert_failure 1
    assert_stderr 'fifo_meet: cellar/gate: No such file or directory'
}

@test "a wrong call shows the usage" {
    for what in '' 'hear' 'hear a b' 'say gate' 'sing gate x'; do
        # shellcheck disable=SC2086
        run_program ./fifo_meet $what
        assert_failure 2
        assert_stderr_line --partial 'usage: fifo_meet say DOOR WORD...'
    done
}

@test "when the other half leaves too soon it says so" {
    says "With the signal ignored, the next write(2) fails with EPIPE, and that can be printed"
    run_shell "$functions"'
        mkfifo gate; exec 7<> gate
        dd if=/dev/zero of=gate oflag=nonblock bs=4096 status=none 2> /dev/null
        ./fifo_meet say gate word 7<&- > /dev/null & pid=$!
        until [ "/proc/$pid/fd/3" -ef gate ]; do kill -0 $pid || exit 9; done
        sleeping $pid; exec 7>&-
        wait $pid'
    assert_failure 1
    assert_stderr 'fifo_meet: gate: Broken pipe'
}

@test "it leaves no descriptor open, interrupted or not" {
    mkfifo gate
    exec 7<> gate
    echo dinner >&7
    no_leaked_fd ./fifo_meet say gate x
    assert_success
    inject 'openat:error=EINTR:when=1 write:error=EINTR:when=2' ./fifo_meet say gate xyz
    assert_success
    assert_line --partial 'said 3 bytes'
    exec 7>&-
}
