#!/usr/bin/env bats
# The PDF in out/ is ready to be printed and to be read on a screen.
bats_require_minimum_version 1.13.0
load ../lib/helpers

# shellcheck disable=SC2154 # helpers.bash sets it
name=$("$root/tools/title" name)
pdf=$root/out/$name.pdf

@test "all fonts of the PDF are embedded" {
    needs pdffonts
    pdffonts "$pdf" | tail -n +3 > fonts
    [ "$(wc -l < fonts)" -ge 4 ]
    # columns from the right: object, generation, ToUnicode, subset, embedded
    run awk '$(NF-4) != "yes"' fonts
    assert_output ''
}

@test "the bookmarks of the PDF list every chapter" {
    needs pdftohtml
    # poppler prints the outline before the pages
    pdftohtml -xml -i -stdout "$pdf" > outline.xml
    perl -0ne 's/\s+/ /g; print "$1\n" while /<item[^>]*>\s*(.*?)\s*<\/item>/g' outline.xml > bookmarks
    for page in "$root"/out/html/*.html; do
        title=$(perl -0ne 'print $1 if m{<h1 id=[^>]*>(?:<span class="number">.*?</span> )?(.*?)</h1>}s' "$page")
        [ -n "$title" ] || continue
        title=${title//\’/\'}   # poppler prints it straight
        grep -qF "$title" bookmarks || fail "no bookmark \"$title\""
    done
}

@test "no line of the PDF runs more than 5 pt over the margin" {
    run perl -ne 'print if /^Overfull .hbox \(([\d.]+)pt/ && $1 > 5' "$root/out/build/pdf/$name.log"
    assert_output ''
}

@test "the PDF can be had for A4 and for a tablet" {
    needs pdfinfo
    "$root/tools/made-up-book" --small 1 small
    for page in 'a4 595.28 x 841.89' 'tablet 382.68 x 510.24'; do
        make -C small pdf PAGE="${page%% *}" > log 2>&1 || fail "$(tail log)"
        run pdfinfo small/out/made-up-book-"${page%% *}".pdf
        assert_line --regexp "^Page size: +${page#* } pts"
    done
    run make -C small pdf PAGE=letter
    assert_failure
    assert_output --partial 'PAGE is book, a4 or tablet'
}

@test "the PDF has a title, a language and the edition's date" {
    needs pdfinfo
    run pdfinfo -isodates "$pdf"
    assert_line --regexp "Title: +$("$root/tools/title" title)"
    assert_line --regexp "CreationDate: +$("$root/tools/title" date)"
}

@test "the colophon names what the last run of the tests had" {
    needs pdftotext
    [ -s "$root/out/report/machine.tsv" ] || fail 'out/report/machine.tsv is not there'
    pdftotext -layout "$pdf" - | tail -n 60 | tr -s ' \n' ' ' > end
    unzip -p "$root/out/$name.epub" 'EPUB/text/*.xhtml' | tr -s ' \n' ' ' > epub
    local key value
    while IFS=$'\t' read -r key value; do
        grep -qF -- "$value" end || fail "the PDF does not tell of $key, $value"
        grep -qF -- ">$value</td>" epub || fail "the EPUB does not tell of $key, $value"
    done < "$root/out/report/machine.tsv"
}

# edges FILE.pdf: "PAGE first|last KIND: TEXT" of each page, without its head.
edges() {
    "$root/tests/book/lines" "$1" | awk -F'\t' '
        function tell() { if (first != "") printf "%s first %s\n%s last %s\n", page, first, page, last }
        $1 != page { tell(); page = $1; first = last = "" }
        $2 == "head" || $2 == "margin" { next }
        { if (first == "") first = $2 ": " $3; last = $2 ": " $3 }
        END { tell() }'
}

@test "no page of the PDF ends with what announces the next: a title, the line above code, a block that opens" {
    needs pdftohtml
    edges "$pdf" > found
    [ "$(wc -l < found)" -gt 10 ]
    # a listing may end with a comma, where its next part stands elsewhere: then no code follows
    run awk '$2 == "first" { if (held != "" && $3 == "code:") print held; held = "" }
        / last (title|name): / { print }
        / last code: .*[{(,]$/ || / last code: }? *else/ { held = $0 }' found
    assert_output ''
}

@test "no page of the PDF begins with what is left over: closing braces, one word" {
    needs pdftohtml
    edges "$pdf" > found
    run grep -E ' first (code|small): [][{}();, ]*$| first code: \} *(else|while)| first prose: [^ ]*$' found
    assert_output ''
}

# torn FILE.pdf: the programs in C whose names of chunks and whose main stand on two pages.
# The parts of exercises, NAME.PART.c, are not asked: they may have main in a chunk they share.
torn() {
    "$root/tests/book/lines" "$1" | perl -CSD -Mutf8 -F'\t' -ane '
        chomp @F;
        if ($F[1] eq "name") { print "$name\n" if $name; $name = $F[2] =~ /^⟨([^\s.]+\.c)⟩\s*≡/ ? $1 : ""; $page = $F[0] }
        elsif ($name && $F[0] == $page && $F[2] =~ /\bmain\(/) { $name = "" }
        END { print "$name\n" if $name }'
}

@test "the names of a program and its main stand on one page of the PDF" {
    needs pdftohtml
    "$root/tests/book/lines" "$pdf" | grep -cE $'\tname\t⟨[^ ]*\.c⟩ *≡' > count
    assert_equal "$(< count)" "$(find "$root"/tangled -name '*.c' | wc -l)"
    run torn "$pdf"
    assert_output ''
}

@test "every chapter of the PDF begins on a right page" {
    needs pdftohtml
    pdftohtml -xml -i -stdout "$pdf" | perl -ne '
        $depth++ if /<outline>/; $depth-- if /<\/outline>/;
        if ($depth == 1 && /<item page="(\d+)">(.*?)</) { $count++; print "$1: $2\n" unless $1 % 2 }
        END { print "no chapters\n" unless $count }' > left
    run cat left
    assert_output ''
}

@test "no row of the indexes has more than eight numbers" {
    needs pdftohtml
    "$root/tests/book/lines" "$pdf" | awk -F'\t' '$2 == "title" && $3 == "Indexes" { on = 1 } on' > indexes
    [ "$(wc -l < indexes)" -gt 5 ]
    run grep -E '([0-9]+(–[0-9]+)?, ){8}[0-9]' indexes
    assert_output ''
}

@test "the letters of every figure are 8 pt or more on the page" {
    needs pdftohtml pdfinfo
    local figure width
    for figure in "$root"/out/build/figures/*.pdf; do
        [ -e "$figure" ] || continue # a book without figures
        width=$(pdfinfo "$figure" | sed -n 's/^Page size: *\([0-9.]*\) x.*/\1/p')
        # shown at 0.85 of its size, or as wide as the text: 125 mm. pdftohtml has whole numbers
        pdftohtml -xml -i -stdout -zoom 3 "$figure" | sed -n 's/.*<fontspec.* size="\([0-9]*\)".*/\1/p' |
            awk -v w="$width" -v name="${figure##*/}" '
                { scale = 354.3 / w < 0.85 ? 354.3 / w : 0.85; size = $1 / 3 * scale; n++ }
                size < 8 { printf "%s: %.1f pt\n", name, size }
                END { if (!n) print name ": no letters" }'
    done > small
    run cat small
    assert_output ''
}

