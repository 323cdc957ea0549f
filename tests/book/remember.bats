# shellcheck disable=SC2154 # helpers.bash sets root
# takes about 30 s
bats_require_minimum_version 1.13.0
load ../lib/helpers
load epubcheck
# The list of what to remember, of a made-up book: in the site, on paper, in the EPUB.

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    "$root/tools/made-up-book" --small 2 book
    cd book || return
    sed -i 's/^- B-indexes/&\n- G-remember/' book.nw
    printf '# What to remember {#remember}\n\n::: {.collected of=remember}\n:::\n' > chapters/G-remember.nw
    cat >> chapters/02-made-02.nw <<'END'

## Another table {#tables}

| a | b |
| --- | --- |
| elsewhere | nothing of it |

Table: Another. {#tbl-another}

## What to remember {#made-remember}

| about | remember |
| --- | --- |
| the first | what `fork(2)` copies[]{.index entry="kept thing"}, see [](#tables) |
| the second | [a pipe has two ends]{#X1 .claim .holds}, |

Table: The only caption. {#tbl-made}
END
    # lint asks more of a claim than the look of the list needs
    mkdir -p out/build
    touch out/build/linted
    env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make LOCKED=yes -o out/build/linted book pdf epub > log 2>&1 || { tail log; return 1; }
    mkdir epub
    (cd epub && unzip -q ../out/made-up-book.epub)
}

setup() {
    cd "$BATS_FILE_TMPDIR/book" || return
}

# words FILE: what stands in it in one line, without tags
words() { perl -0777 -ne 's/<[^>]*>//g; s/\s+/ /g; print' "$1"; }

# once: the list stands in $output, with the words of the table alone
once() {
    assert_output --regexp 'the first what fork\(2\) copies, see '
    assert_output --partial 'the second a pipe has two ends,'
    refute_output --partial 'nothing of it'
    refute_output --partial 'The only caption'
}

@test "the page has the tables of what to remember of a chapter that has one, below its name, and no other table" {
    run words out/html/remember.html
    once
    grep -q 'id="remember-made-02"' out/html/remember.html
    ! grep -q 'id="remember-made-01"' out/html/remember.html || fail 'a chapter without such a table has a heading'
    run words out/html/made-02.html
    assert_output --partial 'The only caption'
}

@test "no id and no entry of the index stands twice, and each link leads somewhere" {
    run "$root/tests/site/links" out/html
    assert_success
    assert_equal "$(grep -c 'id="X1"' out/html/made-02.html) $(grep -c 'id="X1"' out/html/remember.html)" '1 0'
}

@test "the EPUB has the list, and is valid" {
    run words "$(grep -l 'id="remember-made-02"' epub/EPUB/text/*.xhtml)"
    once
    epubcheck_says --failonwarnings out/made-up-book.epub
    assert_success
}

@test "paper has the list" {
    needs pdftotext
    pdftotext -layout out/made-up-book.pdf pdf.txt
    # the table stands in the chapter and in the list; its caption in the chapter alone
    assert_equal "$(grep -c 'a pipe has two ends' pdf.txt)" 2
    assert_equal "$(grep -c 'The only caption' pdf.txt)" 1
}

@test "a book without such a table says so" {
    "$root/tools/made-up-book" --small 1 none
    cd none
    sed -i 's/^- B-indexes/&\n- G-remember/' book.nw
    cp ../chapters/G-remember.nw chapters
    make -s out/build/sessions.tsv > /dev/null
    mkdir -p out/build/figures
    touch out/build/figures/ring1.svg
    FIGURES=out/build/figures SESSIONS=out/build/sessions.tsv TESTS=none weave/site/make site state book.nw chapters/*.nw
    grep -q 'No chapter has a table of what to remember yet.' site/remember.html
}
