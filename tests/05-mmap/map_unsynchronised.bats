bats_require_minimum_version 1.13.0
load ../lib/helpers
# Two additions without order are one; a semaphore makes them two.

@test "an update is lost without order and kept with a semaphore [M29]" {
    holds_session
}

@test "the loss is forced: it happens in each of ten runs" {
    says "We force exactly this order, so that it happens every time"
    local i
    for i in {1..10}; do
        : "run $i"
        run_program ./map_unsynchronised
        assert_success
        assert_line --regexp '^two additions, unordered: +1$'
        assert_line --regexp '^two additions, one after the other: 2$'
    done
}

@test "the child really sleeps in a futex until its turn [M29]" {
    traced futex,clone,clone3 ./map_unsynchronised
    assert_success
    assert_call 'futex\(0x[0-9a-f]+, FUTEX_WAIT'
    assert_call 'futex\(0x[0-9a-f]+, FUTEX_WAKE'
}

@test "the mapping is anonymous, shared, and older than the child that uses it [M26]" {
    traced mmap,clone,clone3 ./map_unsynchronised
    assert_success
    assert_line --regexp '^two additions, one after the other: 2$'
    grep -oE 'MAP_SHARED\|MAP_ANONYMOUS, -1, 0|clone' strace > order
    assert_equal "$(head -n 1 order)" 'MAP_SHARED|MAP_ANONYMOUS, -1, 0'
}

@test "waiting goes on after a signal" {
    inject 'wait4:error=EINTR:when=1' ./map_unsynchronised
    assert_success
    assert_line --regexp '^two additions, one after the other: 2$'
}

@test "every child is waited for" {
    leaves_no_zombie ./map_unsynchronised
    assert_success
    assert_line --partial 'one after the other: 2'
}

@test "no process leaves a descriptor open" {
    no_leaked_fd ./map_unsynchronised
    assert_success
    assert_line --partial 'one after the other: 2'
}
