bats_require_minimum_version 1.13.0
load ../lib/helpers
# A mapping made before fork is shared with the child if it is a shared one.

@test "the child's stores are seen in shared mappings and in no private one [M12] [M26]" {
    holds_session
}

@test "the mappings are older than the child, and the child is waited for [M26]" {
    traced mmap,clone,clone3,wait4 ./map_family
    assert_success
    assert_call 'MAP_SHARED\|MAP_ANONYMOUS, -1, 0'
    leaves_no_zombie ./map_family
    assert_success
    assert_line --partial 'anonymous'
}

@test "waiting goes on after a signal" {
    inject 'wait4:error=EINTR:when=1' ./map_family
    assert_success
    assert_line --regexp 'MAP_SHARED, a file +[^ ]* ?= C'
}

@test "no process leaves a descriptor open" {
    no_leaked_fd ./map_family
    assert_success
    assert_line --partial 'anonymous'
}
