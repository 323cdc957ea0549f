# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# fifo_unlinked: the name can go while the bytes flow.

@test "the session holds: the name can go while the bytes flow [F17]" {
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./fifo_unlinked
}

@test "after unlink the name is gone and the descriptors work [F17]" {
    says "remove the name first, then read what is left from those who were inside, then go"
    traced unlink,unlinkat,openat,read ./fifo_unlinked
    assert_success
    grep -nE 'unlink(at)?\(.*"door".*= 0|"door".*ENOENT|read\([0-9]+, "x", 1\)' strace > order
    assert_equal "$(sed -n 1p order | grep -c unlink)" 1
    assert_equal "$(sed -n 2p order | grep -c ENOENT)" 1
    assert_equal "$(grep -c 'read(' order)" 2
}
