#!/usr/bin/env bats
# The EPUB in out/ is valid and has what the site has.
# takes about 20 s
bats_require_minimum_version 1.13.0
load ../lib/helpers
load epubcheck

epub=$root/out/$("$root/tools/title" name).epub

@test "epubcheck has nothing to say about the EPUB" {
    says --in D-making "valid HTML and EPUB"
    epubcheck_says --failonwarnings "$epub"
    assert_success
    assert_line --partial '0 fatals / 0 errors / 0 warnings'
}

@test "a damaged EPUB is noticed" {
    mkdir x
    (cd x && unzip -q "$epub" && sed -i 's/<h1/<h1 nonsense="1"/' EPUB/text/ch001.xhtml && zip -qr ../bad.epub .)
    epubcheck_says --failonwarnings bad.epub
    assert_failure
}

@test "the EPUB has every chunk and session that the chapters of the site have" {
    mkdir x chapters
    (cd x && unzip -q "$epub")
    # the pages of the programs, and the front page, show them once more
    cp "$root"/out/html/*.html chapters/
    rm chapters/*-*.html chapters/index.html
    for class in chunk session claim; do
        in_site=$(cat chapters/*.html | grep -c "<div class=\"$class[\" ]" || true)
        in_epub=$(cat x/EPUB/text/*.xhtml | grep -c "<div class=\"$class[\" ]" || true)
        [ "$in_site" -gt 0 ] || [ "$class" = claim ]   # not every book has claims
        assert_equal "$class $in_epub" "$class $in_site"
    done
}

# colored FOLDER: each place below it where a color is set for letters or ground
colored() {
    grep -rnoE '(^|[;{" ])(color|background(-color)?) *:[^;"}]*' "$1/EPUB" --include='*.css' --include='*.xhtml' |
        grep -v ': inherit$'
}

@test "the EPUB leaves the colors to its reader" {
    mkdir x
    (cd x && unzip -q "$epub")
    run colored x
    assert_failure 1
    assert_output ''
    echo 'pre { background: #fff; }' > x/EPUB/styles/more.css
    run colored x
    assert_success
}

@test "a long line of code in the EPUB goes on further in" {
    mkdir x
    (cd x && unzip -q "$epub")
    # every line of a chunk or session is a block with its own indent
    run perl -0777 -ne 'while (/<pre class="(?:code|terminal)"[^>]*>(?:<code>)?(.*?)(?:<\/code>)?<\/pre>/sg) {
            for (split /(?<=\n)/, $1) { print "$ARGV: $_" unless /<span class="line"/ || /^<\/span>/ } }' x/EPUB/text/*.xhtml
    assert_success
    assert_output ''
    grep -q 'style="padding-left:3.6em;text-indent:-3.6em">    ' x/EPUB/text/*.xhtml
}

@test "the EPUB has a cover, says what those need who cannot see it, and each part has its title" {
    mkdir x
    (cd x && unzip -q "$epub")
    opf=x/EPUB/content.opf
    for said in 'accessMode">textual' 'accessModeSufficient">textual' 'accessibilityHazard">none' 'accessibilityFeature">alternativeText' 'accessibilitySummary">'; do
        grep -q "property=\"schema:$said" "$opf" || fail "nothing says $said"
    done
    grep -q '<package [^>]*xml:lang="' "$opf"
    if "$root/tools/title" sample > /dev/null; then grep -q 'properties="cover-image"' "$opf"; fi
    run grep -l '<title>ch[0-9]*.xhtml' x/EPUB/text/*.xhtml
    assert_failure
    run grep -L '<title>..' x/EPUB/text/*.xhtml
    assert_output ''
}

@test "a verdict in the EPUB has room before it, and what holds has none" {
    mkdir x
    (cd x && unzip -q "$epub")
    run grep -hoE '[^ ]<a class="mark' x/EPUB/text/*.xhtml
    [[ "$output" != *[[:alpha:]\>.]'<a class="mark'* ]] || fail 'a verdict sticks to its sentence'
    run grep -h 'class="mark holds"' x/EPUB/text/*.xhtml
    assert_output ''
}
