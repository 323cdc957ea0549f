# shellcheck disable=SC2016,SC2154,SC2012 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# A store into a shared mapping is a write to the file, and a write shows in the
# mapping.

@test "a store is read, a write is loaded, and a short file is refused [M01] [M03] [M04] [M10]" {
    holds_session
}

@test "the file keeps what was stored, and nobody wrote it [M01] [M04] [M10]" {
    echo 'cold tea' > cup
    traced %desc,mmap,munmap ./map_file cup
    assert_success
    assert_equal "$(cat cup)" 'gold sea'
    assert_call 'pwrite64\(3, "s", 1, 5\)'
    refute_call 'write[^(]*\([0-9]+, "g'
}

@test "the size comes from fstat, and the offset does not move [M03]" {
    echo 'cold tea' > cup
    traced fstat,newfstatat,lseek ./map_file cup
    assert_success
    assert_call 'fstat(at)?\(3.*st_size=9'
    refute_call 'lseek\(3'
}

@test "what was opened is closed, what was mapped is unmapped" {
    echo 'cold tea' > cup
    no_leaked_fd ./map_file cup
    assert_success
    traced mmap,munmap ./map_file cup
    assert_call 'mmap\(NULL, 9, PROT_READ\|PROT_WRITE, MAP_SHARED, 3, 0\)'
    assert_call 'munmap\(0x[0-9a-f]+, 9\) += 0'
}

@test "a missing name, a missing file and a short file are refused" {
    run_program ./map_file
    assert_failure 2
    assert_stderr_line --partial usage
    run_program ./map_file nothing
    assert_failure 1
    assert_stderr_line --partial 'No such file'
    echo short > short
    run_program ./map_file short
    assert_failure 1
    assert_stderr_line --partial 'less than the 8 bytes to print'
    assert_equal "$(cat short)" short
}

@test "output that cannot be written is an error" {
    echo 'cold tea' > cup
    run_shell './map_file cup > /dev/full'
    assert_failure 1
    assert_stderr_line --partial 'standard output'
}
