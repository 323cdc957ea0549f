# shellcheck disable=SC2016,SC2034  # no shell reads these; small_book wants $root
# takes about 10 s
bats_require_minimum_version 1.13.0
load ../lib/assertions
load small_book
# tools/title and tools/lib/Title.pm: the title block of book.nw is understood as
# pandoc understands it, or refused with the line and what to do.

setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    small_book "$BATS_TEST_TMPDIR/book"
    cp book.nw good
}

# with FIELD VALUE: the title block has this line alone for FIELD; no VALUE, none.
with() {
    F=$1 V=${2-} perl -pe 'BEGIN { $done = 0 }
        if (!$done && s/^\Q$ENV{F}\E:.*\n//) { $done = 1; $_ = "$ENV{F}: $ENV{V}\n" if length $ENV{V} }
        if (!$done && $. > 1 && /^---$/) { $done = 1; $_ = "$ENV{F}: $ENV{V}\n---\n" if length $ENV{V} }' good > book.nw
}

# refused LINE MESSAGE: by title, and by make.
refused() {
    run -1 tools/title --check
    assert_line --regexp "^book\.nw:$1: .*$2"
    run -2 make tangle
    assert_line --regexp "^book\.nw:$1: .*$2"
    [ ! -e tangled ]
}

@test "fields are printed one a line, and lists too" {
    run -0 tools/title name date epoch chapters
    assert_output 'small
2026-11-23
1795392000
01-one
02-two'
    run -0 tools/title --check
    assert_output ''
    run -1 tools/title subtitle
    assert_output 'book.nw:1: the title block has no "subtitle:"'
    for words in '' '--nonsense' '--check title'; do
        # shellcheck disable=SC2086  # words
        run -2 tools/title $words
        assert_output --partial 'try --help'
    done
    run -0 tools/title --help
    assert_output --partial 'Exit status'
}

@test "a date may be quoted and have a comment; no other day is taken" {
    for date in '"2026-11-23"' "'2026-11-23'" '2026-11-23   # the first'; do
        with date "$date"
        run -0 tools/title date
        assert_output 2026-11-23
    done
    for date in 2026-11 'in May' 'May 2, 2026' 2026-02-30 2026-13-01 2026-00-10 20261123 23.11.2026 1969-01-01 0000-01-01 9999-01-01; do
        with date "$date"
        refused 8 'YEAR-MONTH-DAY'
    done
    with date
    refused 1 'has no "date:"'
    sed 's/^date:.*/date:/' good > book.nw
    refused 8 'date is empty'
    sed "s/^date:.*/date: ''/" good > book.nw
    refused 8 'date is empty'
    sed 's/^date:.*/&\n&/' good > book.nw
    refused 9 'date stands twice, first on line 8'
}

@test "each other field is held to what it is for" {
    local field value
    while IFS='|' read -r field value; do
        with "$field" "$value"
        refused '[0-9]+' "$field"
    done <<'END'
name|A Book
name|a/b
name|../x
name|a$b
name|-x
lang|English language
lang|e
identifier|a b
identifier|urn:uuid:1234
url|example.org/
url|https://example.org
url|https://example.org/a b/
errors|errors@example.org
errors|https://example.org/a b
toolbox|09-nine
sample|01-one
sample|01-one/a
sample|09-nine/a say it
title|~
title|[a, b]
title|{a: b}
title|*a*
title|a: b
title|007
title|true
subtitle|- a
subtitle|"a
rights|>-
nonsense|x
END
    for field in title name author date lang identifier chapters; do
        sed "s/^$field:.*/#/; /^#/{n;/^- /d}" good | sed '/^- 02/d' > book.nw
        run -1 tools/title --check
        assert_line "book.nw:1: the title block has no \"$field:\"; write one"
    done
}

@test "an empty list, a bad item, and a list where words should be" {
    sed '/^- 0/d' good > book.nw
    refused 3 'chapters is empty'
    sed 's/^- 02-two/- [x]/' good > book.nw
    refused 5 'YAML takes this for notation'
    sed 's/^- 02-two/- 02 two/' good > book.nw
    refused 5 '"02 two" is not a chapter.s name'
    sed 's/^- 02-two/- a: b/' good > book.nw
    refused 5 'YAML takes this for notation'
    sed 's/^chapters:/chapters: x/' good > book.nw
    refused 4 'several lines'
    sed 's/^chapters:/coming:\n- 3 Three\n- 12 Twelve\n&/' good > book.nw
    run -0 tools/title coming
    assert_output '3 Three
12 Twelve'
    sed 's/^chapters:/coming:\n- Three\n&/' good > book.nw
    refused 4 '"Three" is not NUMBER TITLE'
    sed 's/^chapters:/coming:\n- 2 Two\n&/' good > book.nw
    refused 4 'chapter 2 is written, 02-two'
    sed 's/^chapters:/coming:\n- 4 Four\n- 3 Three\n&/' good > book.nw
    refused 5 '3 comes before 4'
    sed 's/^title:.*/title:\n- a/' good > book.nw
    refused 2 'title cannot be a list'
    sed '/^author:/s/.*/author:\n- One\n- "Two # 2"/' good > book.nw
    run -0 tools/title author
    assert_output 'One
Two # 2'
}

@test "an item may be quoted, indented, and have a comment" {
    sed 's/^- 01-one/# all of them\n  - "01-one"  # first/; s/^- 02-two/  - 02-two/' good > book.nw
    run -0 tools/title chapters
    assert_output '01-one
02-two'
    make tangle
    [ -e tangled/02-two/c.c ]
}

@test "a title block that is missing, not closed, or no YAML" {
    sed 1d good > book.nw
    refused 1 'title block is missing'
    sed '1s/.*/ ---/' good > book.nw
    refused 1 'title block is missing'
    sed '2,$s/^---$//' good > book.nw
    refused 1 'has no end'
    sed 's/^title:.*/&\nand more/' good > book.nw
    refused 3 'no "field: value"'
    sed 's/^title:.*/&\n  and more/' good > book.nw
    refused 3 'several lines'
    sed 's/^title:/title :/' good > book.nw
    refused 2 'no "field: value"'
    sed 's/^title: /title:/' good > book.nw
    refused 2 'no "field: value"'
    sed 's/^title: /title:\t/' good > book.nw
    refused 2 'tab'
}

@test "words of several lines, as they stand or folded" {
    sed 's/^title:.*/blurb: |\n  One\n    two\n\n  three\n\n# it goes on\nrights: >\n  a\n  b\n\n&/' good > book.nw
    run -0 tools/title blurb
    assert_output 'One
  two

three'
    run -0 tools/title rights
    assert_output 'a b'
    sed 's/^title:.*/blurb: |\n    One\n  two\n&/' good > book.nw
    refused 4 'less indented'
}

# said FIELD: what pandoc makes of it, as plain text
said() {
    printf '$for(%s)$$%s$\n$endfor$' "$1" "$1" > template.plain
    sed '/^<<.*>>=/,/^@/d' book.nw | pandoc -f markdown-smart -t plain --wrap=preserve --template template.plain
}

@test "what is understood is what pandoc understands, whatever characters a title has" {
    command -v pandoc > /dev/null || skip 'needs pandoc'
    local title
    for title in 'A "quoted" word' "It's" "'It''s'" '"She said \"no\""' 'C & D, 100 %; (x)' '"a: b"' '"a # b"' 'a#b' 'x:y' \
        '1984' '"007"' "'true'" 'Été 漢字' 'a   # comment' "'-'" '"[x]"' 'http://x/y' 'a - b' '"\\"'; do
        with title "$title"
        run -0 tools/title title
        local ours=$output
        run -0 said title
        assert_equal "$title: ${ours//\\/}" "$title: ${output//\\/}"
    done
}

@test "no character of a title, an author or the words of the sample harms make" {
    with title '"A & <b> \" \\\\ % $x ${y} $(z) # ; ` | * ~ é"'
    cp book.nw good
    with author "'\$(touch harm) \`touch harm\` %.c: x'"
    cp book.nw good
    with sample "'01-one/a say it; \$(touch harm)'"
    run -0 make build
    [ -x out/bin/01-one/a ]
    [ ! -e harm ]
}
