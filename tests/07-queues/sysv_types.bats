# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# sysv_types: the taker says of which type.

@test "the session holds: the oldest, one of a type, the lowest up to a bound, another [G01] [G23] [G24]" {
    holds_session
}

@test "a signal ends neither sending nor taking" {
    inject 'msgsnd:error=EINTR:when=1..3 msgrcv:error=EINTR:when=2..3' ./sysv_types
    assert_success
    assert_output "$(sed -n '2,$p' "$book_tangled/sysv_types.session")"
}

@test "the keeper makes the queue and removes it, also when the program is killed or told to go" {
    says "So our programs have a child for that work alone"
    says "a program that is killed has no time for that"
    says --in B-toolbox "When that ends, because the program has closed its end or is gone, the keeper removes the queue"
    says --in B-toolbox "No signal that it can block ends it before"
    says --in B-toolbox "A System V queue stays until it is removed, and a program that is killed removes nothing"
    leaves_nothing ./sysv_types
    killed_leaves_nothing msgsnd ./sysv_types
    traced msgget,msgctl,msgsnd ./sysv_types
    parent=$(grep -m 1 msgsnd strace | cut -d ' ' -f 1)
    run grep -c "^$parent .*msgctl\|^$parent .*msgget" strace
    assert_output 0
    alone "$left$functions"'mkfifo door; exec 7<> door; dd if=/dev/zero of=door oflag=nonblock bs=4096 status=none 2> /dev/null
        ./sysv_types > door 7<&- & pid=$!
        until read -r keeper _ < /proc/$pid/task/$pid/children; [ -n "$keeper" ]; do kill -0 $pid || exit 9; done
        sleeping $pid; sleeping $keeper
        for s in TERM INT HUP QUIT USR1 TSTP; do kill -$s $keeper || exit 9; done
        exec 8< door 7<&-; cat <&8 > all & exec 8<&-; wait $pid || exit; wait; tr -d "\0" < all; left'
    assert_success
    assert_line --index 0 'sent 5a 1b 5c 2d 1e'
    refute_output --partial 0x
}

@test "what fails is told, and leaves no queue" {
    inject 'msgget:error=ENOSPC' ./sysv_types
    assert_failure 1
    assert_stderr_line 'sysv_types: a message queue: No space left on device'
    inject 'msgsnd:error=ENOMEM:when=3' ./sysv_types
    assert_failure 1
    assert_stderr 'sysv_types: msgsnd: Cannot allocate memory'
}

@test "as process 1 it gets its answer, and killed it takes the keeper along" {
    says "and it is not 1, the type of the questions, even for a process 1"
    says --in B-toolbox "If the program is process 1 of a container, the kernel kills the keeper along with it, and then it may not get to that"
    alone 'unshare --pid --fork --mount-proc ./sysv_types'
    assert_success
    assert_output "$(sed -n '2,$p' "$book_tangled/sysv_types.session")"
    alone "$left$functions"'mkfifo door; exec 7<> door; dd if=/dev/zero of=door oflag=nonblock bs=4096 status=none 2> /dev/null
        unshare --pid --fork ./sysv_types > door 7<&- & pid=$!
        until read -r one _ < /proc/$pid/task/$pid/children; [ -n "$one" ]; do kill -0 $pid || exit 9; done
        until read -r keeper _ < /proc/$one/task/$one/children; [ -n "$keeper" ]; do kill -0 $one || exit 9; done
        sleeping $one; sleeping $keeper; kill -KILL $one; wait $pid; kill -0 $keeper 2> /dev/null; echo $?'
    assert_output 1
}
