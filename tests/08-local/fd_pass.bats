# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# fd_pass: what arrives when a descriptor is sent.

@test "the session holds: another number, the same open file, the rights of that open [L06] [L06b] [L30]" {
    says "A stranger gets one in the same way: beside the bytes of a message, as control data of the type SCM_RIGHTS"
    holds_session
}

@test "an ordinary user sees the same" {
    as_nobody holds_session
}

@test "interrupted, it sends and receives again" {
    inject 'sendmsg:error=EINTR:when=1 recvmsg:error=EINTR:when=1' ./fd_pass
    assert_success
    assert_line 'sent, all closed, received, read     = 10'
}

@test "it leaves nothing behind" {
    leaves_nothing ./fd_pass
    two_at_once ./fd_pass
}
