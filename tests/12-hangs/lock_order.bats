bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# Two processes that take two locks in opposite order.

@test "it hangs until it is killed" {
    holds_session
}

@test "each waits for the other's lock, and who_waits says what is printed" {
    : > left
    : > right
    run_program -t 60 ./lock_order left right
    assert_equal "$ended" stuck
    assert_equal "$(sed -n 's/^waits //p' "$BATS_TEST_TMPDIR/how")" \
        "$(sed -n '/^```text/,/^```$/{/^```$/q;/^```/d;p;}' "$root/chapters/$unit.nw")"
}

@test "lslocks tells who waits and who has the lock" {
    says "with a star at the mode of one who waits, and with the process id of the one who has the lock under BLOCKER"
    : > left
    : > right
    run_shell './lock_order left right & while ./who_waits -q $!; do :; done; child=$(pgrep -P $!)
        lslocks -n -o COMMAND,PID,MODE,BLOCKER | grep -cE " $! +WRITE\* +$child$| $child +WRITE\* +$!$"
        lslocks -o +BLOCKER | grep -c BLOCKER
        pkill -KILL -P $!; kill -KILL $!; wait'
    assert_line --index 0 2
    assert_line --index 1 1
}

@test "the kernel does not look for a ring of these locks" {
    says "For flock it does not look"
    : > left
    : > right
    run_program -t 60 ./lock_order left right
    assert_equal "$ended" stuck
}

@test "a wrong call and a file that is not there are told" {
    run_program ./lock_order one
    assert_failure 2
    assert_stderr 'lock_order: usage: lock_order FILE FILE'
    run_program ./lock_order nothing nothing
    assert_failure 1
    assert_stderr 'lock_order: nothing: No such file or directory'
}
