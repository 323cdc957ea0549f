# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# no_files: a door that is ready and cannot be opened.

@test "the session holds: a hundred rounds in vain, and the spare descriptor [E33]" {
    says "A door that is ready and cannot be opened: the process has as many descriptors as it may have, and accept4(2) fails with EMFILE"
    says "the client stays in the queue, the door stays ready, and each round fails like the one before"
    says "the client hears an end in place of silence"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./no_files
}
