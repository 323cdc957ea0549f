# shellcheck disable=SC2154 # helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# A parent and its child share memory that has no file.

@test "the child's number arrives in the shared mapping and not in the private one [M12] [M26]" {
    says "the child's store into the private mapping reached nobody"
    says "asked for with MAP_ANONYMOUS and the descriptor -1, starts as zeros"
    holds_session
}

@test "both mappings are older than the child, which is waited for [M26]" {
    says "The parent waits for the child before it looks"
    traced mmap,clone,clone3,wait4 ./map_family
    assert_success
    assert_call 'mmap\(NULL, 4, PROT_READ\|PROT_WRITE, MAP_PRIVATE\|MAP_ANONYMOUS, -1, 0\)'
    grep -oE 'MAP_SHARED\|MAP_ANONYMOUS, -1, 0|clone|wait4' strace | uniq > order
    assert_equal "$(paste -sd ' ' order)" 'MAP_SHARED|MAP_ANONYMOUS, -1, 0 clone wait4'
}

@test "waiting goes on after a signal, and no zombie stays" {
    inject 'wait4:error=EINTR:when=1' ./map_family
    assert_success
    assert_line 'shared:  the parent finds 42'
    leaves_no_zombie ./map_family
    assert_success
    assert_line 'private: the parent finds 0'
}

@test "no process leaves a descriptor open" {
    no_leaked_fd ./map_family
    assert_success
    assert_line 'shared:  the parent finds 42'
}
