# takes about 60 s
bats_require_minimum_version 1.13.0
load ../lib/assertions
# What is wrong in a source, on the disk or with the patience of whoever builds,
# is told with file and line where there is one, leaves what was made before as
# it was, and is gone with the next build once it is mended. Tried on a small
# made-up book of two chapters. (tests/tools/tangle.bats does the same for what
# the tangler finds.)

setup_file() {
    local root
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    export base=$BATS_FILE_TMPDIR/base
    "$root/tools/made-up-book" --small 2 "$base"
    cd "$base" || return
    make_ html pdf epub > log 2>&1 || { cat log; return 1; }
    rm log
}

# The book of each test: a copy of the one that is already made.
setup() {
    book=$BATS_TEST_TMPDIR/book
    cp -a "$base" "$book"
    cd "$book" || return
    chapter=chapters/02-made-02.nw
    pdf=out/made-up-book.pdf
    epub=out/made-up-book.epub
}

# make_ ARGUMENT...: make, as if nobody had called it from another make.
make_() { env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS -u MAKECMDGOALS make "$@"; }

# refused MESSAGE TARGET...: make TARGET fails, and one line is MESSAGE; what was
# made before is unharmed.
refused() {
    local message=$1
    shift
    run make_ "$@"
    assert_failure
    assert_line "$message"
    refute_output --partial traceback
    unharmed
}

unharmed() {
    diff -r "$base/out/html" out/html
    cmp "$base/$pdf" "$pdf"
    cmp "$base/$epub" "$epub"
}

# mended FILE TARGET...: with FILE as it was, make TARGET gives what it gave.
mended() {
    local file=$1
    shift
    rm -rf "$file"
    [ ! -e "$base/$file" ] || cp "$base/$file" "$file"
    make_ "$@"
    unharmed
}

# last REGEX: the number of the last line of the chapter that matches.
last() { grep -an -e "$1" "$chapter" | tail -n 1 | cut -d: -f1; }

@test "a listed chapter that is missing is told with the line of the list" {
    rm "$chapter"
    refused "book.nw:$(grep -n -- '- 02-made-02' book.nw | cut -d: -f1): lists 02-made-02, but $chapter is missing" html
    mended "$chapter" html
}

@test "a chapter that is not listed is told" {
    cp "$chapter" chapters/03-more.nw
    refused 'chapters/03-more.nw:1: book.nw does not list this chapter (chapters: in its title block)' html
    mended chapters/03-more.nw html
}

@test "a name with a blank is told, in the list and in the folder" {
    sed -i 's/^- 02-made-02/- 02 made/' book.nw
    refused "book.nw:$(grep -n -- '- 02 made' book.nw | cut -d: -f1): \"02 made\" is not a chapter's name (letters, digits, - and _)" html
    cp "$base/book.nw" .
    cp "$chapter" 'chapters/02 made.nw'
    refused 'chapters/02 made.nw:1: book.nw does not list this chapter (chapters: in its title block)' html
    mended 'chapters/02 made.nw' html
}

@test "a folder in place of a chapter is told" {
    rm "$chapter"
    mkdir "$chapter"
    refused "$chapter:1: is a folder" html
    mended "$chapter" html
}

@test "a chapter that may not be read is told" {
    if [ "$(id -u)" = 0 ]; then
        chown -R 65534 .
        as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
        chmod a+x "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/.."
    fi
    touch "$chapter"
    chmod 000 "$chapter"
    run "${as[@]}" env -u MAKEFLAGS -u MAKELEVEL make html
    chmod 644 "$chapter"
    assert_failure
    assert_line --partial "$chapter:1: cannot be read"
    unharmed
}

@test "a chapter without a heading is told" {
    : > "$chapter"
    refused "weave: $chapter:1: no heading of level 1" html
    mended "$chapter" html
}

@test "a title block that is no YAML is told" {
    sed -i 's/^title: .*/title: [/' book.nw
    refused 'book.nw:2: title: YAML takes this for notation; write it in quotes' html
    mended book.nw html
}

