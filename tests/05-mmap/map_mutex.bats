# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# A robust mutex in a file: made before anybody sees it, taken from the dead.

@test "two strangers make the jars and move beans; the dead one's bean is found" {
    says "the next one that locks it gets the lock together with the error EOWNERDEAD"
    says "Two strangers make the jars and move beans at the same time"
    holds_session
}

@test "the file gets its name when it is complete, and who is second takes the first one's" {
    says "We make a file without a name, put everything into it, and give it its name at the end by linkat(2), in one step"
    says "If the name is taken by then, somebody else was faster"
    traced openat,linkat,fallocate,munmap ./map_mutex jars 0
    assert_success
    grep -oE 'O_TMPFILE|fallocate|munmap|linkat' strace > order
    assert_equal "$(paste -sd ' ' order)" 'O_TMPFILE fallocate munmap linkat'
    run_program ./map_mutex jars 5
    inject 'openat:error=ENOENT:when=1' ./map_mutex jars 5
    assert_success
    run_program ./map_mutex jars
    assert_output 'left 999990, right 10'
}

@test "eight at once lose nothing" {
    run_shell 'for i in 1 2 3 4 5 6 7 8; do ./map_mutex jars 5000 & done; wait; ./map_mutex jars'
    assert_success
    assert_output 'left 960000, right 40000'
}

@test "an empty left jar gives nothing" {
    run_program -t 30 ./map_mutex jars 1000000
    assert_success
    run_program ./map_mutex jars 10
    assert_success
    run_program ./map_mutex jars
    assert_output 'left 0, right 1000000'
}

@test "one that waits is told when the owner is killed" {
    says "PTHREAD_MUTEX_ROBUST says that the death of its owner is to be told"
    says "a lock | PTHREAD_PROCESS_SHARED, robust; made before it is seen"
    run_shell './map_mutex jars 0; ./map_mutex jars die & ./map_mutex jars 3; wait; ./map_mutex jars 3
        ./map_mutex jars'
    assert_success
    assert_line 'left 999994, right 6'
    assert_equal "$(grep -c 'the owner has died with 1 in the hand' stdout)" 1
}

@test "a file without jars, a wrong call and a limit are told" {
    echo text > letter
    run_program ./map_mutex letter 1
    assert_failure 1
    assert_stderr 'map_mutex: letter: has no jars'
    local what
    for what in -1 1x many 2000000 ''; do
        run_program ./map_mutex jars "$what"
        assert_failure 2
        assert_stderr_line --partial usage
    done
    run_program ./map_mutex
    assert_failure 2
    run_program ./map_mutex nowhere/jars 1
    assert_failure 1
    run_shell '(ulimit -f 0; ./map_mutex other 1 2>&1; echo "status $?") | cat'
    assert_output 'map_mutex: other: File too large
status 1'
    refute [ -e other ]
}

@test "no process leaves a descriptor open" {
    no_leaked_fd ./map_mutex jars 1
    assert_success
    run_program ./map_mutex jars
    assert_output 'left 999999, right 1'
}
