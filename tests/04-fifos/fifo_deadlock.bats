# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# fifo_deadlock: two who open two FIFOs in opposite order never get through.

@test "the session holds: opposite order sleeps for ever, two cures, and cat hangs alone [F21]" {
    holds_session
}

@test "both are asleep in their first open when they are killed [F21]" {
    says "then both wait in their first open(2), and there is nobody left to come"
    traced openat ./fifo_deadlock
    assert_success
    assert_equal "$(grep -c 'killed by SIGKILL' strace)" 2
    assert_call '"door", O_RDONLY\|O_CLOEXEC *(<unfinished|\) *= \?)'
    assert_call '"gate", O_RDONLY\|O_CLOEXEC *(<unfinished|\) *= \?)'
}

@test "two shells in opposite order hang, in the same order they do not [F21]" {
    says "Both sleep in open(2), and no error tells"
    says "each waits for what the other would do next"
    run_program ./fifo_deadlock
    assert_line --partial 'both sleep in open, for ever'
    mkfifo door gate
    run_shell "$functions"'
        : < door > gate & a=$!
        : < gate > door & b=$!
        sleeping $a; sleeping $b; sleeping $a
        kill -9 $a $b; wait $a; echo $?; wait $b; echo $?
        : < door > gate & a=$!
        : > door < gate & b=$!
        wait $a; echo $?; wait $b; echo $?'
    assert_success
    assert_output "137
137
0
0"
}

@test "it leaves nothing behind" {
    mkdir room
    export TMPDIR=$PWD/room
    run_program ./fifo_deadlock
    assert_success
    assert_line --partial 'both get through'
    assert_equal "$(ls room)" ""
    leaves_no_zombie ./fifo_deadlock
    assert_success
    no_leaked_fd ./fifo_deadlock
    assert_success
    run_shell './fifo_deadlock > /dev/full'
    assert_failure 1
    assert_stderr 'fifo_deadlock: cannot write to standard output'
}

@test "interrupted, it prints the same" {
    run_program ./fifo_deadlock
    plain=$output
    inject 'poll:error=EINTR:when=1 wait4:error=EINTR:when=1' ./fifo_deadlock
    assert_success
    assert_output "$plain"
}
