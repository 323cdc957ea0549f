bats_require_minimum_version 1.13.0
load ../lib/helpers
# Each check refuses what the reader begins with and each wrong answer, and takes the others.

hold_exercises

@test "wait_once: as many workers as a status can tell" {
    says "It has no other children, and 255 workers at most"
    # shellcheck disable=SC2046 # words
    run_program ./wait_once.answer $(seq 1 255)
    assert_failure 255
}
