bats_require_minimum_version 1.13.0
load ../lib/assertions
# tools/lint: every rule has a fixture that it turns red at the right line, and
# sources without fault pass. fixtures/lint/NAME.findings is all that lint says
# of NAME.nw; a fixture without one is clean.

setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    fixtures=$BATS_TEST_DIRNAME/fixtures/lint
    lint=$root/tools/lint
    cd "$fixtures" || return
}

lint_fixture() { "$lint" --book context/book.nw --ledger ledger.tsv "$@"; }

@test "each fixture has exactly the findings that are written beside it" {
    local file seen=0 wrong=0
    for file in *.nw; do
        local want=0 got=0
        [ ! -e "${file%.nw}.findings" ] || want=1
        lint_fixture "$file" > "$BATS_TEST_TMPDIR/got" || got=$?
        if [ "$got" -ne "$want" ]; then
            echo "$file: status $got, not $want"
            wrong=1
        fi
        if [ "$want" -eq 1 ]; then
            diff "${file%.nw}.findings" "$BATS_TEST_TMPDIR/got" || wrong=1
        elif [ -s "$BATS_TEST_TMPDIR/got" ]; then
            cat "$BATS_TEST_TMPDIR/got"
            wrong=1
        fi
        seen=$((seen + 1))
    done
    [ "$seen" -ge 20 ]
    [ "$wrong" -eq 0 ]
}

# shellcheck disable=SC2016  # awk and sed expand
@test "every rule is turned red by a fixture" {
    run -0 bash -c '"$0" --rules | awk "{ print \$1 }" | sort' "$lint"
    local rules=$output
    run -0 bash -c 'sed -n "s/.*\[\([a-z0-9-]*\)\]$/\1/p" ./*.findings | sort -u'
    assert_equal "$output" "$rules"
}