@test "a cross reference that leads nowhere is told, for every format" {
    sed -i '3s/^/See [](#nowhere). /' "$chapter"
    local target
    for target in html pdf epub; do
        refused "weave: $chapter:3: the cross reference \"#nowhere\" leads nowhere" "$target"
    done
    mended "$chapter" html
}

@test "a figure that nobody drew is told" {
    local line
    line=$(last '(ring2)')
    sed -i 's/(ring2)/(nofigure)/' "$chapter"
    refused "weave: $chapter:$line: the figure assets/figures/nofigure.pikchr is not there" html
    mended "$chapter" html
}

@test "a figure that is gone is told, though its drawing was still there" {
    rm assets/figures/ring2.pikchr
    local line
    line=$(last '(ring2)')
    refused "weave: $chapter:$line: the figure assets/figures/ring2.pikchr is not there" html
    refused "weave: $chapter:$line: the figure assets/figures/ring2.pikchr is not there" epub
    mended assets/figures/ring2.pikchr html
}

@test "a mistake in a figure is told with its line" {
    printf 'box "good"\nbxo ; arrow to nowhere\n' > assets/figures/ring2.pikchr
    refused 'assets/figures/ring2.pikchr:2: syntax error' html
    refused 'assets/figures/ring2.pikchr:2: syntax error' html
    mended assets/figures/ring2.pikchr html
}

@test "a figure may use the words of lib, and a mistake is told where it stands" {
    printf 'process(A, "writer", 0)\nlater(1)\nsleeps(B, "write")\n' > assets/figures/ring2.pikchr
    refused 'assets/figures/ring2.pikchr:3: no such object' html
    printf 'bxo\n' > assets/figures/lib/a.pikchr
    refused 'assets/figures/lib/a.pikchr:1: syntax error' html
    rm assets/figures/lib/a.pikchr
    mended assets/figures/ring2.pikchr html
    printf 'process(A, "writer", 0)\nlater(1)\nsleeps(A, "write")\n' > assets/figures/ring2.pikchr
    make_ html
    grep -q '>writer<' out/html/made-02.html
}

@test "a changed figure is on its page, and only there" {
    printf 'circle "wheel"\n' > assets/figures/ring2.pikchr
    run make_ html
    assert_line 'site    1 of 10 pages made'
    grep -q '>wheel<' out/html/made-02.html
}

@test "an id that stands twice is told, in one chapter and in two" {
    printf '\n## Again {#made-02-section-1}\n\nText.\n' >> "$chapter"
    local first
    first=$(grep -n 'made-02-section-1}' "$base/$chapter" | cut -d: -f1)
    refused "$chapter:$(last 'made-02-section-1}'): the id made-02-section-1 stands twice, first at line $first [id]" html
    cp "$base/$chapter" "$chapter"
    printf '\n## Again {#made-01-section-1}\n\nText.\n' >> "$chapter"
    first=$(grep -n 'made-01-section-1}' chapters/01-made-01.nw | cut -d: -f1)
    refused "$chapter:$(last 'made-01-section-1}'): the id made-01-section-1 stands twice, first at chapters/01-made-01.nw:$first [id]" html
    mended "$chapter" html
}

@test "a claim without a verdict is told" {
    sed -i 's/{#M2001 .claim .[a-z-]*}/{#M2001 .claim}/' "$chapter"
    refused "$chapter:$(last '#M2001 .claim}'): the claim M2001 has no verdict (holds holds-if outdated wrong untestable missing) [claim]" html
    mended "$chapter" html
}

# M2002 moves to where TEXT, Perl for what becomes of M2001, puts it: refused there.
moved_into() {
    cp "$base/$chapter" "$chapter"
    perl -0pi -e 's/\[([^][]*)\]\{#M2002[^}]*\}/$1/; s/\[([^][]*)\]\{#M2001[^}]*\}/'"$1/" "$chapter"
    refused "weave: $chapter:$(last M2002): the claim M2002 stands within the claim M2001; give it a place of its own" html
}

