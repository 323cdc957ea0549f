# shellcheck disable=SC2016,SC2154,SC2012 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# How a file gets its bytes, and what happens when the disk has none.

@test "lseek and write, truncate, ftruncate: the sizes that come out [Q5c] [Q5d]" {
    holds_session
}

@test "a hole on a full disk is SIGBUS for a store and ENOSPC for posix_fallocate [Q5d]" {
    [ "$(id -u)" = 0 ] || skip "needs root"
    needs namespaces
    local page
    page=$(getconf PAGESIZE)
    run_shell 'program=$(readlink -f map_grow); mkdir small
        exec unshare --mount bash -c "mount -t tmpfs -o size=$((16 * $1)) \
        tmpfs small && cd small && exec $program"' "$page"
    assert_success
    assert_line --regexp '^store +SIGBUS BUS_ADRERR'
    assert_line --regexp '^pages that could be stored to += 16$'
    assert_line --regexp '^posix_fallocate\(fd, 0, 32 pages\) += ENOSPC$'
}

@test "no process leaves a descriptor open" {
    no_leaked_fd ./map_grow
    assert_success
    assert_line --partial 'size 101'
}
