# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# wake_fds: a time, a counter and a child as descriptors.

@test "the session holds: late ticks, timers that do not start, a sum, a child [E29] [E30] [E31] [E32] [E43] [E45]" {
    says "An absolute time that is over is a tick at once"
    says "With EFD_SEMAPHORE a read takes one"
    says "The read returns how many have passed since the last one"
    says "It is readable as soon as the process has ended, and stays so"
    says "after the collection it says ESRCH, whoever has the number by then"
    says "who would pass it has to wait, or gets EAGAIN"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./wake_fds
}
