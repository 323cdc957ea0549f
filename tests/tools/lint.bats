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
@test "every rule is turned red by a fixture, but those that have a test below" {
    local woven='^(reference|figure|collected|listing|manual|pandoc|title|tests)$'
    run -0 bash -c '"$0" --rules | awk "{ print \$1 }" | grep -vE "$1" | sort' "$lint" "$woven"
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
    assert_output 'whole/book.nw:21: <<used by none>> is nowhere used [unused]'
}

@test "a chapter that is listed and missing, or there and not listed, is found" {
    cd order
    run -1 "$lint" book.nw
    assert_equal "$output" "$(cat ../order.findings)"
}

# a_book: a copy of the book "whole", without its faults, as the working directory.
a_book() {
    cp -R whole "$BATS_TEST_TMPDIR/book"
    cd "$BATS_TEST_TMPDIR/book" || return
    sed -i '/used by none/,$d' book.nw
    printf '# Two {#two}\n\n[Again.]{#P02 .claim .holds}\n' > chapters/02-two.nw
    echo '@test "two [P02]" { true; }' >> tests/01-one/a.bats
    run -0 "$lint" book.nw chapters/*.nw
    assert_output ''
}

@test "with a toolbox its chunks are everybody's, and those of book.nw no longer" {
    a_book
    sed -i 's/^- 02-two/&\n- A-tools/; s/^name:/toolbox: A-tools\n&/; s/^First/[](#tools). &/; /^<<used by one>>=/,$d' book.nw
    printf '# Tools {#tools}\n\n<<used by one>>=\nint one;\n@\n\n<<used by none>>=\nint none;\n@\n' > chapters/A-tools.nw
    run -1 "$lint" book.nw chapters/*.nw
    assert_output 'chapters/A-tools.nw:7: <<used by none>> is nowhere used [unused]'
    run -1 "$lint" chapters/A-tools.nw
    assert_output 'chapters/A-tools.nw:7: <<used by none>> is nowhere used [unused]'
    sed '7,$d' chapters/A-tools.nw > try.nw
    run -0 "$lint" --as chapters/A-tools.nw try.nw
    assert_output ''
    sed 's/used by one/used once/' try.nw > chapters/A-tools.nw
    printf '\n<<used by one>>=\nint one;\n@\n' >> book.nw
    run -1 "$lint" --only undefined,unused book.nw chapters/*.nw
    assert_line --regexp '^chapters/01-one.nw:[0-9]+: <<used by one>> is nowhere defined'
    assert_line --partial '<<used by one>> is nowhere used [unused]'
}

@test "what is wrong with the title block is told, once, and with --as too" {
    a_book
    sed -i 's/^date: .*/date: "2026-11-31"/; s/^lang: .*/lagn: en/; s/- 02-two/- 02 two/' book.nw
    run -1 "$lint" book.nw
    assert_line --regexp '^book\.nw:8: date: .* \[title\]$'
    assert_line --regexp '^book\.nw:9: there is no field "lagn"; .* \[title\]$'
    assert_line --regexp '^book\.nw:5: "02 two" .* \[order\]$'
    refute_line --regexp '^book\.nw:5: .*\[title\]$'
    sed 's/date: .*/date: soon/; s/lagn/lang/; s/02 two/02-two/' book.nw > try.nw
    run -1 "$lint" --as book.nw try.nw
    assert_output --regexp '^book\.nw:8: date: [^[:cntrl:]]* \[title\]$'
}

