# shellcheck disable=SC2154 # helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# Rows here and there: by one system call each, and through a mapping.

@test "many calls, or two" {
    holds_session
}

@test "the mapping takes less than a third of the time, which includes making it" {
    says "A mapping pays where its pages are touched again and again, here and there, and lie in memory"
    says "The time of the mapping includes making it and the faults"
    local pread mapping
    run_program -t 60 ./map_random 200000
    assert_success
    pread=$(sed -nE 's/^pread .* ([0-9]+)\.[0-9] ms$/\1/p' stdout)
    mapping=$(sed -nE 's/^mapping .* ([0-9]+)\.[0-9] ms$/\1/p' stdout)
    [ "$((3 * (mapping + 1)))" -lt "$pread" ] || fail "pread took $pread ms, the mapping $mapping ms"
}

@test "the calls are the ones that are printed" {
    traced pread64,mmap,munmap ./map_random 100
    assert_success
    assert_equal "$(grep -c '^[0-9]* *pread64(3, .*, 8, [0-9]*) = 8' strace)" 500
    assert_equal "$(grep -c 'mmap(NULL, 8388608, PROT_READ, MAP_SHARED, 3, 0)' strace)" 5
    assert_equal "$(grep -c 'munmap(0x[0-9a-f]*, 8388608)' strace)" 6
}

@test "rows that differ would be noticed" {
    inject 'pread64:retval=8:when=5' ./map_random 100
    assert_failure 1
    assert_stderr_line --partial 'different rows'
}

@test "a wrong number gets a usage line" {
    local what
    for what in '' 0 -1 many 1x 200000000; do
        run_program ./map_random "$what"
        assert_failure 2
        assert_stderr_line --partial usage
    done
    run_program ./map_random
    assert_failure 2
}

@test "no process leaves a descriptor open" {
    no_leaked_fd ./map_random 100
    assert_success
    assert_line --partial 'pread'
}
