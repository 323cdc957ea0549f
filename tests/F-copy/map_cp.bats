# shellcheck disable=SC2154 # helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# The first version of the copy, and what it does wrong.

@test "it copies, and refuses an empty file too late [X2a] [X2b] [X2d]" {
    says "as c is above"
    holds_session
}

@test "files of several pages come out the same [X2a]" {
    local size
    for size in 1 4096 4097 100000; do
        head -c "$size" /dev/urandom > source
        run_program ./map_cp source copy
        assert_success
        cmp source copy
    done
}

@test "a target that is there loses its contents, and a source that is the target loses nothing only by luck" {
    says "A target that is there loses its contents"
    echo new > source
    echo 'a longer old text' > copy
    run_program ./map_cp source copy
    assert_success
    assert_equal "$(cat copy)" new
}

@test "its target gets its size before it is mapped [X2d]" {
    says "The target has to be made as long as the source before anything is stored to it, or the first store is a SIGBUS"
    echo text > source
    traced ftruncate,mmap ./map_cp source copy
    assert_success
    assert_call 'ftruncate\(4, 5\) += 0'
    inject ftruncate:retval=0 ./map_cp source other
    assert_killed SIGBUS
}

@test "a wrong call and a missing source are told" {
    run_program ./map_cp
    assert_failure 2
    assert_stderr_line --partial usage
    run_program ./map_cp nothing copy
    assert_failure 1
    assert_stderr 'map_cp: nothing: No such file or directory'
    refute [ -e copy ]
}
