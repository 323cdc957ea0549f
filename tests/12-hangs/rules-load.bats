# shellcheck disable=SC2016,SC2154 # scripts of other shells; helpers.bash sets
# takes about 60 s
bats_require_minimum_version 1.13.0
load ../lib/helpers
# Where there is not enough processor for all, slow is still not stuck.

# busy COMMAND...: runs it while four others compute.
busy() {
    needs stress-ng
    stress-ng --quiet --cpu 4 --timeout 300 3>&- &
    local load=$! status=0
    "$@" || status=$?
    kill "$load"
    wait "$load" || :
    return "$status"
}

# two_hundred: of eight kinds of program that take their time, 25 each, 20 at once.
two_hundred() {
    local commands=(
        'sleep 0.6'
        '(sleep 0.6; echo) | cat | wc -c'
        'for i in 1 2 3 4 5 6; do sleep 0.1; echo $i; done | sort | cat'
        'timeout -s KILL 0.6 sh -c "sleep 100 | cat"; [ $? = 137 ]'
        'mkfifo f$$; (sleep 0.6; echo > f$$) & cat f$$; wait'
        'perl -e '\''$SIG{ALRM} = sub { exit 0 }; alarm 1; pipe R, W; <R>'\'
        'perl -e '\''fork or exec "sleep", "0.6"; wait'\'
        'perl -e '\''pipe R, W; for (1 .. 3) { fork or do { close R; select undef, undef, undef, 0.2 * $_; print W "x"; exit } } close W; 1 while <R>; 1 until wait < 0'\')
    local n
    for n in {1..200}; do printf '%s\0' "${commands[n % ${#commands[@]}]}"; done |
        xargs -0 -n 1 -P 20 "$book_built/runner" -n -t 120 -- bash -c > said 2>&1
}

@test "two hundred programs that take their time are left alone under load" {
    busy two_hundred || fail "$(cat said)"
    run cat said
    refute_output --partial stuck
}

@test "what hangs is found under load as well" {
    needs stress-ng
    found() {
        local n
        for n in {1..10}; do printf '%s\0' 'pipe R, W; <R>'; done |
            xargs -0 -n 1 -P 5 "$book_built/runner" -t 120 -- perl -e > said 2>&1
        [ "$(grep -c 'it: perl is stuck' said)" = 10 ]
    }
    busy found || fail "$(cat said)"
}
