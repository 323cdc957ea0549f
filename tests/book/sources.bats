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
    run perl -e '
        open my $ledger, "<", "chapters/ledger.tsv" or die;
        while (<$ledger>) {
            my ($id, $unit) = split /\t/;
            next if /^#/ || $id eq "id" || !++$named || !open my $in, "<", "chapters/$unit.nw";
            my $text = do { local $/; <$in> };
            my $count = () = $text =~ /\{(?=[^{}]*\.claim\b)[^{}]*#$id(?=[\s}])/g;
            $seen++;
            print "chapters/$unit.nw: the claim $id stands $count times\n" if $count != 1;
        }
        print "no claim was looked for\n" if $named && !$seen;'
    assert_output ''
}

@test "shellcheck has nothing to say about the scripts" {
    needs shellcheck
    cd "$root"
    git ls-files > /dev/null 2>&1 || skip 'not a git checkout'
    git ls-files | while read -r file; do
        if [ -f "$file" ] && head -n 1 "$file" | grep -qE '^#!.*\b(sh|bash)$'; then printf '%s\0' "$file"; fi
    done > "$BATS_TEST_TMPDIR/scripts"
    xargs -0 shellcheck < "$BATS_TEST_TMPDIR/scripts"
}

@test "every program is clean under the warnings of clang too" {
    needs clang
    cd "$root"
    for file in tangled/*/*.c tangled/*/exercises/*.c; do
        [ -e "$file" ] || continue
        clang -std=c17 -O1 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -fsyntax-only "$file"
    done
}

@test "every program compiles with a plain cc, warnings on, outside the project" {
    says "a plain compiler makes it"
    cd "$BATS_TEST_TMPDIR"
    for file in "$root"/tangled/*/*.c; do
        cc -Wall -Wextra -c -o /dev/null "$file"
    done
}
