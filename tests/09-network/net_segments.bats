# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# net_segments: how many parts of a stream ten bytes are.

@test "the session holds: ten with one option, one with three others [N27] [N50]" {
    says "The kernel counts segments with data in them, and tells by TCP_INFO"
    says "The next ones wait while something that is less than a full segment is not acknowledged, and then leave together, as John Nagle proposed in RFC 896"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./net_segments
}