@test "a claim within a claim is told: in a block, in words, in a truth" {
    moved_into 'it.\n\n::: {.claim #M2001 .holds}\nA [claim]{#M2002 .claim .holds}.\n\nYes.\n:::\n\nSo'
    moved_into '[$1, and [so]{#M2002 .claim .holds}]{#M2001 .claim .holds}'
    moved_into '[$1]{#M2001 .claim .holds-if truth="[If]{#M2002 .claim .holds}."}'
    mended "$chapter" html
}

@test "a licence that no session knows is told with its line" {
    sed -i 's/^relay_02_01: status.*/&\nvaries: color 12/' "$chapter"
    run make_ html
    assert_failure
    assert_line --regexp "^$chapter:$(last '^varies: color'): no licence is called 'color'; there are .*"
    unharmed
    mended "$chapter" html
}

@test "a list that nobody can collect is told" {
    sed -i 's/of=chunks/of=cheese/' chapters/B-indexes.nw
    refused "weave: chapters/B-indexes.nw:$(grep -n of=cheese chapters/B-indexes.nw | cut -d: -f1): nothing is collected under \"cheese\"" html
    mended chapters/B-indexes.nw html
}

@test "a footnote that is defined twice fails every build until it is mended, with file and line" {
    printf '\n[^note2-1]: Told twice.\n' >> "$chapter"
    local line first
    line=$(last 'Told twice')
    first=$(grep -n '^\[^note2-1\]:' "$chapter" | head -n 1 | cut -d: -f1)
    refused "$chapter:$line: the footnote [^note2-1] is defined twice, first on line $first [footnote]" html
    refused "$chapter:$line: the footnote [^note2-1] is defined twice, first on line $first [footnote]" epub
    mended "$chapter" html
}

@test "a warning of pandoc's fails every build until it is mended, with file and line" {
    # shellcheck disable=SC2016
    printf '\nIt is $\\frac{a$.\n' >> "$chapter"
    run make_ html
    assert_failure
    assert_line --regexp "^$chapter:$(last 'frac'): Could not convert TeX math"
    unharmed
    run make_ epub
    assert_failure
    assert_line --regexp "^$chapter:$(last 'frac'): Could not convert TeX math"
    mended "$chapter" html
}

@test "bytes that are no UTF-8 are told with the chapter and the line" {
    printf '\nCaf\351.\n' >> "$chapter"
    refused "$chapter:$(wc -l < "$chapter"): not UTF-8 [utf8]" html
    mended "$chapter" html
}

@test "what XeLaTeX warns of is told with the chapter: a wide box, a character" {
    local wide
    wide=$(printf 'X%.0s' {1..120})
    printf '\nFar %s, and \xe6\xbc\xa2.\n' "$wide" >> "$chapter"
    run make_ pdf
    assert_failure
    assert_line --regexp "^$chapter:[0-9]+: Overfull .hbox "
    assert_line "$chapter:$(last 漢): the font of the PDF, TeXGyrePagella-Regular, has no 漢 (U+6F22); write it in another way"
    unharmed
}

@test "what XeLaTeX says is told with the source and the line of what stands before it" {
    mkdir "$BATS_TEST_TMPDIR/tex"
    cd "$BATS_TEST_TMPDIR/tex" || return
    printf '# One {#one}\n\nText.\n\n## Two {#two}\n' > one.nw
    printf '%s\n' '% source one.nw' '\label{one}' 'text' '\label{two}' 'text' '\unknownmacro' > one.tex
    printf '%s\n' '! Undefined control sequence.' 'l.6 \unknownmacro' 'LaTeX Warning: no news' > one.log
    run "$base/weave/print/complaints" one.tex one.log
    assert_failure 1
    assert_output 'one.nw:5: Undefined control sequence.'
    echo 'LaTeX Warning: Reference `x'"'"' on page 1 undefined on input line 3.' > one.log
    run "$base/weave/print/complaints" one.tex one.log
    assert_failure 1
    assert_output --regexp '^one.nw:1: LaTeX Warning: Reference'
}

