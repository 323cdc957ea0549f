# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# sock_names: no name, and a name that is no file.

@test "the session holds: who has no name gets no answer; each byte of an abstract name counts [L12] [L12b] [L19]" {
    says "The address that comes with the message of a client without one has the length 0, and an answer to it fails"
    says "It has no mode: with 0, under an umask of 0777, whoever knows it connects, another user too"
    holds_session
}

@test "an ordinary user sees the same" {
    as_nobody holds_session
}

@test "two at the same time have two abstract names" {
    says "The abstract name of this program has its process id in it, so that two runs do not meet"
    leaves_nothing ./sock_names
    two_at_once ./sock_names
}
