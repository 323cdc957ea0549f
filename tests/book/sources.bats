#!/usr/bin/env bats
# The sources are in order, and what is committed is what they make.
bats_require_minimum_version 1.13.0
load ../lib/helpers

@test "tangled/ is what a fresh tangle gives" {
    cd "$root"
    run tools/tangle --check
    assert_success
}

@test "the linter has nothing to say about the book" {
    cd "$root"
    run tools/lint book.nw chapters/*.nw
    assert_success
    assert_output ''
}

@test "every claim of the notes that a finished chapter must decide is in it" {
    cd "$root"
    # chapters/ledger.tsv: id, unit, lines of the notes
    while IFS=$'\t' read -r id chapter _; do
        [ -f "chapters/$chapter.nw" ] || continue
        count=$(grep -cE "\{[^}]*#$id [^}]*\.claim|\{\.claim #$id[ }]" "chapters/$chapter.nw" || true)
        [ "$count" -eq 1 ] || fail "chapters/$chapter.nw: claim $id stands $count times"
    done < <(grep -v '^id' chapters/ledger.tsv)
}

@test "every claim has a test that carries its id" {
    cd "$root"
    for chapter in chapters/[0-9]*.nw; do
        name=${chapter##*/}
        for id in $(grep -oE '#[A-Z][0-9]+[a-z]? |\.claim #[A-Z][0-9]+[a-z]?' "$chapter" | grep -oE '[A-Z][0-9]+[a-z]?'); do
            grep -qF "[$id]" tests/"${name%.nw}"/*.bats || fail "no test of $name carries [$id]"
        done
    done
}

@test "shellcheck has nothing to say about the scripts" {
    needs shellcheck
    cd "$root"
    git ls-files > /dev/null 2>&1 || skip 'not a git checkout'
    git ls-files | while read -r file; do
        [ -f "$file" ] && head -n 1 "$file" | grep -qE '^#!.*\b(sh|bash)$' && printf '%s\0' "$file"
    done > "$BATS_TEST_TMPDIR/scripts"
    xargs -0 shellcheck < "$BATS_TEST_TMPDIR/scripts"
}

@test "every program is clean under the warnings of clang too" {
    needs clang
    cd "$root"
    for file in tangled/*/*.c; do
        clang -std=c17 -O1 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -fsyntax-only "$file"
    done
}

@test "every program compiles with a plain cc, warnings on, outside the project" {
    cd "$BATS_TEST_TMPDIR"
    for file in "$root"/tangled/*/*.c; do
        cc -Wall -Wextra -c -o /dev/null "$file"
    done
}
