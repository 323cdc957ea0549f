# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# fifo_lost: bytes outlive the writer and a reader, and go with the last descriptor.

@test "the session holds: bytes outlive the writer and a reader, and go with the last descriptor [F15]" {
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./fifo_lost
}

@test "nothing is taken out before the bytes are lost [F15]" {
    traced read,ioctl,close ./fifo_lost
    assert_success
    refute_call 'read\([0-9]+, "word'
    assert_equal "$(grep -cE 'FIONREAD, \[4\]' strace)" 3
    assert_equal "$(grep -cE 'FIONREAD, \[0\]' strace)" 1
}