# filled COMMAND...: runs COMMAND with out/ on a file system that has only a few
# KiB left; then makes room and builds again.
filled() {
    # shellcheck disable=SC2016
    unshare --mount bash -uc '
        cp -a out old && mount -t tmpfs -o size=24m none out && cp -a old/. out/ || exit 90
        dd if=/dev/zero of=out/filler bs=4k 2>/dev/null
        truncate -s -"$1" out/filler
        shift
        "$@"
        echo "status $?"
        rm out/filler
        diff -r old/html out/html && cmp old/*.pdf out/*.pdf && cmp old/*.epub out/*.epub && echo unharmed
        "$@" && echo mended' bash "$@"
}

@test "a full disk is told, harms nothing, and is made up for" {
    [ "$(id -u)" = 0 ] || skip 'needs root'
    unshare --mount true 2>/dev/null || skip 'needs namespaces'
    sed -i '3s/^/Hello. /' "$chapter"
    make_ -C "$book" tangle
    local room target failed
    for target in html epub; do
        failed=0
        for room in 4096 16384 32768 49152 65536 98304; do
            rm -rf old
            run filled "$room" env -u MAKEFLAGS -u MAKELEVEL make "$target"
            assert_line mended
            # enough room after all: then there is nothing to be told
            if [[ $output == *'status 0'* ]]; then break; fi
            failed=$((failed + 1))
            assert_line --regexp 'No space left|disk full|resource exhausted|write error'
            assert_line unharmed
        done
        [ "$failed" -ge 2 ]
    done
}

# A program NAME before all others in the PATH that kills the whole build on
# its N-th call, BEFORE or AFTER the real one has done its work.
trap_in() {
    local name=$1 nth=$2 when=$3
    mkdir -p traps
    cat > "traps/$name" <<END
#!/bin/sh
echo >> "$book/traps/calls"
if [ "\$(wc -l < "$book/traps/calls")" -ne "$nth" ]; then exec $(command -v "$name") "\$@"; fi
[ "$when" = before ] || $(command -v "$name") "\$@"
kill -KILL -"\$(cat "$book/traps/group")"
END
    chmod +x "traps/$name"
}

# killed TARGET...: the build in a process group of its own, in the PATH traps.
killed() {
    # shellcheck disable=SC2016
    run -137 setsid --wait bash -c 'echo $$ > traps/group; PATH=$PWD/traps:$PATH exec env -u MAKEFLAGS -u MAKELEVEL make "$@"' bash "$@"
    [ -s traps/calls ]
    rm -rf traps
}

# What a build leaves is what was made before some moment and not what comes
# after it: so there is a moment after each step that changes what is there.
@test "a build killed at any moment is made up for by the next" {
    sed -i '3s/^/Hello. /' "$chapter"
    echo '/* another */' >> assets/css/book.css
    cp -a . "$BATS_TEST_TMPDIR/start"
    cp -a . "$BATS_TEST_TMPDIR/whole"
    make_ -C "$BATS_TEST_TMPDIR/whole" html epub > /dev/null
    grep -q 'Hello\.' "$BATS_TEST_TMPDIR/whole/out/html/made-02.html"
    local moment name nth when target
    for moment in 'touch 2 before html' 'pandoc 1 before html' 'pandoc 1 after html' \
        'cp 1 after html' 'cp 3 after html' 'mv 1 before html' 'mv 2 before html' \
        'mv 2 after html' 'mv 3 before html' 'pandoc 1 after epub' 'zip 1 after epub' \
        'zip 2 after epub' 'mv 1 before epub' 'mv 2 before epub'; do
        read -r name nth when target <<< "$moment"
        rm -rf out tangled
        cp -a "$BATS_TEST_TMPDIR/start/out" "$BATS_TEST_TMPDIR/start/tangled" .
        trap_in "$name" "$nth" "$when"
        killed "$target" || fail "$moment"
        make_ html epub > /dev/null
        diff -r "$BATS_TEST_TMPDIR/whole/out/html" out/html || fail "$moment"
        cmp "$BATS_TEST_TMPDIR/whole/$epub" "$epub" || fail "$moment"
    done
}

