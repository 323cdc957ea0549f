# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# sig_gap: a signal between the look and the sleep, the calls that close the gap, and SA_RESTART.

@test "the session holds: too early, let in by the sleep, made again or not [E34] [E35] [E44]" {
    says "SA_RESTART asks the kernel to make an interrupted call again"
    says "the signal was there before the call, and the call ended at once, by EINTR, with the handler run"
    says "A signal that comes after the look and before the sleep sets the flag, and then poll sleeps, with nobody left to wake it"
    says "ppoll(2) takes the mask that shall hold during the sleep, puts it into force and goes to sleep in one step"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./sig_gap
}
