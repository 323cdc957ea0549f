# shellcheck disable=SC2154 # helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# A mapping and its file that grow: mremap, or more addresses than the file has bytes.

@test "the file grows, and the mapping when it is told, or it was long enough before" {
    says "It keeps the length that it was given"
    says "With MREMAP_MAYMOVE the mapping may go elsewhere, and then each pointer into it is wrong from that moment on"
    says "The first way is mremap(2), which changes the length of a mapping"
    holds_session
}

@test "the calls are the ones that are printed" {
    traced mremap,ftruncate ./map_grow
    assert_success
    assert_call 'mremap\(0x[0-9a-f]+, [0-9]+, [0-9]+, 0\) += -1 ENOMEM'
    assert_call 'mremap\(0x[0-9a-f]+, [0-9]+, [0-9]+, MREMAP_MAYMOVE\) += 0x'
    assert_equal "$(grep -c 'ftruncate(' strace)" 2
}

@test "no process leaves a descriptor open" {
    no_leaked_fd ./map_grow
    assert_success
    assert_line --partial 'MREMAP_MAYMOVE'
}
