bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# ring_forms: three forms of a ring, and how often they tell.

@test "the session holds: all arrive, and the third form tells less than a tenth as often" {
    needs two_cpus
    says "With 16 large messages in the ring there are no 32 to wait for, so there the third tells when it has to wait"
    says "Every word is stored by one and added up by the other"
    says "The third also tells its partner of several messages at once"
    holds_session
}

@test "with --time it prints three ratios to the pipe for each size" {
    needs two_cpus
    run_program -t 60 ./ring_forms 1000 --time
    assert_success
    [ "$(grep -cE '^ *[0-9]+ bytes: as fast as a pipe times [0-9.]+, [0-9.]+, [0-9.]+$' stdout)" = 3 ]
}

@test "on one processor it says what it needs" {
    needs taskset
    run_program taskset -c "$(taskset -cp $$ | sed 's/.*: *//; s/[-,].*//')" ./ring_forms 5000
    assert_failure 1
    assert_stderr 'ring_forms: this needs two processors'
}

@test "a wrong call gets a usage line" {
    local words
    for words in '' 10 'x' '5000 --tim' '5000 --time more'; do
        # shellcheck disable=SC2086 # several words
        run_program ./ring_forms $words
        assert_failure 2
        assert_stderr_line --partial usage
    done
}

@test "it leaves nothing behind" {
    needs two_cpus
    leaves_nothing ./ring_forms 1000
}
