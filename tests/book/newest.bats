#!/usr/bin/env bats
# The press also stands with the newest pandoc, which npm brings as WebAssembly
# (tests/lib/pandoc-wasm.mjs). Tried on a small made-up book, against the pandoc that
# is installed. WebAssembly starts no second process, so the site is not tried.
# takes about 30 s
bats_require_minimum_version 1.13.0
load ../lib/assertions

setup_file() {
    local root
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    [ -e "$root/node_modules/pandoc-wasm" ] || return 0
    "$root/tools/made-up-book" --small 2 "$BATS_FILE_TMPDIR/book"
    cd "$BATS_FILE_TMPDIR/book" || return
    mkdir newest
    printf '#!/bin/sh\nexec node --no-warnings "%s/tests/lib/pandoc-wasm.mjs" "$@"\n' "$root" > newest/pandoc
    chmod +x newest/pandoc
}

setup() {
    [ -e "$BATS_TEST_DIRNAME/../../node_modules/pandoc-wasm" ] || skip 'needs pandoc-wasm'
    command -v node > /dev/null || skip 'needs node'
    cd "$BATS_FILE_TMPDIR/book" || return
    newest=$PWD/newest:$PATH
}

# make_ ARGUMENT...: make, as if nobody had called it from another make.
make_() { env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS -u MAKECMDGOALS make "$@"; }

# words EPUB: all its text, one character after the other. Where code is
# highlighted there may be another span, and so may the sign that leads back from
# a footnote.
words() {
    unzip -p "$1" 'EPUB/text/*' |
        perl -0777 -pe 's/<head>.*?<\/head>//gs; s/<a[^>]*footnote-back[^>]*>.*?<\/a>\.?//gs; s/<[^>]*>//g; s/\s+//g'
}

@test "the EPUB says the same" {
    make_ epub
    mkdir -p native
    mv out/*.epub native/book.epub
    PATH=$newest make_ epub
    words native/book.epub > native.txt
    words out/*.epub > newest.txt
    assert [ "$(wc -c < newest.txt)" -gt 5000 ]
    cmp native.txt newest.txt
}

@test "epubcheck has nothing to say about it" {
    command -v epubcheck > /dev/null || skip 'needs epubcheck'
    [ "$(head -c 2 "$(command -v epubcheck)")" = PK ] || skip 'needs an epubcheck that is an archive'
    rm -f out/*.epub
    PATH=$newest make_ epub
    run java -XX:TieredStopAtLevel=1 -jar "$(command -v epubcheck)" --failonwarnings out/*.epub
    assert_success
}

@test "the PDF is made without a warning, and its source has every chunk and session" {
    make_ out/build/pdf/made-up-book.tex
    mv out/build/pdf/made-up-book.tex native.tex
    PATH=$newest make_ pdf
    for what in nwchunk nwsession nwcommand; do
        assert [ "$(grep -c "$what" native.tex)" -gt 0 ]
        assert_equal "$(grep -o "$what" out/build/pdf/made-up-book.tex | wc -l)" "$(grep -o "$what" native.tex | wc -l)"
    done
}

@test "a mistake is told with file and line" {
    cp chapters/01-made-01.nw kept
    sed -i '3s/$/ [](#nowhere)/' chapters/01-made-01.nw
    PATH=$newest run make_ epub
    cp kept chapters/01-made-01.nw
    assert_failure
    assert_line --partial 'chapters/01-made-01.nw:3: the cross reference "#nowhere" leads nowhere'
}
