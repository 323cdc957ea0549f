# shellcheck disable=SC2154 # helpers.bash sets them
bats_require_minimum_version 1.13.0
load ../lib/helpers
# The checks of the exercises: each refuses its start and every wrong answer, and takes every right one.

hold_exercises

# tells NAME: its check takes the answer and refuses the start, each in a fresh folder.
tells() {
    run "$root/out/bin/$unit/exercises/$1.check" "$root/out/bin/$unit/exercises/$1.answer"
    assert_success
    assert_line "$1 is right"
    run "$root/out/bin/$unit/exercises/$1.check" "$root/out/bin/$unit/exercises/$1.start"
    assert_failure 1
}

@test "what signal_race asks for is looked at" {
    says "signal_race prints heard for each SIGUSR1, until a SIGTERM ends it with status 0"
    tells signal_race
}

@test "what time_limit asks for is looked at" {
    says "Then it kills it with SIGKILL"
    says "SIGCHLD as a descriptor does as well, if the command gets its mask back"
    tells time_limit
    run "$root/out/bin/$unit/exercises/time_limit.check" "$root/out/bin/$unit/exercises/time_limit.also-signalfd"
    assert_success
}

@test "what both_lines asks for is looked at" {
    says "When both have said all and have ended, it leaves with status 0"
    tells both_lines
}

@test "what above_1024 asks for is looked at" {
    says "Mend it in wait_for_bytes, for all numbers that the limit allows"
    tells above_1024
}
