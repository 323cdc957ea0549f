# shellcheck disable=SC2154 # helpers.bash sets it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# CONTRIBUTING.md, README.md and their kin say what is so.

page=$root/CONTRIBUTING.md

# block N: the Nth indented block of the page, without its indent. A block ends with the
# first line of text.
block() {
    awk -v n="$1" '/^    / { if (!in_block) { k++; in_block = 1 } }
        /^[^ ]/ { in_block = 0 }
        in_block && k == n { sub(/^    /, ""); print }' "$page"
}

# named WORD...: each stands on the page as code.
named() {
    local word
    for word; do grep -qE "\`([^\`]*[^\`a-z_])?$word([^\`a-z_][^\`]*)?\`" "$page" || fail "CONTRIBUTING.md does not name $word"; done
}

@test "the notation of the page is that of a chapter: lint, the pages and its tests accept it" {
    unset MAKEFLAGS MAKELEVEL MFLAGS
    "$root/tools/new-book" book
    ln -s "$root/node_modules" book/node_modules
    cd book || return
    tools/new chapter 02-notation --program count
    tools/new figure count > /dev/null
    block 1 > chapters/02-notation.nw
    block 2 > tests/02-notation/count.bats
    printf 'getpid(2)\tget process identification\n' >> chapters/manual.tsv
    printf 'N1\t02-notation\nN2\t02-notation\n' >> chapters/ledger.tsv
    run make -s lint check-02-notation html
    assert_success
    assert_line '2 passed, 0 failed, 0 skipped'
    for piece in 'class="chunk root"' 'class="session"' '<figure' '<table' 'id="N1"' 'id="N2"' 'class="aside"' '<math'; do
        grep -q "$piece" out/html/notation.html || fail "no $piece on the page"
    done
}

@test "the exercise of the page is whole: lint, the pages and its session accept it" {
    unset MAKEFLAGS MAKELEVEL MFLAGS
    "$root/tools/new-book" book
    ln -s "$root/node_modules" book/node_modules
    cd book || return
    # what an exercise needs in a book comes with its first
    tools/new exercise 01-start/first mend > /dev/null
    { echo; block 3; } >> chapters/01-start.nw
    run make -s lint check-01-start html
    assert_success
    assert_line '3 passed, 0 failed, 0 skipped'
    grep -q 'id="hello"' out/html/start.html
}

@test "every word of a check is named, and every one that is named is there" {
    find "$root"/book.nw "$root"/chapters "$root"/tools/skeletons -name "*.nw" -exec cat {} + | sed -n '/^<<begin a check>>=/,/^## /s/^\([a-z_]*\)() .*/\1/p' |
        grep -vE '^(run_with|otherwise|left_open|line_of)$' > words
    [ -s words ]
    named $(< words)
    sed -n '/^| word of a check/,/^$/s/^| \(`[^|]*\) |.*/\1/p' "$page" | grep -oE '`[a-z_]+' | tr -d '`' | sort | comm -23 - <(sort words) > unknown
    diff unknown /dev/null
}

@test "every kind of licence of a session is named" {
    named $(perl -I"$root/tests/lib" -MSession -e 'print "$_\n" for keys %Session::TYPES') interleave
}

@test "every helper of a test is named, and every one that is named is there" {
    sed -n 's/^\([a-z_]*\)() .*/\1/p' "$root"/tests/lib/{helpers,assertions}.bash |
        grep -vE '^(setup|teardown|book_.*|bats_.*|batslib_.*)$' > helpers
    [ -s helpers ]
    named $(< helpers)
    sed -n '/^| helper/,/^$/s/^| \(`[^|]*\) |.*/\1/p' "$page" | grep -o '[a-z_]*' | sort | comm -23 - <(sort helpers) > unknown
    diff unknown /dev/null
}

@test "nothing that git left of a merge stands in a file" {
    run git -C "$root" grep -lE '^(<{7}|>{7}) ' -- ':!tests/tools/contributing.bats'
    assert_output ''
}

# targets: what the papers call "make WORD..." in code, one word a line
targets() {
    # the words after "exercise" are those of tools/exercise
    perl -ne 'while (/`make ([^`]*)`/g) { print map { "$_\n" } grep { !/=|^-/ } split " ", $1 =~ s/^exercise\K .*//r }' "$@"
}

@test "every target of make that the papers name is there" {
    make -s -C "$root" help | sed 's/ .*//; s/%/.*/' > there
    targets "$page" "$root/README.md" | sort -u > named
    [ "$(wc -l < named)" -gt 5 ]
    run grep -vxE -f there named
    assert_output ''
}

@test "every file and folder that the papers name is there" {
    local path
    grep -ohE '(^|[ (`"])(\./)?(tools|tests|weave|assets|chapters)/[A-Za-z0-9_./-]*' "$page" "$root/README.md" |
        sed 's/^[^a-z.]*//; s/[.,]$//' | grep -vE '[A-Z]{2}|/[0-9]' | sort -u > named
    [ "$(wc -l < named)" -gt 5 ]
    while read -r path; do [ -e "$root/$path" ] || fail "$path is named and not there"; done < named
}

@test "CITATION.cff says what the title block says, and CHANGELOG.md knows the edition" {
    local key
    for key in title url; do
        run sed -n "s/^$key: //p" "$root/CITATION.cff"
        assert_output "$("$root/tools/title" "$key")"
    done
    run sed -n 's/^date-released: //p' "$root/CITATION.cff"
    assert_output "$("$root/tools/title" date)"
    grep -qE "^## ($output|Not yet published)" "$root/CHANGELOG.md"
}
