# shellcheck disable=SC2154 # helpers.bash sets it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# tools/new makes skeletons that are whole at once or not at all; tools/new-book begins
# another book, and what is tried here is tried in such a book.
# takes about 60 s

# One new book for all tests, with what npm installed here. bootstrap must not ask npm.
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    "$root/tools/new-book" --title 'Trees & Leaves' --author 'A. Gardener' 'My trees' > said
    ln -s "$root/node_modules" 'My trees/node_modules'
    touch -d 2001-01-01 'My trees/package-lock.json'
}

setup() {
    book_setup
    book=$BATS_TEST_TMPDIR/'a book'
    cp -a "$BATS_FILE_TMPDIR/My trees" "$book"
    cd "$book" || return
}

# plain COMMAND...: as a reader calls it, not as a part of this run of the tests.
plain() { env -i PATH="$PATH" HOME="$HOME" "$@"; }

# green UNIT: what tools/new promises in the end.
green() {
    run plain make -s lint "check-$1"
    assert_success
    assert_line --regexp '^[1-9][0-9]* passed, 0 failed, 0 skipped$'
}

# unchanged STATUS MESSAGE: the last command ended so, and the book is what it was.
unchanged() {
    assert_failure "$1"
    assert_output --partial "$2"
    diff -r --exclude=out "$BATS_FILE_TMPDIR/My trees" .
}

@test "a new book passes its two commands" {
    git init -q . && git add -A
    run plain ./bootstrap check
    assert_success
    assert_line --regexp '^1 programs, 1 sessions, '
    assert_line --regexp '^[1-9][0-9]* passed, 0 failed, '
    run plain ./bootstrap book
    assert_success
    for file in html/index.html html/start-hello_reader.html my-trees.pdf my-trees.epub; do [ -s "out/$file" ]; done
    run bash -c 'git status --short | grep -v "^A  "'   # nothing changed, nothing came
    assert_output ''
}

@test "a new book carries its own names, and none of the book that it was begun from" {
    run cat "$BATS_FILE_TMPDIR/said"
    assert_line --index 0 'My trees: the book "Trees & Leaves"; read its README.md'
    run grep -E '^(title|name|author|date): ' book.nw
    assert_output "title: Trees & Leaves
name: my-trees
author: A. Gardener
date: $(date -u +%F)"
    grep -q '^Copyright (c) [0-9]* A. Gardener$' LICENSE-CODE
    local key own
    for key in title name; do
        own=$("$root/tools/title" "$key")
        run grep -rlF -e "$own" --exclude=LICENSE-CODE --exclude-dir=node_modules .
        assert_output ''
    done
    for own in $("$root/tools/title" chapters); do
        [[ $own != [0-9]* ]] || [ ! -e "tests/$own" ]
    done
}

@test "a new book is not put where something is, nor under a name that is none" {
    run "$root/tools/new-book" .
    assert_failure 2
    assert_output --partial '. is not empty'
    run "$root/tools/new-book" ../---
    assert_failure 2
    assert_output --partial 'has neither letter nor digit'
    run "$root/tools/new-book" --title 'One: two' ../other
    assert_failure 2
    assert_output --partial 'cannot stand in a title block'
    [ ! -e ../other ]
    "$root/tools/new-book" --title 'Äpfel, und Bäume' ../other
    grep -q '^title: Äpfel, und Bäume$' ../other/book.nw
    run "$root/tools/new-book" /dev/null/x
    assert_failure 1
}

@test "a new program is green after one command, with its session and its test" {
    run tools/new program 01-start/tall_tree
    assert_success
    line=$(grep -n '^## Tall tree {#tall-tree}' chapters/01-start.nw | cut -d: -f1)
    assert_output "chapters/01-start.nw:$line: a section with the program tall_tree
tests/01-start/tall_tree.bats: its first test
Now: make lint check-01-start"
    [ -s tangled/01-start/tall_tree.session ]
    green 01-start
    assert_line --regexp '^  01-start/tall_tree.bats +1 passed'
}

@test "a new program goes into a chapter that ends within code, or without a last newline" {
    printf '\n@\nThe last words.' >> chapters/01-start.nw
    tools/new program 01-start/tall_tree
    sed -i '$d' chapters/01-start.nw
    tools/new program 01-start/small_tree
    green 01-start
}

