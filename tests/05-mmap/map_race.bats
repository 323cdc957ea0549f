# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# A race without order: seldom with few additions, soon with many, and gone with atomic ones.

@test "many additions meet soon, atomic ones do no harm [M33]" {
    holds_session
}

@test "few additions meet hardly ever: the runs are looked at one by one [M33]" {
    says "With ./map_race 100 all two hundred runs came out right when this was written"
    run_program -t 60 ./map_race 100
    assert_success
    assert_line --index 0 --regexp '^100 additions by each of two, run ([1-9]|[1-9][0-9]|1[0-9][0-9]|200)$'
    [[ $output = *'run 200'* ]] || assert_line --regexp '^  ordinary: [1-9][0-9]* missing$'
    assert_line '  atomic:   none missing'
}

@test "with enough additions one of two hundred runs goes wrong, whatever the machine has to do [M33]" {
    run_program -t 60 ./map_race 20000000
    assert_success
    assert_line --index 0 --regexp '^20000000 additions by each of two, run [0-9]+$'
    assert_line --regexp '^  ordinary: [1-9][0-9]* missing$'
    assert_line '  atomic:   none missing'
}

@test "a run with one addition each is over before it can go wrong, and the sums are right" {
    run_program -t 60 ./map_race 1
    assert_success
    assert_line --regexp '^1 additions by each of two, run [0-9]+$'
    assert_line --regexp '^  ordinary: [01] missing$'
    assert_line '  atomic:   none missing'
}

@test "each run forks twice and waits for both" {
    says "We start two processes, one right after the other"
    traced clone,clone3,wait4 -t 60 ./map_race 1
    assert_success
    assert [ "$(grep -cE 'clone3?\(.*= [1-9]' strace)" -ge 2 ]
    assert_equal "$(grep -cE 'clone3?\(.*= [1-9]' strace)" "$(grep -cE 'wait4\([1-9].*= [1-9]' strace)"
    leaves_no_zombie -t 60 ./map_race 1
    assert_success
}

@test "a child that fails is told" {
    run_shell './map_race 100000000 & p=$!
        until both=$(cat "/proc/$p/task/$p/children") && [ "$(wc -w <<< "$both")" = 2 ]; do :; done
        kill -KILL $both; wait "$p"'
    assert_failure 1
    assert_stderr_line --partial 'a child failed'
}

@test "a wrong number gets a usage line" {
    local what
    for what in '' 0 -1 many 1x 200000000; do
        run_program ./map_race "$what"
        assert_failure 2
        assert_stderr_line --partial usage
    done
    run_program ./map_race
    assert_failure 2
}

@test "no process leaves a descriptor open" {
    no_leaked_fd ./map_race 1
    assert_success
    assert_line --partial 'additions'
}
