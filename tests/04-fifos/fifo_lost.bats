# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# fifo_lost: bytes outlive the writer and a reader, and go with the last descriptor;
# a writer without a reader fails until the next one comes.

@test "the session holds: bytes go with the last descriptor, and a writer fails only until the next reader comes [F15] [F19]" {
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

@test "it is the same descriptor that fails and works again [F19]" {
    traced write ./fifo_lost
    assert_success
    grep -E 'write\([0-9]+, "x", 1\)' strace > writes
    assert_equal "$(wc -l < writes)" 3
    assert_equal "$(cut -d, -f1 writes | sort -u | wc -l)" 1
    assert_equal "$(sed -n 2p writes | grep -c 'EPIPE')" 1
    assert_call 'SIGPIPE'
}

@test "it does not matter whether SIGPIPE came in ignored or blocked" {
    run_program ./fifo_lost
    plain=$output
    run_shell "trap '' PIPE; exec ./fifo_lost"
    assert_success
    assert_output "$plain"
    assert_output --partial 'EPIPE'
}