@test "every finding is FILE:LINE: message [rule]" {
    run -0 cat ./*.findings
    refute_line --regexp '^$'
    for line in "${lines[@]}"; do
        [[ $line =~ ^[A-Za-z0-9/._-]+:[1-9][0-9]*:\ .*\ \[[a-z0-9-]+\]$ ]] || fail "$line"
    done
}

@test "the finding goes when the fault is mended" {
    sed '9d' definition.nw | sed '3d;5d' > "$BATS_TEST_TMPDIR/mended.nw"
    sed -i '/followed in code/d' "$BATS_TEST_TMPDIR/mended.nw"
    run -0 lint_fixture "$BATS_TEST_TMPDIR/mended.nw"
    assert_output ''
}

@test "a whole book: chunks of book.nw count as used by any chapter, ids and claims are unique in all" {
    cd whole
    run -1 "$lint" book.nw chapters/01-one.nw chapters/02-two.nw
    assert_equal "$output" "$(cat ../whole.findings)"
}

@test "a chapter alone is read with the book.nw and the other chapters beside it" {
    cd whole
    run -1 "$lint" chapters/02-two.nw
    assert_equal "$output" "$(grep '^chapters/02' ../whole.findings)"
    cd chapters
    run -1 "$lint" 01-one.nw
    refute_output --partial 'undefined'
    assert_line --partial 'stands twice, first at ../chapters/02-two.nw:5'
}

@test "book.nw alone: its chunk is unused only when no chapter uses it" {
    run -1 "$lint" whole/book.nw
    assert_output 'whole/book.nw:16: <<used by none>> is nowhere used [unused]'
}

@test "a chapter that is listed and missing, or there and not listed, is found" {
    cd order
    run -1 "$lint" book.nw
    assert_equal "$output" "$(cat ../order.findings)"
}

@test "--as looks at a text in place of a file: with that file's book, under its name" {
    cd whole
    sed 's/{#one}/{#three}/; s/used by one/used by nobody/' chapters/01-one.nw > "$BATS_TEST_TMPDIR/try.nw"
    run -1 "$lint" --as chapters/01-one.nw "$BATS_TEST_TMPDIR/try.nw"
    assert_output "\
chapters/01-one.nw:1: the chapter's id is {#one}, like its file, not {#three} [heading]
chapters/01-one.nw:4: <<used by nobody>> is nowhere defined [undefined]
chapters/01-one.nw:11: the claim P01 stands twice, first at chapters/02-two.nw:5 [claim]"
    sed '/used by none/,$d' book.nw > "$BATS_TEST_TMPDIR/try.nw"
    run -0 "$lint" --as book.nw "$BATS_TEST_TMPDIR/try.nw"
    assert_output ''
}

@test "--as takes one file, and says which of two cannot be read" {
    run -2 "$lint" --as whole/book.nw
    run -2 "$lint" --as whole/book.nw clean.nw at.nw
    assert_output --partial '--as takes one file'
    run -2 "$lint" --as whole/book.nw nowhere.nw
    assert_output --partial 'nowhere.nw:1: cannot be read'
}

@test "--only looks for the named rules alone" {
    run -1 lint_fixture --only tab,session many.nw
    assert_equal "$output" "$(grep -E '\[(tab|session)\]' many.findings)"
    run -0 lint_fixture --only cycle many.nw
    assert_output ''
}

@test "--only, --book, --ledger, --as without a word, an unknown rule, an unknown option: status 2" {
    for words in --only --book --ledger --as '--only nonsense' '--nonsense'; do
        # shellcheck disable=SC2086  # words
        run -2 "$lint" $words
        assert_output --regexp '^lint: .*try --help'
    done
}

@test "a file that cannot be read: status 2 and its name" {
    run -2 "$lint" "$BATS_TEST_TMPDIR/nowhere.nw"
    assert_output --partial 'nowhere.nw:1: cannot be read: No such file'
    mkdir "$BATS_TEST_TMPDIR/folder.nw"
    run -2 "$lint" "$BATS_TEST_TMPDIR/folder.nw"
    assert_output --partial 'folder.nw:1: is a folder'
    run -2 "$lint" --ledger nowhere.tsv clean.nw
    assert_output --partial 'nowhere.tsv:1: cannot be read'
    run -2 "$lint" --book nowhere.nw clean.nw
    assert_output --partial 'nowhere.nw:1: cannot be read'
}

@test "noweb that is missing is said, not taken for a clean file" {
    NOWEB_LIB=$BATS_TEST_TMPDIR run -2 "$lint" clean.nw
    assert_output --partial 'markup: not there'
}

@test "the file may be named by any path, with blanks too" {
    mkdir "$BATS_TEST_TMPDIR/a b"
    cp bytes.nw "$BATS_TEST_TMPDIR/a b/"
    run -1 lint_fixture --only tab "$BATS_TEST_TMPDIR/a b/bytes.nw"
    assert_line --index 0 "$BATS_TEST_TMPDIR/a b/bytes.nw:3: tab; use blanks [tab]"
}

@test "--help says what is exempt and lists all rules" {
    run -0 "$lint" --help
    assert_output --partial 'a row of a'
    assert_output --partial 'wide-prose'
    assert_output --partial 'Exit status'
}

@test "a long chapter is linted in half a second" {
    for i in $(seq 200); do
        printf '## Section %d {#section-%d}\n\nProse of it,\n[a claim]{#P%d .claim .holds}.\n\n' "$i" "$i" "$i"
        printf '<<p%d.c>>=\n<<headers>>\n<<make thing %d>>\n@\n\n' "$i" "$i"
        printf '<<make thing %d>>=\n%s@\n\n<<p%d.session>>=\n$ ./p\n@\n\n' "$i" "$(yes 'int x = 0; /* code */' | head -40; echo x)" "$i"
    done | sed 's/^x@/@/' > "$BATS_TEST_TMPDIR/long.nw"
    seq -f 'P%g' 200 > "$BATS_TEST_TMPDIR/ledger.tsv"
    local start=$EPOCHREALTIME
    run -0 "$lint" --book context/book.nw --ledger "$BATS_TEST_TMPDIR/ledger.tsv" "$BATS_TEST_TMPDIR/long.nw"
    local ms=$(( (${EPOCHREALTIME/./} - ${start/./}) / 1000 ))
    [ "$(wc -l < "$BATS_TEST_TMPDIR/long.nw")" -gt 9000 ]
    [ "$ms" -lt 1500 ] || fail "$ms ms" # half a second on a quiet machine
    echo "# $ms ms" >&3
}
