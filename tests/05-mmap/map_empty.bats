# shellcheck disable=SC2016,SC2154,SC2012 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# An empty file can be mapped, but not touched; how a file gets its bytes, and
# what happens when the disk has none.

@test "SIGBUS until the file grows, and again when it shrinks [M15] [Q5a] [Q5b]" {
    says "Can a file that was just created with O_CREAT be mapped"
    says "What it cannot be is touched"
    says "can be mapped; SIGBUS until it grows"
    holds_session
}

@test "the mapping is made once, and outlives both sizes [M15]" {
    traced mmap,ftruncate ./map_empty
    assert_success
    assert_equal "$(grep -c 'mmap(NULL, 100,' strace)" 1
    assert_call 'ftruncate\(3, 1\) += 0'
    assert_call 'ftruncate\(3, 0\) += 0'
}

@test "lseek and write, truncate, ftruncate: the sizes that come out [Q5c] [Q5d]" {
    run_program ./map_empty
    assert_success
    sed -n 's/^ *size //p' stdout > sizes
    assert_equal "$(paste -sd ' ' sizes)" '0 0 101 200 300 300'
    assert_line --regexp '^ftruncate, open with O_RDONLY += -1 EINVAL$'
    assert_line --regexp '^pages that could be stored to += 32$'
}

@test "a hole on a full disk is SIGBUS for a store and ENOSPC for posix_fallocate [Q5d]" {
    says "prints SIGBUS after 16 pages of 4 KiB"
    says "A program that stores through a mapping into a new file should reserve the space first"
    [ "$(id -u)" = 0 ] || skip "needs root"
    needs namespaces
    local page
    page=$(getconf PAGESIZE)
    run_shell 'mkdir small && exec unshare --mount bash -c "
        mount -t tmpfs -o size=\$1 tmpfs small && cd small && exec \"\$2\"" \
        bash "$((16 * $1))" "$(readlink -f map_empty)"' "$page"
    assert_success
    assert_equal "$(grep -cE '^store +SIGBUS BUS_ADRERR' stdout)" 2
    assert_line --regexp '^pages that could be stored to += 16$'
    assert_line --regexp '^posix_fallocate\(fd, 0, 32 pages\) += ENOSPC$'
}

@test "no process leaves a descriptor open" {
    no_leaked_fd ./map_empty
    assert_success
    assert_line --partial '100 bytes'
    assert_line --partial 'size 101'
}