@test "on paper: the index has pages and rows of them, a mark leads to its condition, a claim that is cut says so" {
    needs pdftotext
    "$root/tools/made-up-book" --small 2 small
    cd small || return
    sed -i 's/^- 02-made-02/&\n- 03-try/' book.nw
    printf 'X1\t03-try\nX2\t03-try\n' >> chapters/ledger.tsv
    # shellcheck disable=SC2016 # backticks of the notation
    {
        printf '# Try {#try}\n\nIt [holds]{#X1 .claim .holds-if truth="It holds on Mondays."}, [twice]{.index entry="pipe: `twice`"}.\n\n'
        for i in 1 2 3 4; do
            for j in $(seq 12); do printf 'A [word]{.index} fills the page with words, and [more]{.index entry="pipe: `%s`"} of them follow.\n' "$i$j" | tr -d '\n'; echo; echo; done
            for j in $(seq 60); do echo 'Words that are not of interest fill this page from its head to its foot, line by line, and then the next.'; done
            echo
        done
        printf '::: {.claim #X2 .wrong}\nA long one.\n\n'
        for j in $(seq 40); do printf 'Sentence %s is as long as a sentence has to be, and it says nothing but its number and that there are more of them.\n' "$j"; done
        printf ':::\n\n[]{.index entry="hang" see="pipe: `11`"}\n'
    } > chapters/03-try.nw
    make pdf > log 2>&1 || fail "$(tail log)"
    pdftotext -layout out/made-up-book.pdf pdf.txt
    # three pages or more in a row are told by the first and the last
    run grep -E '^ *word, |    word, ' pdf.txt
    assert_output --regexp 'word, [0-9]+–[0-9]+( |$)'
    grep -qE '^ *hang, see pipe: 11|   hang, see pipe: 11' pdf.txt
    record=$(sed -n 's/.*holds, if X1, p\. \([0-9]*\).*/\1/p' pdf.txt)
    [ -n "$record" ]
    perl -0777 -ne '@pages = split /\f/; print grep { /X1 holds/ } @pages' pdf.txt > page
    grep -q 'on Mondays' page
    head -n 3 page | grep -qE "(^|[^0-9])$record([^0-9]|$)"
    grep -q 'X2, continued' pdf.txt
    run grep -cE '(^|[^,] )continued *$' pdf.txt
    assert_success
}
