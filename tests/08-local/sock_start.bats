# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# sock_start: a name that is taken, by the living and by the dead.

@test "the session holds: stolen without an error, taken over with a lock and a rename [L10]" {
    says "no call fails, the first server is told nothing, and waits for clients who all go to the second"
    says "EWOULDBLOCK is another name of EAGAIN"
    says "the lock keeps two from doing it at once"
    holds_session
}

@test "the mode is set before the name is made, and the rename comes last" {
    traced fchmod,bind,listen,rename ./sock_start
    assert_success
    [ "$(grep -oE '(fchmod|bind|listen|rename)\(' strace | head -n 4 | tr -d '\n(')" = fchmodbindlistenrename ]
    assert_call 'rename\("desk.new", "desk"\)'
}

@test "nothing is left" {
    leaves_nothing ./sock_start
    two_at_once ./sock_start
}
