#!/usr/bin/env bats
# The pages of the web site are what the standards and a reader expect of them.
# takes about 30 s
bats_require_minimum_version 1.13.0
load ../lib/helpers

# shellcheck disable=SC2154 # helpers.bash sets it
site=$root/out/html
book_name=$("$root/tools/title" name)

@test "every link of the site leads to a page and an anchor that exist" {
    run "$root/tests/site/links" "$site"
    assert_success
}

@test "a broken link, a double id and a foreign style sheet are noticed" {
    mkdir site
    printf '<p id="a"><a href="no.html">x</a> <a href="#b">y</a><link href="https://example.org/x.css">\n<p id="a">' > site/x.html
    run "$root/tests/site/links" site
    assert_failure 1
    assert_line 'x.html: no.html: no such file'
    assert_line 'x.html: #b: no such anchor'
    assert_line 'x.html: the id "a" stands twice'
    assert_line 'x.html: https://example.org/x.css would be loaded from another host'
}

@test "every page is valid HTML by the W3C checker" {
    needs java
    vnu=$root/node_modules/vnu-jar/build/dist/vnu.jar
    checked_by "$vnu" "$site"/*.html
    assert_success
    assert_output ''
    checked_by "$vnu" --css "$site"/css/*.css
    assert_success
    assert_output ''
}

@test "each chapter has its page, and each program its file to download" {
    while read -r chapter; do
        [ -s "$site/$(sed 's/^[0-9A-Z]*-//' <<< "$chapter").html" ] || fail "no page of $chapter"
    done < <(sed -n '/^chapters:/,/^[^- ]/s/^- //p' "$root/book.nw")
    for file in "$root"/tangled/*/*.c; do
        cmp "$file" "$site/programs/${file#"$root/tangled/"}"
    done
}

@test "the page of a program has every line of it" {
    for file in "$root"/tangled/*/*.c; do
        name=${file#"$root/tangled/"} name=${name#*[0-9A-Z]-}
        page=$site/$(sed 's/^book$/preface/' <<< "${name%%/*}")-$(basename "$file" .c).html
        perl -0ne 'print "$1\n" while m{<span class="line(?: untested)?" id="L\d+">(.*?)</span>\n}sg' "$page" | text > lines
        diff "$file" lines || fail "$page shows another text"
    done
}

# text: HTML on standard input without its tags and entities
text() {
    perl -CSD -0pe 's/<[^>]*>//g;
        s/&(lt|gt|quot|amp|\x2339);/{lt => "<", gt => ">", quot => q("), amp => "&", "#39" => "\x27"}->{$1}/ge'
}

@test "a file of the project that the text shows is shown as it is, on paper too" {
    grep -Ho 'listing file=[^} ]*' "$root"/chapters/*.nw > listings || return 0   # not every book has one
    while IFS=: read -r chapter file; do
        file=${file#*=} page=$(basename "$chapter" .nw | sed 's/^[0-9A-Z]*-//')
        perl -0ne "print \$1 if m{<code>\Q$file\E</code></p>\n<pre[^>]*><code>(.*?)</code></pre>}s" "$site/$page.html" | text > shown
        diff <(cat shown; echo) "$root/$file"
        grep -qF "\\nwlisting{file-${file//\//-}}" "$root/out/build/pdf/$book_name.tex"
    done < listings
}

@test "scripts and style sheets together weigh less than 60 kB, compressed" {
    weight=$(cat "$site"/css/*.css "$site"/js/*.js | gzip -9 | wc -c)
    [ "$weight" -lt 60000 ] || fail "$weight bytes"
}

@test "every page but the one for lost readers is in the sitemap" {
    url=$(sed -n 's/^url: *//p' "$root/book.nw")
    sed -n 's|.*<loc>\(.*\)</loc>.*|\1|p' "$site/sitemap.xml" | sort > listed
    for page in "$site"/*.html; do
        [ "${page##*/}" = 404.html ] || echo "$url${page##*/}"
    done | sort | diff - listed
}

