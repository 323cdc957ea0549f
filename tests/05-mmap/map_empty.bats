bats_require_minimum_version 1.13.0
load ../lib/helpers
# An empty file can be mapped, but not touched.

@test "SIGBUS until the file grows, and again when it shrinks [M15] [Q5a] [Q5b]" {
    holds_session
}

@test "the mapping is made once, and outlives both sizes [M15]" {
    traced mmap,ftruncate ./map_empty
    assert_success
    assert_equal "$(grep -c 'mmap(NULL, 100,' strace)" 1
    assert_call 'ftruncate\(3, 1\) += 0'
    assert_call 'ftruncate\(3, 0\) += 0'
}

@test "no process leaves a descriptor open" {
    no_leaked_fd ./map_empty
    assert_success
    assert_line --partial '100 bytes'
}
