bats_require_minimum_version 1.13.0
load ../lib/helpers
# Open mode, type and protection: 24 cells.

@test "the 24 cells, mprotect, and what the protections are worth [M07] [M08] [M09] [M16] [M17] [M18] [Q2a] [Q2b] [Q4c]" {
    says "2. The file was opened with O_RDONLY, and the mapping asks for PROT_READ and PROT_WRITE. What happens? | EACCES if it is shared. A private one is made"
    says "not with O_WRONLY, which is good for nothing here"
    says "the descriptor must be readable, whatever is asked for; and for a shared mapping with PROT_WRITE it must be writable as well"
    says "The remedy, for a shared mapping, is to open the file with O_RDWR, not with O_WRONLY"
    says "What must be readable is the descriptor"
    says "descriptor | readable always, writable to share stores"
    holds_session
}

@test "an ordinary user gets the same 24 cells [M16]" {
    as_nobody holds_session
}

@test "twelve cells of each type are tried, and ten of the 24 refused [M16]" {
    says "That makes 24 combinations"
    traced mmap ./map_modes
    assert_success
    assert_equal "$(grep -cE 'mmap\(NULL, 1, .*EACCES' strace)" 10
    assert_equal "$(grep -cE 'mmap\(NULL, 1, PROT_NONE, MAP_(SHARED|PRIVATE), 4' strace)" 6
    assert_equal "$(grep -cE 'MAP_SHARED, [0-9]+, 0\).*EACCES' strace)" 6
    assert_call 'mmap\(NULL, 1, PROT_WRITE, MAP_SHARED, [0-9]+, 0\) = 0x'
}

@test "the descriptors opened on the way are closed again" {
    traced openat,close ./map_modes
    assert_success
    assert_equal "$(grep -c 'openat.*/proc/self/fd/3' strace)" 7
    assert_equal "$(grep -c 'close(4) ' strace)" 7
}

@test "no process leaves a descriptor open" {
    no_leaked_fd ./map_modes
    assert_success
    assert_line --partial 'O_RDONLY'
}
