bats_require_minimum_version 1.13.0
load ../lib/helpers
# The checks of the exercises: each refuses its start and every wrong answer, and takes every right one.

hold_exercises

# tells NAME: its check takes the answer and refuses the start.
tells() {
    run "$root/out/bin/$unit/exercises/$1.check" "$root/out/bin/$unit/exercises/$1.answer"
    assert_success
    assert_line "$1 is right"
    run "$root/out/bin/$unit/exercises/$1.check" "$root/out/bin/$unit/exercises/$1.start"
    assert_failure 1
}

@test "what cost_of asks for is looked at" {
    says "It leaves with the status of the command; 127 when the command cannot be started, and 128 and the number of the signal when one ended it"
    tells cost_of
}

@test "what ping_pong asks for is looked at" {
    says "N is 100 to 100000"
    tells ping_pong
    local n
    for n in 99 100001; do
        run "$root/out/bin/$unit/exercises/ping_pong.answer" "$n"
        assert_failure 2
    done
}

@test "what how_many_writes says of its program is so" {
    says "n not at all, l by lines, f fully; the buffer has 1000 bytes"
    run "$root/out/bin/$unit/exercises/how_many_writes" f 100
    assert_output 1
    run "$root/out/bin/$unit/exercises/how_many_writes" f 101
    assert_output 2
}
