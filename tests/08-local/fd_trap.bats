# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# fd_trap: what a receiver gets that has too little room, too few numbers, or does not look.

@test "the session holds: cut without an error, doubled without a word [L07] [L08]" {
    says "It succeeds, says MSG_CTRUNC, and closes what had no room"
    says "rounds up, and on a 64-bit machine the room for one has room for two"
    says "253 descriptors go into one message, and 254 are refused"
    holds_session
}

@test "an ordinary user sees the same" {
    as_nobody holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./fd_trap
}
