# shellcheck disable=SC2016,SC2154,SC2012 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# munmap works on pages, not on mappings.

@test "a moved pointer fails, or worse, succeeds; lengths are rounded to pages [M23] [M24] [M25] [Q1a] [Q1c]" {
    says "1. mmap(2) returned p, and then we did p++. Does munmap(p, length) still succeed? | No, unless p has moved by whole pages; then it takes the wrong ones"
    holds_session
}

@test "ptr++ on a void pointer is GNU C, and no ISO C [Q1b]" {
    printf '%s\n' 'void *next(void *p);' 'void *next(void *p) { p++; return p; }' > next.c
    compiles next.c
    run gcc -std=c17 -pedantic-errors -c -o iso.o next.c
    assert_failure
    assert_output --partial 'void *'
}

@test "the calls are the ones that are printed [M23] [Q1a]" {
    traced munmap ./map_release
    assert_success
    assert_call 'munmap\(0x[0-9a-f]+001, [0-9]+\) += -1 EINVAL'
    assert_call 'munmap\(0x[0-9a-f]+, 1\) += 0'
    assert_call 'munmap\(0x[0-9a-f]+, 0\) += -1 EINVAL'
}

@test "output that cannot be written is an error" {
    run_shell './map_release > /dev/full'
    assert_failure 1
}

@test "no process leaves a descriptor open" {
    no_leaked_fd ./map_release
    assert_success
    assert_line '  left: 1 - 3 N'
}
