#!/usr/bin/env bats
# make watch: what is saved is made, told and shown; watch.test.mjs does it.
# takes about 40 s
bats_require_minimum_version 1.13.0
load ../lib/helpers

# shellcheck disable=SC2154 # helpers.bash sets it
setup() {
    needs node
    book_setup
    unset MAKEFLAGS MFLAGS MAKELEVEL
    "$root/tools/made-up-book" --small 2 book
    cp -r "$root/tests/faults" "$root/tests/run" book/tests/
    cp "$root/kinds.tsv" book/
    # every chapter is mentioned, as lint wants it
    sed -i '0,/^# .*/s//&\n\n[](#made-01), [](#made-02), [](#trial), [](#indexes).\n/' book/book.nw
    make -s -C book build html > made 2>&1 || fail "the book is not made: $(cat made)"
}

# tested FILE: the tests of the file pass, at least one of them.
tested() {
    run env BOOK="$PWD/book" node --test "$root/tests/tools/$1"
    assert_success
    assert_line --regexp '[#ℹ] pass [1-9]'
}

@test "what is saved is made and told: sentences, mistakes, chapters, tests, in any way of saving, and nothing is left behind" {
    tested watch.test.mjs
}

@test "an open page is loaded again at the paragraph that changed, and has a bar with what is wrong" {
    needs browser
    tested watch-page.test.mjs
}
