# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# net_restart: who keeps a port, and who may have it.

@test "the session holds: four ways, two doors, a port that is shared [N18] [N19] [N44] [N45]" {
    says "The old one has to have had it, too: the memory of the connection remembers it"
    says "It falls to whoever closes first, if nobody resets"
    says "With TCP both can bind as long as neither listens, and for the second listen(2) fails"
    says "With UDP both can, and of two at the same address the last one that was bound takes the datagrams, without a word to the first"
    says "When this door closes, those in its queue are reset, and they alone"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./net_restart
}
