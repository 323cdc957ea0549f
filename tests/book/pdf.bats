#!/usr/bin/env bats
# The PDF in out/ is ready to be printed and to be read on a screen.
bats_require_minimum_version 1.13.0
load ../lib/helpers

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

# feet FILE.pdf: "PAGE: LINE" for each page of it whose last line announces what
# stands on the next: the head of a chunk, a session or a file, or a heading.
feet() {
    pdftotext -layout "$1" - | perl -CSD -Mutf8 -0777 -ne '
        my $page = 0;
        for (split /\f/) {
            $page++;
            my @lines = grep { /\S/ } split /\n/;
            pop @lines if @lines && $lines[-1] =~ /^\s*(\d+|[ivxl]+)\s*$/;   # its number
            next if @lines < 2;
            (my $last = $lines[-1]) =~ s/^\s+//;
            print "$page: $last\n" if $last !~ /\. \. \./ && $last =~ /^⟨.*⟩\s*\+?≡|^Session with |^The file |^([A-Z]|\d+)\.\d+\.?\s+[A-Z]/;
        }'
}

@test "no page of the PDF ends with the head of what is on the next" {
    needs pdftotext
    run feet "$pdf"
    assert_success
    assert_output ''
}
