# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# net_held: what keeps a connection open, and what wakes a sleeper.

@test "the session holds: a child's copy, a shutdown, a thread that sleeps on [N16] [N46]" {
    says "It does when it closes the last descriptor of it, in all processes"
    says "shutdown(2) acts on the connection, whoever has copies, and does not free the descriptor, which has to be closed all the same"
    says "It sleeps on, and takes the next byte from a connection whose number is free again, and may be another file's by then"
    says "The thread tells its id by a pipe, and then sleeps at one place"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./net_held
}