@test "a build of the PDF that is killed leaves the old one, and the next is right" {
    touch book.nw
    trap_in xelatex 2 before
    killed pdf
    unharmed
    make_ pdf
    unharmed
}

@test "an interrupt ends the build and leaves no temporary folder" {
    touch "$chapter"
    trap_in pandoc 1 after
    sed -i 's/kill -KILL/kill -INT/' traps/pandoc
    # perl, since a shell cannot take back an interrupt that it inherited as ignored
    # shellcheck disable=SC2016
    run setsid --wait perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' bash -c 'echo $$ > traps/group; PATH=$PWD/traps:$PATH exec env -u MAKEFLAGS -u MAKELEVEL make html' bash
    assert_failure
    rm -rf traps
    unharmed
    run find out -maxdepth 1 -name '.*' -not -name . -not -name .lock
    assert_output ''
}

@test "a chapter that is no longer listed leaves neither page nor program" {
    [ -e out/html/made-02.html ]
    [ -d out/html/programs/02-made-02 ]
    rm "$chapter"
    sed -i '/^- 02-made-02/d; s/ \[\](#made-02),//' book.nw
    sed -i 's/\[\](#[a-z]*-*made-02[-a-z0-9]*)/that/g; s/\[\](#\(relay_02_01.c\|fig-ring2\|tbl-ends2\|M2001\))/that/g' chapters/01-made-01.nw
    make_ html
    [ ! -e out/html/made-02.html ]
    [ ! -e out/html/programs/02-made-02 ]
    [ ! -e tangled/02-made-02 ]
    run grep -rl 'made-02\.html' out/html
    assert_output ''
}

@test "a renamed chapter leaves no page under its old name" {
    mv "$chapter" chapters/02-other.nw
    sed -i 's/^- 02-made-02/- 02-other/; s/#made-02)/#other)/' book.nw
    sed -i 's/#made-02[)}]/#other&/; s/#other#made-02/#other/' chapters/*.nw
    make_ html
    [ -e out/html/other.html ]
    [ ! -e out/html/made-02.html ]
}

@test "a sentence changed in one chapter makes that chapter's page again, and no other" {
    find out -name '*.html' -exec touch -d '2001-01-01' {} +
    touch -d '2001-01-01' tangled/*/* out/build/*/*.c
    sed -i '3s/^/Hello. /' "$chapter"
    run make_ html
    assert_success
    assert_output 'tangle  02-made-02
site    1 of 10 pages made'
    run find out/html tangled out/build -newermt 2002-01-01 \( -name '*.html' -o -name '*.c' -o -name '*.session' \) -not -path '*/programs/*'
    assert_output out/html/made-02.html
}

@test "a heading changed in one chapter makes those pages again that show it" {
    sed -i 's/^# Made up, number 2 /# Another title /' "$chapter"
    make_ html
    local page
    for page in index preface made-01 made-02 trial indexes; do
        grep -q 'Another title' "out/html/$page.html"
    done
}

@test "a build with nothing to do does nothing" {
    make_ html pdf epub
    run make_ html pdf epub
    assert_success
    assert_output "make[1]: Nothing to be done for 'pdf'.
make[1]: Nothing to be done for 'epub'."
}

@test "several builds at once, from nothing, end well and give the same" {
    rm -rf out tangled
    local target
    for target in html html pdf 'html epub' epub; do
        # shellcheck disable=SC2086  # words
        { make_ $target > "said-${target// /-}" 2>&1 || touch failed; } &
    done
    wait
    [ ! -e failed ] || fail "$(cat said-*)"
    make_ html pdf epub
    unharmed
}
