# shellcheck disable=SC2154 # helpers set it
bats_require_minimum_version 1.13.0

load ../lib/assertions
# tools/plot draws measured values; tools/measure calls it with what was measured.

setup() {
    cd "$BATS_TEST_DIRNAME/../.."
    printf '# a machine, pages of 4096 bytes\n# more\ntrip on 1,pipe,10,9,11\ntrip on 1,TCP,1000,9,11\nbyte by 64,pipe,2\n' > "$BATS_TEST_TMPDIR/csv"
}

@test "a bar for each line of the chart, the largest at full length, and the machine below" {
    run tools/plot 'trip on 1' "$BATS_TEST_TMPDIR/csv"
    assert_success
    assert_line --partial 'box wid 0.100 '
    assert_line --partial 'box wid 1.900 '
    assert_line --regexp '^text "measured on a machine" '
    [ "$(grep -c '^box' <<< "$output")" = 2 ]
}

@test "a star takes all charts that begin so" {
    run tools/plot 'byte by *' "$BATS_TEST_TMPDIR/csv"
    assert_success
    assert_line --partial '"64, pipe"'
}

@test "a chart that is not there is an error" {
    run tools/plot nothing "$BATS_TEST_TMPDIR/csv"
    assert_failure 1
    run tools/plot
    assert_failure 2
}

@test "what is committed is what the committed CSV draws" {
    mkdir "$BATS_TEST_TMPDIR/drawn"
    run tools/measure --draw assets/figures/choosing.csv "$BATS_TEST_TMPDIR/drawn"
    assert_success
    local name
    for name in one two bytes many faults tail; do
        cmp "$BATS_TEST_TMPDIR/drawn/choosing-$name.pikchr" "assets/figures/choosing-$name.pikchr"
    done
}
