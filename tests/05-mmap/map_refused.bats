bats_require_minimum_version 1.13.0
load ../lib/helpers
# What mmap refuses, with which error, and what it takes.

@test "refusals by argument, by descriptor, by seal and by limit [M14] [M22] [Q4a] [Q4b] [Q4d]" {
    holds_session
}

@test "as an ordinary user the same is refused [Q4d]" {
    as_nobody holds_session
}

@test "MAP_FAILED is (void *)-1 [M22]" {
    printf '%s\n' '#include <sys/mman.h>' \
        '_Static_assert(MAP_FAILED == (void *)-1, "");' > failed.c
    gcc -std=gnu17 -c -o failed.o failed.c
    traced mmap ./map_refused
    assert_success
    assert_call 'mmap\(NULL, 0, .*\) = -1 EINVAL'
    assert_call 'EBADF'
    assert_call 'ENODEV'
    assert_call 'ENOMEM'
    assert_call 'EOVERFLOW'
    assert_call 'EPERM'
}

@test "no process leaves a descriptor open" {
    no_leaked_fd ./map_refused
    assert_success
    assert_line --partial 'ENODEV'
}
