bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# race: every way against every other one, and whether the numbers are worth something.

@test "the session holds: each answer is right and each byte arrived" {
    needs two_cpus
    needs loopback
    needs queues
    says "Each answer is compared and each byte is added up"
    says "With --csv the values are printed for a program that draws, with --count only what does not depend on the clock"
    holds_session
}

@test "a byte that is missing ends it" {
    says "Where one is missing, there is no number"
    inject read:retval=64:when=300 ./race --count
    assert_failure 1
}

@test "it either ranks or says who had the processor" {
    says "Where they had to wait for a processor for more than a tenth of the time, it prints what it saw and does not rank"
    run_program -t 55 ./race
    assert_success
    assert_line --regexp '^(not ranked: others had the processor for [0-9]+ % of one measurement|the shortest round trip that sleeps: .*)$'
    assert_line --regexp '^pipe +1\.000 '
}

@test "the CSV names the machine by processor, number and kernel alone" {
    says "The machine is told by what matters and by nothing that says whose it is"
    run_program -t 55 ./race --csv
    assert_success
    [ "$(grep -c '^#' stdout)" -le 3 ]
    refute_output --partial "$(uname -n)"
    [ "$(grep -cE '^(trip on [12]|byte by [0-9]+),[A-Za-z ]+(,[0-9.]+){3}$' stdout)" -ge 20 ]
}

@test "a wrong call gets a usage line" {
    run_program ./race --fast
    assert_failure 2
    assert_stderr_line --partial usage
}

@test "it leaves nothing behind" {
    leaves_nothing ./race --count
}
