# shellcheck disable=SC2016,SC2154,SC2012 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# An empty file can be mapped, but not touched; how a file gets its bytes, and
# what happens when the disk has none.

@test "SIGBUS until the file grows, and again when it shrinks [M15] [Q5a] [Q5b]" {
    says "5. Can a file that was just created with O_CREAT be mapped? | Yes, but touching it is SIGBUS until it has grown"
    says "What it cannot be is touched"
    says "can be mapped; SIGBUS until it grows"
    holds_session
}

@test "the mapping is made once, and outlives both sizes [M15]" {
    traced mmap,ftruncate ./map_empty
    assert_success
    assert_equal "$(grep -c 'mmap(NULL, 100,' strace)" 1
    assert_call 'ftruncate\(3, 1\) += 0'
    assert_call 'ftruncate\(3, 0\) += 0'
}

@test "lseek and write, ftruncate: the sizes that come out [Q5c] [Q5d]" {
    run_program ./map_empty
    assert_success
    sed -n 's/^ *size //p' stdout > sizes
    assert_equal "$(paste -sd ' ' sizes)" '0 0 101 300'
}

@test "no process leaves a descriptor open" {
    no_leaked_fd ./map_empty
    assert_success
    assert_line --partial 'SIGBUS'
    assert_line --partial 'size 101'
}
