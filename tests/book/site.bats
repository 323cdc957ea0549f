#!/usr/bin/env bats
# The web site in out/html is what a browser, a reader with a keyboard and the
# standards expect of it.
bats_require_minimum_version 1.13.0
load ../lib/helpers

site=$root/out/html

@test "every link of the site leads to a page and an anchor that exist" {
    run "$root/tests/book/links" "$site"
    assert_success
}

@test "a broken link, a double id and a foreign style sheet are noticed" {
    mkdir site
    printf '<p id="a"><a href="no.html">x</a> <a href="#b">y</a><link href="https://example.org/x.css">\n<p id="a">' > site/x.html
    run "$root/tests/book/links" site
    assert_failure 1
    assert_line 'x.html: no.html: no such file'
    assert_line 'x.html: #b: no such anchor'
    assert_line 'x.html: the id "a" stands twice'
    assert_line 'x.html: https://example.org/x.css would be loaded from another host'
}

@test "every page is valid HTML by the W3C checker" {
    needs java
    vnu=$root/node_modules/vnu-jar/build/dist/vnu.jar
    run java -jar "$vnu" "$site"/*.html
    assert_success
    assert_output ''
    run java -jar "$vnu" --css "$site"/css/*.css
    assert_success
    assert_output ''
}

@test "axe finds nothing and nothing scrolls sideways, light and dark, wide and narrow" {
    needs chromium node
    run node "$root/tests/book/browse.mjs" "$site" "$root/out/report/pages"
    assert_success
}

@test "a page with an axe finding, sideways scrolling and a script error is noticed" {
    needs chromium node
    mkdir site
    printf '<!DOCTYPE html><html><body><img src="data:,"><p style="width:3000px">x</p><script>nope()</script></body></html>' > site/x.html
    run node "$root/tests/book/browse.mjs" site
    assert_failure 1
    assert_line --partial 'image-alt'
    assert_line --partial 'scrolls sideways'
    assert_line --partial 'nope is not defined'
}

@test "no page needs a script" {
    run grep -l '<script' "$site"/*.html
    assert_failure 1
}

@test "each chapter has its page, and each program its file to download" {
    while read -r chapter; do
        [ -s "$site/$(sed 's/^[0-9A-Z]*-//' <<< "$chapter").html" ] || fail "no page of $chapter"
    done < <(sed -n '/^chapters:/,/^[^- ]/s/^- //p' "$root/book.nw")
    for file in "$root"/tangled/*/*.c; do
        cmp "$file" "$site/programs/${file#"$root/tangled/"}"
    done
}

@test "the cross references of the pages have the numbers that LaTeX gives" {
    aux=$root/out/build/pdf/processes-in-conversation.aux
    # LaTeX: \newlabel{pipe-capacity}{{3.2}{14}... ; pages: Section 3.2 in a link
    perl -ne 'print "$1 $2\n" if /^\\newlabel\{([^}]*)\}\{\{([0-9A-Z.]+)\}/' "$aux" | sort > latex
    perl -0ne 's/\x{c2}\x{a0}/ /g; while (/href="[^"#]*#([^"]+)" class="xref">(?:Chapter|Appendix|Section|Figure|Table) ([0-9A-Z.]+)</g) { print "$1 $2\n" }' \
        "$site"/*.html | sort -u > pages
    [ -s pages ]
    run comm -23 pages latex
    assert_output ''
}
