# shellcheck disable=SC2154 # helpers.bash sets it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# The bars of a figure are the times of a session, and of nothing else.

@test "a figure that is drawn from a session shows its numbers" {
    local figure session drawn=0
    for figure in "$root"/assets/figures/*.pikchr; do
        session=$(sed -n '1s/^# Made by tools\/bars from \(.*\); do not edit\.$/\1/p' "$figure")
        [ -n "$session" ] || continue
        (cd "$root" && tools/bars "$session") > fresh
        diff "$figure" fresh || fail "draw it again: tools/bars $session > ${figure#"$root"/}"
        drawn=$((drawn + 1))
    done
    [ "$drawn" -gt 0 ]
}

@test "the longest time has the longest bar, half the time half of it" {
    printf '%s\n' '$ ./p' 'slow, way  3 calls, 7 faults, 20.0 ms' \
        'quick      1 calls, 0 faults, 10.0 ms' 'varies: ms 20.0' > s.session
    run_program "$root/tools/bars" s.session
    assert_success
    assert_line --partial 'text "slow, way" rjust'
    assert_line --regexp '^box wid 2\.600 '
    assert_line --regexp '^box wid 1\.300 '
    assert_line --regexp '^text "20\.0 ms" ljust'
    assert_line --regexp '^text "7" rjust'
    assert_equal "$(grep -c '^box' stdout)" 2
}

@test "a session without times, a missing one and a wrong call are refused" {
    echo '$ ./p' > s.session
    run_program "$root/tools/bars" s.session
    assert_failure 1
    assert_stderr --partial 's.session: no line'
    run_program "$root/tools/bars" nothing
    assert_failure 1
    assert_stderr --partial 'No such file'
    run_program "$root/tools/bars"
    assert_failure 2
    run_program "$root/tools/bars" --help
    assert_success
    assert_line --partial 'tools/bars SESSION'
}
