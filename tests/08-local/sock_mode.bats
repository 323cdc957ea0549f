# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# sock_mode: whose permission it takes to connect, and when the mode is set.

@test "the session holds: write permission and search, and the mode before the bind [L11]" {
    says "The umask is taken from 0777"
    says "To read or to execute is not asked for"
    holds_session
}

@test "an ordinary user sees the same [L11]" {
    as_nobody holds_session
}

@test "it puts down the right of root to ignore permissions, and changes nothing else" {
    says "The next program asks as the owner of the socket, and puts down the right of root to ignore permissions"
    traced capset ./sock_mode
    assert_success
    [ "$(grep -c capset strace)" = 2 ]
    assert_line 'desk, mode 0500, connect             = -1 EACCES'
}

@test "it leaves nothing behind" {
    leaves_nothing ./sock_mode
    two_at_once ./sock_mode
}
