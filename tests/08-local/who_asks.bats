# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# who_asks: two questions of who is at the other end, with two answers.

@test "the session holds: one names the maker of the line, the other the sender [L03] [L05]" {
    says "The first message is sent, and received, before SO_PASSCRED is turned on, the second only sent"
    says "They do not always name the same process"
    says "With SO_PASSCRED each message brings those of its sender beside it, as control data of the type SCM_CREDENTIALS"
    holds_session
}

@test "an ordinary user sees the same" {
    as_nobody holds_session
}

@test "the child does not outlive its parent, and nothing is left" {
    leaves_nothing ./who_asks
    two_at_once ./who_asks
}
