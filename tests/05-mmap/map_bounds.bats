# shellcheck disable=SC2016,SC2154,SC2012 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# Four ways out of a mapping.

# needs_disk: what was stored beyond the end is cleared by disk file systems.
needs_disk() {
    [ "$(stat -f -c %T .)" != tmpfs ] || skip "needs a file system on a disk"
}

@test "works, works outside the file, SIGBUS, SIGSEGV or a stranger [Q7b] [M30] [M32]" {
    needs_disk
    holds_session
}

@test "in memory the bytes beyond the end come back, on tmpfs as in a memfd [M30]" {
    [ "$(stat -f -c %T /dev/shm)" = tmpfs ] || skip "needs tmpfs at /dev/shm"
    run_shell 'program=$(readlink -f map_bounds)
        cd "$(mktemp -d /dev/shm/bounds.XXXXXX)" && "$program"; s=$?
        rmdir "$PWD"; exit $s'
    assert_success
    assert_line --regexp "^on disk += 'J'\$"
    assert_line --regexp "^a memfd += 'J'\$"
}

@test "the system call that meets the missing page says EFAULT [M32]" {
    traced write ./map_bounds
    assert_success
    assert_call 'write\([0-9]+, 0x[0-9a-f]+, 1\) += -1 EFAULT'
}

@test "no process leaves a descriptor open" {
    no_leaked_fd ./map_bounds
    assert_success
    assert_line --partial 'a guard page'
}

@test "the four outcomes are the same wherever the file lies [Q7b]" {
    run_program ./map_bounds
    assert_success
    assert_line --regexp "^p\[100\], past the length += 'x'\$"
    assert_line --regexp "^p\[200\], past the file too += 0\$"
    assert_line --regexp '^p\[page\] +SIGBUS BUS_ADRERR$'
    assert_line --regexp '^p\[page\], nothing at all +SIGSEGV SEGV_MAPERR$'
    assert_line --regexp "^p\[page\], another mapping += 'S'\$"
}
