# shellcheck disable=SC2016,SC2154,SC2012 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# Lengths, offsets and addresses are counted in pages; what mmap refuses, with
# which error, and what it takes.

@test "lengths, offsets, addresses [M02] [M05] [M06] [M19] [M20] [M21] [Q3] [Q7a]" {
    says "3. What happens if the offset is 1000? | EINVAL: it must be a multiple of the page size"
    says "4. When does mmap(2) fail? | For a length of 0, a mode that does not fit, and a dozen other reasons"
    says "An offset of 0 is allowed, and so is one far beyond the end of the file; that only shows when the memory is touched"
    says "A length of 0 is refused; any other is rounded up to whole pages"
    says "length | not 0, rounded up to whole pages"
    says "offset | a multiple of sysconf(_SC_PAGESIZE)"
    holds_session
}

@test "refusals by argument, by descriptor and by limit [M14] [M22] [Q4a] [Q4d]" {
    run_program ./map_refused
    assert_success
    assert_line --regexp '^length 0 += EINVAL$'
    assert_line --regexp '^open with O_WRONLY += EACCES$'
    assert_line --regexp '^length of all addresses += ENOMEM$'
    assert_line --regexp '^a pipe += ENODEV$'
    assert_line --regexp '^a memfd += mapped$'
}

@test "an unknown flag is refused by MAP_SHARED_VALIDATE alone [M12]" {
    says "The type MAP_SHARED_VALIDATE (Linux 4.15) is a stricter MAP_SHARED"
    says "MAP_SHARED_VALIDATE refuses flags that the file's driver or file system does not name"
    run_program ./map_refused
    assert_success
    assert_line 'MAP_SHARED, unknown flag             = mapped'
    assert_line 'MAP_SHARED_VALIDATE, unknown flag    = EOPNOTSUPP'
}

@test "as an ordinary user the same is refused [Q4d]" {
    as_nobody holds_session
}

@test "MAP_FAILED is (void *)-1 [M22]" {
    says "failure | is MAP_FAILED, not NULL"
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
}

@test "no process leaves a descriptor open" {
    no_leaked_fd ./map_refused
    assert_success
    assert_line --partial 'ENODEV'
    assert_line --partial 'EOVERFLOW'
}

@test "the page size is asked for, not assumed [M19] [Q7a]" {
    says "A program that has 4096 written in it is wrong on a machine that you do not have yet"
    traced mmap ./map_refused
    assert_success
    assert_line --regexp "^  the last byte of its page += '1'\$"
    assert_call "mmap\(NULL, 1, PROT_READ, MAP_SHARED, 3, $(printf '%#x' "$(getconf PAGESIZE)")\) += 0x"
    refute [ "$(grep -cE '4096|0x1000' "$book_tangled/map_refused.c")" != 0 ]
}

@test "the place differs from run to run, where the system randomizes [M02]" {
    needs strace
    [ "$(cat /proc/sys/kernel/randomize_va_space)" != 0 ] ||
        skip "needs address space randomization"
    local i
    for i in 1 2 3 4; do
        : "run $i"
        traced mmap ./map_refused
        assert_success
        grep -m1 'mmap(NULL, 1, PROT_READ, MAP_SHARED' strace
    done | sed 's/.*= //' | sort -u > places
    [ "$(wc -l < places)" -gt 1 ]
}

@test "an offset that is no page is refused before the kernel hears of it [M19] [Q3]" {
    traced mmap ./map_refused
    assert_success
    assert_line --regexp '^offset 1000 += EINVAL$'
    assert_call 'mmap\(NULL, 0, PROT_READ, MAP_SHARED, 3, 0\) += -1 EINVAL'
    refute_call '0x3e8'
}
