# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# wait_ready: a call that sleeps although poll had said yes, and a poll that comes back for nothing.

@test "the session holds: another one reads first, more than fits, told unasked [E07] [E11] [E37]" {
    says "Under O_NONBLOCK the call says EAGAIN, and the loop goes on"
    says "POLLHUP and POLLERR come unasked"
    says "A blocking write of more sleeps until the rest has fit, too; a non-blocking one returns how much it got rid of"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./wait_ready
}
