# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# poll_says: what poll says of a pipe, a local stream, TCP and others.

setup_file() { needs loopback; }

@test "the session holds: each kind at each moment [E08] [E09] [E10]" {
    says "these three come whether they were asked for or not"
    says "An ordinary file says IN OUT at all times, also an empty one at its end"
    says "an entry with a negative number is passed over, which is a way to switch one off"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./poll_says
}
