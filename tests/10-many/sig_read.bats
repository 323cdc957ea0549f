# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# sig_read: signals through a descriptor, and its conditions.

@test "the session holds: not blocked, three of a kind, children, inherited, and the mask at an exec [E24] [E25] [E26] [E28]" {
    says "A signal that is not blocked does not stay pending: it kills, or its handler runs, and the descriptor has nothing"
    says "No handler runs, no call is interrupted, and the loop hears of a signal where it hears of all else"
    says "Real-time signals queue"
    says "The standard ones do not: three that come before the first is read are one"
    says "waitpid(2) with WNOHANG until it returns 0 or fails"
    says "A child that reads from it gets its own signals, not the parent's"
    says "the new program does not hear a SIGTERM"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./sig_read
}
