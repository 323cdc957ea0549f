# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# A mapping outlives its descriptor and the name of its file.

@test "closed, removed, and still there; gone with munmap [Q6]" {
    says "6. Does closing the descriptor after mmap(2) harm the mapping? | No, nor does removing the file"
    holds_session
}

@test "nothing is left behind" {
    no_leaked_fd ./map_closed
    assert_success
    assert_line --regexp '^unmapped +SIGSEGV SEGV_MAPERR$'
    assert_equal "$(find . -name 'map_??????' -links 1 -size -2 -type f | wc -l)" 0
}

@test "a limit on the size of files is told, and leaves nothing" {
    mkdir place
    run_shell '(cd place; ulimit -f 0; ../map_closed 2>&1; echo "status $?") | cat'
    assert_output 'map_closed: write: File too large
status 1'
    assert_equal "$(ls -A place)" ''
}

@test "the descriptor is closed and the name removed before the last store [Q6]" {
    traced close,unlink,munmap ./map_closed
    assert_success
    assert_call 'close\(3\) += 0'
    assert_call 'unlink\("map_......"\) += 0'
}
