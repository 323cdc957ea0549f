# shellcheck disable=SC2016,SC2154,SC2012 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# Five ways to copy: what they cost in system calls and page faults.

# cost calls NAME, cost faults NAME: the number that a way was charged.
cost() {
    local part=1
    [ "$1" = calls ] || part=2
    sed -nE "s/^$2 +([0-9]+) calls, ([0-9]+) faults, .*/\\$part/p" stdout
}

@test "the five ways and what they cost" {
    holds_session
}

@test "MAP_POPULATE is said to both mappings" {
    traced mmap ./map_measure 1
    assert_success
    assert_equal "$(grep -c 'MAP_SHARED|MAP_POPULATE' strace)" 10
}

@test "the mappings pay in page faults, the buffers in system calls" {
    run_program -t 30 ./map_measure 16
    assert_success
    assert_equal "$(cost calls 'read, write, 4 KiB')" $((2 * 16 * 256))
    assert_equal "$(cost calls 'read, write, 128 KiB')" $((2 * 16 * 8))
    assert_equal "$(cost calls 'two mappings')" 5
    [ "$(cost calls copy_file_range)" -lt 64 ]
    [ "$(cost faults 'two mappings')" -ge 16 ]
    assert_equal "$(cost calls 'two, MAP_POPULATE')" 5
    [ "$(cost faults 'two, MAP_POPULATE')" -ge "$(cost faults 'two mappings')" ]
    local way
    for way in 'read, write, 128 KiB' copy_file_range; do
        [ "$(($(cost faults "$way") * 8))" -le "$(cost faults 'two mappings')" ]
    done
}

@test "a wrong number of MiB gets a usage line" {
    local what
    for what in '' 0 -1 2000 many 1x; do
        run_program ./map_measure "$what"
        assert_failure 2
        assert_stderr_line --partial usage
    done
}

@test "a disk that is full is told" {
    run_shell 'ulimit -f 100; trap "" XFSZ; ./map_measure 1'
    assert_failure 1
    assert_stderr_line --partial 'write'
}

@test "copies that differ would be noticed" {
    inject 'copy_file_range:retval=1048576' ./map_measure 1
    assert_failure 1
    assert_stderr_line --partial 'the copy differs'
}

@test "no process leaves a descriptor open" {
    no_leaked_fd ./map_measure 1
    assert_success
    assert_line --partial 'MAP_POPULATE'
}
