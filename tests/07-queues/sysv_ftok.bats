# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# sysv_ftok: a key keeps 32 bits of what it is made from.

@test "the session holds: a key is taken apart; two ids are one, and a missing file has none [G17]" {
    says "It keeps 8 bits of the id, 8 of the minor number of the device and 16 of the inode, so of 65,537 files of one file system at least two have the same key for one id"
    assert_equal $((1 << 16)) 65536
    holds_session
}

@test "it says when a key cannot be had" {
    inject newfstatat:error=EACCES:when=1 ./sysv_ftok
    assert_failure 1
    assert_stderr 'sysv_ftok: /proc/self/exe: Permission denied'
}

@test "it leaves nothing behind" {
    no_leaked_fd ./sysv_ftok
    assert_success
    run_shell './sysv_ftok > /dev/full'
    assert_failure 1
}
