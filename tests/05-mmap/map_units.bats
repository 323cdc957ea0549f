# shellcheck disable=SC2016,SC2154,SC2012 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# Lengths, offsets and addresses are counted in pages.

@test "lengths, offsets, addresses [M02] [M05] [M06] [M19] [M20] [M21] [Q3] [Q7a]" {
    holds_session
}

@test "the page size is asked for, not assumed [M19] [Q7a]" {
    run_program ./map_units
    assert_success
    assert_line "a page has $(getconf PAGESIZE) bytes"
    refute [ "$(grep -cE '4096|0x1000' "$book_tangled/map_units.c")" != 0 ]
}

@test "the place differs from run to run, where the system randomizes [M02]" {
    [ "$(cat /proc/sys/kernel/randomize_va_space)" != 0 ] ||
        skip "needs address space randomization"
    local i
    for i in 1 2 3 4; do
        : "run $i"
        traced mmap ./map_units
        assert_success
        grep -m1 'mmap(NULL, 1, PROT_READ, MAP_SHARED' strace
    done | sed 's/.*= //' | sort -u > places
    [ "$(wc -l < places)" -gt 1 ]
}

@test "no process leaves a descriptor open" {
    no_leaked_fd ./map_units
    assert_success
    assert_line --partial 'EOVERFLOW'
}

@test "an offset that is no page is refused before the kernel hears of it [M19] [Q3]" {
    traced mmap ./map_units
    assert_success
    assert_line --regexp '^1000 += MAP_FAILED EINVAL$'
    assert_call 'mmap\(NULL, 0, PROT_READ, MAP_SHARED, 3, 0\) += -1 EINVAL'
    refute_call '0x3e8'
}
