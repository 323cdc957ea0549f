# shellcheck disable=SC2016,SC2154,SC2012 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# Four ways out of a mapping.

@test "works, works outside the file, SIGBUS, SIGSEGV or a stranger [Q7b] [M30] [M32]" {
    says "7. p is the start of a mapping of 100 bytes. What happens if we go beyond it? | It works, or reads zeros, or is SIGBUS, or is SIGSEGV"
    says "out of bounds | works, zeros, SIGBUS, SIGSEGV, other data"
    holds_session
}

@test "on ext4 the kernel decides whether the bytes beyond the end come back [M30]" {
    says "The 6.1 of Debian 12 leaves the bytes alone, so that our program prints kept there"
    says "The 6.12 of Debian 13 and the 6.18 of this page clear them when the file grows"
    [ "$(stat -f -c %T .)" = ext2/ext3 ] || skip "needs a file system on a disk"
    run_program ./map_bounds
    assert_success
    local kernel major minor
    kernel=$(uname -r) major=${kernel%%.*} minor=${kernel#*.} minor=${minor%%[!0-9]*}
    if [ "$major" -gt 6 ] || { [ "$major" = 6 ] && [ "$minor" -ge 12 ]; }; then
        assert_line --regexp '^a file in this directory += cleared$'
    elif [ "$major.$minor" = 6.1 ]; then
        assert_line --regexp '^a file in this directory += kept$'
    else
        assert_line --regexp '^a file in this directory += (cleared|kept)$'
    fi
}

@test "in memory the bytes beyond the end come back, on tmpfs as in a memfd [M30]" {
    [ "$(stat -f -c %T /dev/shm)" = tmpfs ] || skip "needs tmpfs at /dev/shm"
    run_shell 'program=$(readlink -f map_bounds)
        cd "$(mktemp -d /dev/shm/bounds.XXXXXX)" && "$program"; s=$?
        rmdir "$PWD"; exit $s'
    assert_success
    assert_line --regexp '^a file in this directory += kept$'
    assert_line --regexp '^a memfd += kept$'
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
    says "Past the mapping: SIGSEGV if nothing else is mapped there"
    says "If something is, it has rules of its own: its data without a signal, or a fault, as at a guard page"
    run_program ./map_bounds
    assert_success
    assert_line --regexp "^p\[100\], past the length += 'x'\$"
    assert_line --regexp "^p\[200\], past the file too += 0\$"
    assert_line --regexp '^p\[page\] +SIGBUS BUS_ADRERR$'
    assert_line --regexp '^p\[page\], nothing at all +SIGSEGV SEGV_MAPERR$'
    assert_line --regexp "^p\[page\], another mapping += 'S'\$"
}