@test "a chapter with fewer exercises than the title block asks for is told, and no other" {
    a_book
    printf '\n## A {#a}\n\nNo program.\n' >> chapters/01-one.nw
    local n
    for n in b c d; do
        printf '\n## %s {#%s}\n\n<<%s.c>>=\nint x;\n@\n\n<<%s.session>>=\n$ ./%s\n@\n' "$n" "$n" "$n" "$n" "$n" >> chapters/01-one.nw
        touch "tests/01-one/$n.bats"
    done
    run -0 "$lint" book.nw chapters/*.nw
    sed -i 's/^name:/exercises: 2\n&/' book.nw
    run -1 "$lint" book.nw chapters/*.nw
    assert_output 'chapters/01-one.nw:1: 0 exercises for 3 sections that show a program; book.nw asks for one to every 2, which is 1 [exercise]'
    sed -i 's/^exercises: 2/exercises: 4/' book.nw
    run -0 "$lint" book.nw chapters/*.nw
    sed -i 's/^exercises: 4/exercises: many/' book.nw
    run -1 "$lint" book.nw
    assert_output --regexp '^book.nw:6: exercises: write how many .* \[title\]$'
    sed -i 's/^exercises: many/exercises: 1/; s/01-one/X-one/' book.nw
    mv chapters/01-one.nw chapters/X-one.nw
    mv tests/01-one tests/X-one
    run -0 "$lint" book.nw chapters/*.nw
}

@test "a claim without a test and a test of no claim are told" {
    a_book
    sed -i 's/P01/P07/' tests/01-one/a.bats
    run -1 "$lint" book.nw chapters/*.nw
    assert_output "\
chapters/01-one.nw:11: no test tries the claim P01; write @test \"... [P01]\" [tests]
tests/01-one/a.bats:1: no chapter has the claim P07; did you mean P01 or P02? [tests]"
    mkdir tests/site
    echo '@test "a page [P01] [P07]" { true; }' > tests/site/pages.bats
    run -1 "$lint" --only tests book.nw chapters/01-one.nw
    assert_output "\
tests/site/pages.bats:1: no chapter has the claim P07; did you mean P01 or P02? [tests]
tests/01-one/a.bats:1: no chapter has the claim P07; did you mean P01 or P02? [tests]"
}

@test "a program without tests and tests without a program are told" {
    a_book
    mv tests/01-one/a.bats tests/01-one/b.bats
    run -1 "$lint" chapters/01-one.nw
    assert_output "\
chapters/01-one.nw:3: the program a has no tests; write tests/01-one/a.bats [tests]
tests/01-one/b.bats:1: b is no program of chapters/01-one.nw, so these are nobody's tests [tests]"
    printf '\n<<p.c>>=\nint p;\n@\n\n<<p.session>>=\n$ ./p\n@\n' >> book.nw
    run -1 "$lint" book.nw
    assert_output 'book.nw:22: the program p has no tests; write tests/book/p.bats [tests]'
    mkdir tests/book
    touch tests/book/p.bats tests/book/more.bats
    run -0 "$lint" book.nw
    run -0 "$lint" book.nw
    run -0 "$lint" --as chapters/01-one.nw chapters/01-one.nw
}

@test "the kinds of file are those of kinds.tsv beside book.nw: what a root makes, what may not stand loose" {
    a_book
    printf 'c\tc\t#line %%L "%%F"%%N\tcc IN OUT\tcc NAME\t-\nsh\tbash\t-\tcp IN OUT\tcp NAME\tsh -n IN\n' > kinds.tsv
    cat >> chapters/02-two.nw <<'END'

<<hello.sh>>=
#!/bin/sh
cat @<<USAGE

## A comment after an empty line

Sentences in a here-document are no prose of the book.
USAGE
<<hello.session>>=
$ ./hello
@

<<hello.c>>=
int hello;
@

<<hello.py>>=
1
@

```bash
./hello
```

```python
1
```

<<alone.sh>>=
:
@

<<two words.sh>>=
:
@
END
    touch tests/02-two.bats
    run -1 "$lint" --only root,session,loose,name,end chapters/02-two.nw
    assert_output "\
chapters/02-two.nw:17: <<hello.c>> and <<hello.sh>> (line 5) would both make the program hello [root]
chapters/02-two.nw:21: <<hello.py>> would make a file that is neither a program (NAME.c, NAME.sh) nor NAME.session; kinds.tsv has the kinds [root]
chapters/02-two.nw:25: code (bash) in a fence is compiled by nobody; make it a chunk or say it in words [loose]
chapters/02-two.nw:33: the program alone has no session; write <<alone.session>>= [session]
chapters/02-two.nw:37: <<two words.sh>> cannot be a file's name; use letters, digits, _ and - [name]
chapters/02-two.nw:37: the program two words has no session; write <<two words.session>>= [session]"
    printf 'c\tc\n' > kinds.tsv
    run -2 "$lint" chapters/02-two.nw
    assert_output --regexp '^kinds.tsv:1: a kind has the columns'
}

@test "the verdicts are those of verdicts.tsv beside the list of claims" {
    a_book
    printf '# class\nso-so\tso so\tso\tThey say\n' > chapters/verdicts.tsv
    run -1 "$lint" chapters/02-two.nw
    assert_output 'chapters/02-two.nw:3: the claim P02 has the unknown verdict .holds (so-so) [claim]'
    printf 'holds\tholds\n' > chapters/verdicts.tsv
    run -2 "$lint" chapters/02-two.nw
    assert_output --regexp '^chapters/verdicts.tsv:1: a verdict has four columns'
    printf 'holds\ta\tb\tc\n\nholds\ta\tb\tc\n' > chapters/verdicts.tsv
    run -2 "$lint" chapters/02-two.nw
    assert_output 'chapters/verdicts.tsv:3: the verdict holds stands twice, first on line 1'
}

@test "a book without a list of claims has none that is known, and need not have one" {
    a_book
    rm chapters/ledger.tsv
    run -1 "$lint" chapters/02-two.nw
    assert_output 'chapters/02-two.nw:3: unknown claim P02; chapters/ledger.tsv, the list of the known ones, is not there [claim]'
    sed -i 3d chapters/02-two.nw
    run -0 "$lint" chapters/02-two.nw
}

# a_check STATUS: a weave/check that prints what it is called with, and findings.
a_check() {
    mkdir weave
    cat > weave/check <<END
#!/bin/sh
pwd > $BATS_TEST_TMPDIR/called
printf '<%s>' "\$@" >> $BATS_TEST_TMPDIR/called
cat chapters/01-one.nw > $BATS_TEST_TMPDIR/read
cat findings
[ $1 -lt 2 ] || { echo 'pandoc is too old' >&2; }
exit $1
END
    chmod +x weave/check
}

@test "what weave/check finds in the files that are asked for is told, once for all of the book's" {
    a_book
    run -2 "$lint" --only figure book.nw
    assert_output 'lint: only weave/check knows the rule figure, and this book has none'
    a_check 1
    cat > findings <<'END'
chapters/01-one.nw:3: no figure ring [figure]
chapters/02-two.nw:1: leads nowhere [reference]
chapters/02-two.nw:3: another word for it [claim]
chapters/02-two.nw:3: a warning on the same line [pandoc]
chapters/02-two.nw:6: in a fence [loose]
chapters/02-two.nw:7: Note with key 'nobody' but not used [pandoc]
chapters/02-two.nw:9: the claim P22 stands twice [id]
END
    cat >> chapters/02-two.nw <<'END'

```c
int x;
```

[^nobody]: [Twice]{#P22 .claim .holds}
END
    sed -i s/P02/P22/ chapters/02-two.nw tests/01-one/a.bats
    cd ..
    run -1 "$lint" book/chapters/02-two.nw
    assert_output "\
book/chapters/02-two.nw:1: leads nowhere [reference]
book/chapters/02-two.nw:3: unknown claim P22; book/chapters/ledger.tsv lists the known ones; did you mean P02? [claim]
book/chapters/02-two.nw:5: C in a fence is compiled by nobody; make it a chunk or say it in words [loose]
book/chapters/02-two.nw:9: the claim P22 stands twice, first at line 3 [claim]
book/chapters/02-two.nw:9: unknown claim P22; book/chapters/ledger.tsv lists the known ones; did you mean P02? [claim]
book/chapters/02-two.nw:9: nothing refers to the footnote [^nobody] [footnote]"
    assert_equal "$(cat called)" "$PWD/book
<book.nw><chapters/01-one.nw><chapters/02-two.nw>"
    cd book/chapters
    echo 'chapters/manual.tsv:3: no such page [manual]' >> ../findings
    run -1 "$lint" --only figure,manual 01-one.nw ../book.nw
    assert_output "\
01-one.nw:3: no figure ring [figure]
../chapters/manual.tsv:3: no such page [manual]"
    rm "$BATS_TEST_TMPDIR/called"
    run -1 "$lint" --only figure --as 01-one.nw 02-two.nw
    assert_output '01-one.nw:3: no figure ring [figure]'
    cmp "$BATS_TEST_TMPDIR/read" 02-two.nw
    assert_equal "$(tail -n 1 "$BATS_TEST_TMPDIR/called")" '<book.nw><chapters/01-one.nw><chapters/02-two.nw>'
    run -0 "$lint" --only figure --as 03-three.nw 02-two.nw
    assert_equal "$(tail -n 1 "$BATS_TEST_TMPDIR/called")" '<book.nw><chapters/01-one.nw><chapters/02-two.nw><chapters/03-three.nw>'
    rm "$BATS_TEST_TMPDIR/called"
    run -0 "$lint" --only undefined 01-one.nw
    [ ! -e "$BATS_TEST_TMPDIR/called" ]
}

@test "a weave/check that cannot be run is told, and what else is found as well" {
    a_book
    a_check 2
    touch findings
    run -2 "$lint" book.nw
    assert_output "\
lint: weave/check could not look at the book
pandoc is too old"
    echo '<<nowhere>> in prose' >> book.nw
    run -1 "$lint" book.nw
    assert_output "\
book.nw:21: unescaped << in prose, write @<< [mark]
lint: weave/check could not look at the book
pandoc is too old"
    rm -r weave
    a_check 1
    echo 'chapters/01-one.nw:1: what is that [riddle]' > findings
    run -2 "$lint" chapters/01-one.nw
    assert_output "\
lint: weave/check says what lint does not understand
chapters/01-one.nw:1: what is that [riddle]"
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
    sed -i 's/- 02-two/- 03-three/' "$BATS_TEST_TMPDIR/try.nw"
    run -1 "$lint" --only order --as book.nw "$BATS_TEST_TMPDIR/try.nw"
    assert_output "\
book.nw:5: lists 03-three, but chapters/03-three.nw is missing [order]
chapters/02-two.nw:1: book.nw does not list this chapter (chapters: in its title block) [order]"
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

@test "a long chapter is linted in a moment, without a finding" {
    for i in $(seq 200); do
        printf '## Section %d {#section-%d}\n\nProse of it,\n[a claim]{#P%d .claim .holds}.\n\n' "$i" "$i" "$i"
        printf '<<p%d.c>>=\n<<headers>>\n<<make thing %d>>\n@\n\n' "$i" "$i"
        printf '<<make thing %d>>=\n%s@\n\n<<p%d.session>>=\n$ ./p\n@\n\n' "$i" "$(yes 'int x = 0; /* code */' | head -40; echo x)" "$i"
    done | sed 's/^x@/@/' > "$BATS_TEST_TMPDIR/long.nw"
    seq -f 'P%g' 200 > "$BATS_TEST_TMPDIR/ledger.tsv"
    local TIMEFORMAT=%U used
    { time run -0 "$lint" --book context/book.nw --ledger "$BATS_TEST_TMPDIR/ledger.tsv" "$BATS_TEST_TMPDIR/long.nw"; } 2> "$BATS_TEST_TMPDIR/used"
    assert_output ''
    used=$(tail -n 1 "$BATS_TEST_TMPDIR/used")
    local ms=$(( 10#${used/./} ))
    [ "$(wc -l < "$BATS_TEST_TMPDIR/long.nw")" -gt 9000 ]
    [ "$ms" -lt 1500 ] || fail "$used s of processor time" # 0.2 on a quiet machine
    echo "# $ms ms" >&3
}