@test "calls say what they do, in the words of the manual" {
    grep -q $'^read(2)\t' "$root/chapters/manual.tsv" || return 0   # not every book names it
    run grep -P '^read\(2\)\t' "$root/chapters/manual.tsv"
    assert_output $'read(2)\tread from a file descriptor'
    grep -q 'title="read(2): read from a file descriptor"' "$site"/*.html
}

# site_with_report: a small site, that of the project in the folder made-up, in the
# folder site, stamped from the folder report.
site_with_report() {
    local dir=$PWD
    rm -rf site state
    (cd made-up && TESTS=$dir/report/tests.tsv weave/site/make "$dir/site" "$dir/state" book.nw chapters/*.nw)
}

# stamp PAGE: its stamp, without tags.
stamp() { sed -n 's/^<p class="stamp[^>]*>\(.*\)/\1/p' "site/$1" | sed 's/<[^>]*>//g'; }

@test "a stamp says how tests ended, when and on what, and that something changed since" {
    "$root/tools/made-up-book" --small 2 made-up
    (cd made-up && make -s out/build/sessions.tsv > /dev/null && mkdir -p out/build/figures && touch out/build/figures/ring{1,2}.svg)
    export FIGURES=out/build/figures SESSIONS=out/build/sessions.tsv
    mkdir report
    printf 'kernel\tLinux 1.2\ncc\tgcc 3\n' > report/machine.tsv
    program=$(basename made-up/tangled/01-made-01/*.c .c)
    claim=$(grep -oE '#[A-Z]+[0-9]+[a-z]? .claim' made-up/chapters/01-made-01.nw | sed -n '1s/#\(.*\) .claim/\1/p')
    printf 'tests/01-made-01/%s.bats\t%s\tpassed\t\n' "$program" "one [$claim]" "$program" two > report/tests.tsv
    sum() { cat "$@" | sha1sum | cut -d ' ' -f 1; }
    was=$(sum made-up/tangled/01-made-01/"$program".{c,session} "made-up/tests/01-made-01/$program.bats")
    printf '%s\t2026-02-03\t%s\n' 01-made-01 "$(sum made-up/chapters/01-made-01.nw)" \
        "01-made-01/$program" "$was" > report/runs.tsv
    site_with_report
    run stamp "made-01-$program.html"
    assert_output '2 tests passed on 3 February 2026 (Linux 1.2, gcc 3).'
    run stamp made-01.html
    assert_output '2 tests passed on 3 February 2026 (Linux 1.2, gcc 3).'
    grep -qE "Claim $claim(: [^\"]*; 1 test passed|, )" site/made-01.html
    grep -q '1 test passed' site/made-01.html
    run stamp made-02.html
    assert_output ''
    run stamp index.html
    assert_output '2 tests of its programs passed on 3 February 2026 (Linux 1.2, gcc 3). Those of one program have not run here.'
    printf 'More prose.\n' >> made-up/chapters/01-made-01.nw
    printf '\n::: {.collected of=statements}\n:::\n' >> made-up/chapters/A-trial.nw
    printf '01-made-01\topen\tEach is.\t\t\t\n' > report/statements.tsv
    site_with_report
    run stamp index.html
    assert_output --partial 'have not run here. The book has changed since.'
    grep -q 'Those of one program have not run here. The book has changed since. A name says' site/tests.html
    grep -q 'So it was when tests ran last, on 2026-02-03. The text has changed since.' site/trial.html
    sed -i '$d' made-up/chapters/01-made-01.nw
    rm report/statements.tsv
    sed -i "s/$was/${was//[0-9a-f]/0}/" report/runs.tsv
    sed -i 's/two\tpassed/two\tfailed/' report/tests.tsv
    site_with_report
    run stamp "made-01-$program.html"
    assert_output '1 of 2 tests passed on 3 February 2026 (Linux 1.2, gcc 3). It has changed since.'
    run stamp made-01.html
    assert_output '1 of 2 tests passed on 3 February 2026 (Linux 1.2, gcc 3). The text has changed since.'
    run stamp index.html
    assert_output '1 of the 2 tests of its programs passed on 3 February 2026 (Linux 1.2, gcc 3). Those of one program have not run here. The book has changed since.'
}

@test "a stamp names the kernels of make elsewhere, and says when one was not asked since something changed" {
    "$root/tools/made-up-book" --small 2 made-up
    (cd made-up && make -s out/build/sessions.tsv > /dev/null && mkdir -p out/build/figures && touch out/build/figures/ring{1,2}.svg)
    export FIGURES=out/build/figures SESSIONS=out/build/sessions.tsv
    mkdir -p report
    printf 'kernel\tLinux 6.18.4-x\ncc\tgcc 3\n' > report/machine.tsv
    program=$(basename made-up/tangled/01-made-01/*.c .c)
    printf 'tests/01-made-01/%s.bats\tone\tpassed\t\n' "$program" > report/tests.tsv
    sum() { cat "$@" | sha1sum | cut -d ' ' -f 1; }
    was=$(sum made-up/tangled/01-made-01/"$program".{c,session} "made-up/tests/01-made-01/$program.bats")
    of_unit=$(sum made-up/chapters/01-made-01.nw)
    printf '%s\t2026-02-03\t%s\n' 01-made-01 "$of_unit" "01-made-01/$program" "$was" > report/runs.tsv
    # KERNEL WHAT OUTCOME
    asked() { printf '%s\t%s\t%s\t2026-02-03\t%s\t%s\n' 01-made-01 "$1" "$2" "$of_unit" "$3" "01-made-01/$program" "$1" "$2" "$was" "$3"; }
    { asked 6.12 test passed; asked 6.1 test passed; asked 6.12 session passed; asked 5.10 session passed; } > report/elsewhere.tsv
    site_with_report
    run stamp "made-01-$program.html"
    assert_output '1 test passed on 3 February 2026 (Linux 6.1, 6.12 and 6.18, gcc 3). Its session holds on Linux 5.10, too.'
    run stamp made-01.html
    assert_output '1 test passed on 3 February 2026 (Linux 6.1, 6.12 and 6.18, gcc 3). The sessions hold on Linux 5.10, too.'
    run stamp index.html
    assert_output '1 tests of its programs passed on 3 February 2026 (Linux 6.1, 6.12 and 6.18, gcc 3). Those of one program have not run here. The sessions hold on Linux 5.10, too.'
    sed -i "/6.12/s/$was/${was//[0-9a-f]/0}/; /6.1\t/s/passed/failed/" report/elsewhere.tsv
    site_with_report
    run stamp "made-01-$program.html"
    assert_output '1 test passed on 3 February 2026 (Linux 6.18.4-x, gcc 3). Its session holds on Linux 5.10, too. On Linux 6.1 it ends otherwise. It has changed since it ran on Linux 6.12.'
    run stamp made-01.html
    assert_output '1 test passed on 3 February 2026 (Linux 6.18.4-x, gcc 3). The sessions hold on Linux 5.10, too. On Linux 6.1 a program ends otherwise. The text has changed since it ran on Linux 6.12.'
}

@test "the cross references of the pages have the numbers that LaTeX gives" {
    aux=$root/out/build/pdf/$book_name.aux
    # LaTeX: \newlabel{pipe-capacity}{{3.2}{14}... ; pages: Section 3.2 in a link
    perl -ne 'print "$1 $2\n" if /^\\newlabel\{([^}]*)\}\{\{([0-9A-Z.]+)\}/' "$aux" | sort > latex
    perl -0ne 's/\x{c2}\x{a0}/ /g; while (/href="[^"#]*#([^"]+)" class="xref">(?:Chapter|Appendix|Section|Figure|Table) ([0-9A-Z.]+)</g) { print "$1 $2\n" }' \
        "$site"/*.html | sort -u > pages
    [ -s pages ]
    run comm -23 pages latex
    assert_output ''
}

@test "a program's page marks the lines that no test runs, as long as the program is the one that was looked at" {
    "$root/tools/made-up-book" --small 1 made-up
    (cd made-up && make -s out/build/sessions.tsv > /dev/null && mkdir -p out/build/figures && touch out/build/figures/ring1.svg)
    export FIGURES=out/build/figures SESSIONS=out/build/sessions.tsv COVERAGE=$PWD/report/coverage.tsv
    mkdir report
    file=$(ls made-up/tangled/*/*.c)
    unit=$(basename "$(dirname "$file")") program=$(basename "$file" .c)
    printf "$unit/$program\t%s\tbook.nw\t%s\t%s\n" 12 40 3 15 43 0 > report/coverage.tsv
    printf '%s\t2026-02-03\t%s\n' "$unit/$program" "$(sha1sum < "$file" | cut -d ' ' -f 1)" > report/coverage-runs.tsv
    site_with_report
    run grep -ohE '<span class="line untested" id="L[0-9]+">' site/*"-$program.html"
    assert_output '<span class="line untested" id="L15">'
    sed -i 's/[0-9a-f]\{40\}/0123456789012345678901234567890123456789/' report/coverage-runs.tsv
    site_with_report
    run grep -c 'line untested' site/*"-$program.html"
    assert_output 0
}