@test "a new chapter is listed in order, mentioned in the preface, and green after one command" {
    tools/new chapter 10-deep-roots
    tools/new chapter A-names --title 'The names of trees' --program name_one
    run tools/new chapter 02-twigs
    assert_success
    assert_output 'chapters/02-twigs.nw: the chapter, with the program twigs_first
tests/02-twigs/twigs_first.bats: its first test
book.nw: lists it, and mentions it in the preface
Now: make lint check-02-twigs'
    run sed -n '/^chapters:/,/^---/p' book.nw
    assert_output 'chapters:
- 01-start
- 02-twigs
- 10-deep-roots
- A-names
- indexes
---'
    run grep -o '^\[\](#.*) is the next step' book.nw
    assert_output '[](#twigs) is the next step
[](#deep-roots) is the next step
[](#names) is the next step'
    run head -n 1 chapters/A-names.nw
    assert_output '# The names of trees {#names}'
    for unit in 02-twigs 10-deep-roots A-names; do green "$unit"; done
}

@test "a new program may be of any kind that kinds.tsv has" {
    printf 'sh\tbash\t-\tcp IN OUT && chmod 755 OUT\tcp NAME.sh NAME; chmod +x NAME\tsh -n IN\n' >> kinds.tsv
    run tools/new program 01-start/small_script --kind sh
    assert_success
    [ -s tangled/01-start/small_script.sh ]
    run plain make -s lint build
    assert_success
    run plain tests/run --no-report tests/01-start/small_script.bats
    assert_success
}

@test "a new exercise of any level is green after one command, also the first of a book" {
    local level line
    for level in predict mend make; do
        run tools/new exercise "01-start/guess_$level" "$level"
        assert_success
        line=$(grep -n "^### Guess $level {#guess_$level .exercise .$level minutes=" chapters/01-start.nw | cut -d: -f1)
        assert_line "chapters/01-start.nw:$line: the exercise guess_$level"
        assert_line 'tests/01-start/exercises.bats: tries it'
    done
    green 01-start
    assert_line --regexp '^  01-start/exercises.bats +3 passed'
    run -0 tools/exercise
    assert_line '0 of 3'
    run tools/new exercise 01-start/guess_mend mend
    assert_failure 1
    assert_line --partial 'is there already'
    run tools/new program 01-start/guess_mend
    assert_failure 1
    run tools/new exercise 01-start/other hard
    assert_failure 2
    run tools/new exercise 01-start/an-other mend
    assert_failure 2
}

@test "a new exercise that cannot be written leaves the book as it was" {
    # the headers of the skeleton would go on with these
    printf '\n<<guess: headers>>=\nint other;\n@\n' >> chapters/01-start.nw
    cp -a . ../before
    run tools/new exercise 01-start/guess mend
    assert_failure 1
    run diff -r --exclude=out ../before .
    assert_output ''
}

@test "a new figure is drawn and shown, or its line is told" {
    run tools/new figure 01-start/crown
    assert_success
    assert_line --index 0 'assets/figures/crown.pikchr: the drawing'
    assert_line --index 1 --regexp '^chapters/01-start.nw:[0-9]+: shows it$'
    run tools/new figure trunk
    assert_line --regexp '^!\[.*\]\(trunk\)\{#fig-trunk alt=".*"\}$'
    plain make -s lint html
    grep -q 'id="fig-crown"' out/html/start.html
}

@test "what is there already is not written over" {
    for call in 'program 01-start/hello_reader' 'chapter 01-start' 'chapter 01-other'; do
        # shellcheck disable=SC2086 # words
        run tools/new $call
        unchanged 1 ' already'
    done
    assert_output 'chapters/01-start.nw:1: has the number 01 already'
    cp -a . ../changed
    cd ../changed || return
    echo mine > tests/01-start/own.bats
    run tools/new program 01-start/own
    assert_failure 1
    assert_output 'tests/01-start/own.bats:1: is there already'
    grep -q mine tests/01-start/own.bats
    tools/new figure crown > /dev/null
    run tools/new figure 01-start/crown
    assert_failure 1
    run grep -c crown chapters/01-start.nw
    assert_output 0
}

@test "wrong names and calls are told, and change nothing" {
    local call
    for call in '' program 'program x' 'program 01-start/a/b' 'program 01-start/a.c' 'chapter roots' \
        'chapter 02-Roots' 'chapter 02_x' 'chapter 3-x' 'figure .x' 'figure a b' 'tree x' \
        'figure x --kind c' 'program 01-start/x --kind' '--what'; do
        # shellcheck disable=SC2086 # words
        run tools/new $call
        unchanged 2 '(try --help)'
    done
    for title in '' 'a {#b}' 'a << b' $'a\nb'; do
        run tools/new chapter 02-two --title "$title"
        unchanged 2 'a title is one line'
    done
    run tools/new program 09-none/x
    unchanged 1 'book.nw:1: lists no chapter 09-none (01-start indexes)'
    run tools/new program 01-start/x --kind pas
    unchanged 1 'kinds.tsv:1: has no kind "pas" (c'
}

@test "what lint would refuse is not written, and nothing is left of it" {
    for call in 'program 01-start/start' 'chapter 02-two --program start' 'chapter 02-hello-reader'; do
        # shellcheck disable=SC2086 # words
        run tools/new $call
        unchanged 1 'stands twice'
    done
}

@test "a folder that cannot be made leaves nothing behind" {
    : > tests/02-two
    run tools/new chapter 02-two
    assert_failure 1
    assert_output --partial 'tests/02-two'
    rm tests/02-two
    unchanged 1 ''
}
