# shellcheck disable=SC2016,SC2154,SC2012 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# Six ways to copy: what they cost in system calls and page faults.

# cost calls NAME, cost faults NAME: the number that a way was charged.
cost() {
    local part=1
    [ "$1" = calls ] || part=2
    sed -nE "s/^$2 +([0-9]+) calls, ([0-9]+) faults, .*/\\$part/p" stdout
}

@test "the six ways and what they cost" {
    holds_session
}

@test "the mappings pay in page faults, the buffers in system calls" {
    run_program -t 30 ./map_measure 16
    assert_success
    assert_equal "$(cost calls 'read, write, 4 KiB')" $((2 * 16 * 256 + 1))
    assert_equal "$(cost calls 'read, write, 128 KiB')" $((2 * 16 * 8 + 1))
    assert_equal "$(cost calls 'two mappings')" 5
    [ "$(cost calls sendfile)" -lt 64 ]
    [ "$(cost calls copy_file_range)" -lt 64 ]
    [ "$(cost faults 'two mappings')" -ge 16 ]
    local way
    for way in 'read, write, 128 KiB' sendfile copy_file_range; do
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
    inject 'sendfile:retval=1048576' ./map_measure 1
    assert_failure 1
    assert_stderr_line --partial 'the copy differs'
}

@test "no process leaves a descriptor open" {
    no_leaked_fd ./map_measure 1
    assert_success
    assert_line --partial 'sendfile'
}
