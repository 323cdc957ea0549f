# shellcheck disable=SC2016,SC2034,SC2046  # no shell reads these; small_book wants $root
# takes about 20 s
bats_require_minimum_version 1.13.0
load ../lib/assertions
load small_book
# tools/absorb: an edit of a file that tangle wrote goes back into the chapter, and
# nothing else changes. Each test works in a small book of its own.

setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    small_book "$BATS_TEST_TMPDIR/book"
    tools/tangle
    chapter=chapters/01-one.nw
}

# everything that absorb may write
state() { sha1sum book.nw chapters/*.nw tangled/*/* out/build/*/*; }

# absorbed FILE: after absorb a fresh tangle gives FILE as it was edited.
absorbed() {
    cp "$1" edited
    run -0 tools/absorb --yes
    cmp edited "$1"
    run -0 tools/tangle --check
    run -0 tools/tangle --edits
    assert_output ''
}

# refused FILE:LINE PART OF THE REASON: absorb says so, and nothing changes.
refused() {
    local before
    before=$(state)
    run -1 tools/absorb --yes
    assert_line --regexp "^${1//./\\.}: .*$2"
    assert_equal "$(state)" "$before"
    run -0 find . -name '.*.nw*' -o -name '.tangle*'
    assert_output ''
}

@test "an edited line goes into its chunk, without the indentation of the use" {
    sed -i 's/puts("it")/puts("that")/' tangled/01-one/a.c
    absorbed tangled/01-one/a.c
    run -0 grep -n 'puts' "$chapter"
    assert_output '19:if (puts("that") == EOF) {'
    grep -q 'puts("that")' out/build/01-one/a.c
}

@test "undoing a change is an edit as well: the text is one that tangle wrote before" {
    cp tangled/01-one/a.c before
    sed -i 's/puts("it")/puts("that")/' "$chapter"
    run -0 tools/tangle
    cp before tangled/01-one/a.c
    run -1 tools/tangle
    assert_output --regexp '^tangled/01-one/a.c:[0-9]+: was edited here'
    cmp before tangled/01-one/a.c
    absorbed tangled/01-one/a.c
    grep -q 'puts("it")' "$chapter"
}

@test "lines that are added, removed and changed at once, in several chunks" {
    sed -i -e 's/i < 2/i < 3/' -e 's/^ *return EXIT_FAILURE;/                perror("puts");\n\n&/' \
        -e '/^$/d' tangled/01-one/a.c
    sed -i '0,/^int main/s/^int main/\n&/' tangled/01-one/a.c
    absorbed tangled/01-one/a.c
    run -0 sed -n '18,$p' "$chapter"
    assert_output --partial 'if (puts("it") == EOF) {
    perror("puts");

    return EXIT_FAILURE;
}
@'
}

@test "an edit in out/build goes the same way, and so does one where two chunks meet there" {
    sed -i -e 's/^    return EXIT_FAILURE;/    perror("puts");\n&/' -e '/^if (puts/i int x = 0;' out/build/01-one/a.c
    run -0 tools/absorb --yes
    run -0 sed -n '18,24p' "$chapter"
    assert_output '<<say it>>=
int x = 0;
if (puts("it") == EOF) {

    perror("puts");
    return EXIT_FAILURE;
}'
    run -0 tools/tangle --check
    run -0 tools/tangle --edits
}

@test "prose that was written meanwhile is no hindrance; a program that the chapter changed is" {
    sed -i 's/return EXIT_FAILURE/return 3/' out/build/01-one/a.c
    sed -i 's/^# One.*/&\n\nMore prose,\nof two lines./' "$chapter"
    run -0 tools/absorb --yes
    grep -q '    return 3;' "$chapter"
    sed -i 's/return 3/return 4/' tangled/01-one/a.c
    sed -i 's/i < 2/i < 3/' "$chapter"
    refused tangled/01-one/a.c:1 'has changed what this is since'
}

@test "it shows the change and asks; without a yes nothing is written" {
    sed -i 's/puts("it")/puts("that")/' tangled/01-one/a.c
    local before
    before=$(state)
    run -1 tools/absorb < /dev/null
    assert_line -- '-if (puts("it") == EOF) {'
    assert_line -- '+if (puts("that") == EOF) {'
    assert_line "$chapter: not changed"
    assert_equal "$(state)" "$before"
    run -0 tools/absorb <<< yes
    grep -q 'puts("that")' "$chapter"
}

@test "a chunk that other programs use too is refused, and they are named" {
    sed -i 's/stdlib/string/' tangled/01-one/a.c
    refused tangled/01-one/a.c:2 '<<headers>> \(book.nw:19\) is also in tangled/01-one/b.c, which would change'
    tools/tangle --discard
    sed -i 's/^int main(void) { return 1.*/int main(void) { return 7; }/' tangled/01-one/b.c
    absorbed tangled/01-one/b.c
}

@test "an edit of two sources at once is refused, and both lines told" {
    sed -i 's/stdlib/string/; s/puts("it")/puts("that")/' tangled/01-one/a.c
    refused tangled/01-one/a.c:2 'two sources, book.nw:19 and chapters/01-one.nw:19'
}

@test "of many programs that would change the first are named" {
    local n
    for n in {1..12}; do printf '\n<<p%d.c>>=\n<<headers>>\nint x;\n@\n' "$n"; done >> chapters/02-two.nw
    tools/tangle
    sed -i 's/stdlib/string/' tangled/01-one/a.c
    refused tangled/01-one/a.c:2 'tangled/01-one/b.c tangled/02-two/p1.c .* and 5 more, which'
}

@test "a chunk of book.nw that one program alone uses is edited there, and all is tangled afresh" {
    sed -i '/^<<b.c>>=/,$d' "$chapter"
    tools/tangle
    sed -i 's/^#include <stdlib.h>/& \/* exit *\/\n#include <string.h>/' tangled/01-one/a.c
    absorbed tangled/01-one/a.c
    grep -q '^#include <string.h>' book.nw
    head -n 25 out/build/01-one/a.c | grep -q '^#include <string.h>'
}

@test "a chunk of the toolbox goes the same way" {
    sed -i '/^<<b.c>>=/,$d' "$chapter"
    with_toolbox
    tools/tangle
    sed -i 's/^#include <stdlib.h>/& \/* exit *\/\n#include <string.h>/' tangled/01-one/a.c
    absorbed tangled/01-one/a.c
    grep -q '^#include <string.h>' chapters/A-tools.nw
    head -n 25 out/build/01-one/a.c | grep -q '^#include <string.h>'
}

@test "a chunk that is used twice in the program itself is refused, unless both were edited alike" {
    sed -i 's/^            <<say it>>/&\n&/' "$chapter"
    tools/tangle
    sed -i '0,/puts("it")/s//puts("that")/' tangled/01-one/a.c
    refused tangled/01-one/a.c:8 'used more than once'
    sed -i 's/puts("it")/puts("other")/' tangled/01-one/a.c
    refused tangled/01-one/a.c:1?[0-9] 'used more than once'
    sed -i 's/puts("other")/puts("that")/' tangled/01-one/a.c
    absorbed tangled/01-one/a.c
}

@test "a line added where two chunks meet is refused, and both are named" {
    sed -i '/^            if (puts/i \            again();' tangled/01-one/a.c
    refused tangled/01-one/a.c:8 'cannot be told to which chunk .* chapters/01-one.nw:9 or that of chapters/01-one.nw:19'
}

@test "lines that no chunk makes, or that noweb puts together, are refused" {
    sed -i 's/^            <<say it>>/            do { <<say it>> } while (0);/' "$chapter"
    tools/tangle
    sed -i 's/do { if (puts("it")/do { if (puts("that")/' tangled/01-one/a.c
    refused tangled/01-one/a.c:8 'no line of a chunk makes alone'
    tools/tangle --discard
    sed -i '0,/^#line .*chapters/s//#error &/' out/build/01-one/a.c
    refused out/build/01-one/a.c:[0-9]+ 'no line of a chunk makes alone'
}

@test "what noweb would take for notation is escaped" {
    sed -i 's/^int main(void) { return 1.*/int x = (1 << 8) >> 2; \/* <<say it>> @<< @@ *\/\n  @ not prose\nint main(void) { return x; }/' tangled/01-one/b.c
    absorbed tangled/01-one/b.c
    grep -qF 'int x = (1 @<< 8) >> 2;' "$chapter"
    grep -qF '@<<say it>>' "$chapter"
}

@test "an edited session, with an at sign at the start of a line" {
    sed -i 's/^it$/@it/' tangled/01-one/a.session
    absorbed tangled/01-one/a.session
}

@test "an at sign that would end the chunk is doubled, which lint may refuse" {
    sed -i 's/^it$/@ it/' tangled/01-one/a.session
    cp tangled/01-one/a.session edited
    run tools/absorb --yes
    [ "$status" -eq 0 ] || assert_line --regexp "^$chapter:27: .*\[at\]"
    cmp edited tangled/01-one/a.session
}

@test "a line with less indentation than its use gives is refused" {
    sed -i 's/^            if (puts/   if (puts/' tangled/01-one/a.c
    refused tangled/01-one/a.c:8 'fewer than the 12 blanks .* chapters/01-one.nw:19'
}

@test "what lint refuses is not written" {
    sed -i "s/puts(\"it\")/puts(\"$(printf 'x%.0s' {1..80})\")/" tangled/01-one/a.c
    local before
    before=$(state)
    run -1 tools/absorb --yes
    assert_line --regexp "^$chapter:19: code of .* columns.*wide-code"
    assert_equal "$(state)" "$before"
    tools/tangle --discard
    sed -i 's/puts("it")/puts("i\tt")/' tangled/01-one/a.c
    before=$(state)
    run -1 tools/absorb --yes
    assert_line --partial 'tab; use blanks'
    assert_equal "$(state)" "$before"
}

@test "a file that is empty, or whose last line has no end, is refused" {
    : > tangled/01-one/b.c
    refused tangled/01-one/b.c:1 'is empty now'
    tools/tangle --discard
    printf x >> tangled/01-one/b.c
    refused tangled/01-one/b.c:4 'the last line has no end'
}

@test "a file and its twin that were both edited are refused" {
    sed -i 's/puts("it")/puts("that")/' tangled/01-one/a.c out/build/01-one/a.c
    refused out/build/01-one/a.c:1 'tangled/01-one/a.c too'
}

@test "a chapter that changes while it asks keeps its change, and so does the file" {
    sed -i 's/puts("it")/puts("that")/' tangled/01-one/a.c
    mkfifo answer
    tools/absorb < answer > said 2>&1 &
    local pid=$!
    exec 5> answer
    until grep -q 'Write this' said || ! kill -0 "$pid"; do sleep 0.05; done
    printf '\nMore.\n' >> "$chapter"
    echo yes >&5
    exec 5>&-
    local status=0
    wait "$pid" || status=$?
    assert_equal "$status" 1
    grep -q 'changed while this ran' said
    [ "$(tail -n 1 "$chapter")" = More. ]
    grep -q 'puts("that")' tangled/01-one/a.c
    grep -q 'puts("it")' "$chapter"
}

@test "FILE: that one alone, by any path; one that was not edited is told" {
    sed -i 's/puts("it")/puts("that")/' tangled/01-one/a.c
    sed -i 's/return 0/return 1/' tangled/02-two/c.c
    (cd tangled && run -0 ../tools/absorb --yes 02-two/c.c)
    grep -q 'return 1;' chapters/02-two.nw
    grep -q 'puts("it")' "$chapter"
    run -1 tools/absorb --yes tangled/01-one/b.c
    assert_output 'tangled/01-one/b.c:1: was not edited since tangle wrote it, or no chapter makes it'
    for words in --nonsense --into; do
        run -2 tools/absorb "$words"
        assert_output --partial 'try --help'
    done
    run -0 tools/absorb --help
    assert_output --partial 'Exit status'
}

@test "an edit in a fresh clone, where nothing was tangled yet" {
    command -v git > /dev/null || skip 'needs git'
    rm -rf out
    git init -q . && git add -A && git -c user.name=x -c user.email=x commit -qm x
    sed -i 's/puts("it")/puts("that")/' tangled/01-one/a.c
    run -1 tools/tangle 01-one
    assert_output --partial "tangled/01-one/a.c:8: was edited here, where $chapter:19 makes it"
    absorbed tangled/01-one/a.c
}

@test "a kind of file without line directives: both of its copies are traced" {
    printf 'sh\tbash\t-\tcp IN OUT && chmod 755 OUT\tcp NAME.sh NAME; chmod +x NAME\tsh -n IN\n' >> kinds.tsv
    printf '\n<<greet.sh>>=\n#!/bin/sh\nif true; then\n    <<greet>>\nfi\n@\n\n<<greet>>=\necho hello\necho there\n@\n\n<<greet.session>>=\n$ ./greet\nhello\nthere\n@\n' >> chapters/02-two.nw
    tools/tangle
    sed -i 's/hello/hallo/' tangled/02-two/greet.sh
    absorbed tangled/02-two/greet.sh
    sed -i 's/there/dort/' out/build/02-two/greet.sh
    absorbed out/build/02-two/greet.sh
    run -0 sed -n '/^<<greet>>=/,/^@/p' chapters/02-two.nw
    assert_output '<<greet>>=
echo hallo
echo dort
@'
}

# edit FILE SEED: some lines removed, doubled, or with other words, by chance.
edit() {
    perl -e 'my ($file, $seed) = @ARGV; srand $seed; open my $in, "<", $file; my @l = <$in>;
        for (1 .. 1 + int rand 3) {
            my $i = int rand @l; my $what = int rand 4;
            if ($what == 0) { splice @l, $i, 1 + int rand 2 }
            elsif ($what == 1) { my ($b) = $l[$i] =~ /^( *)/; splice @l, $i, 0, "${b}/* $_ */\n" }
            elsif ($what == 2) { $l[$i] =~ s/\w+|$/x << $seed/ }
            else { $l[$i] =~ s/^/    / if $l[$i] =~ /\S/ } }
        open my $out, ">", $file; print $out @l;' "$1" "$2"
}

@test "whatever was edited, a fresh tangle gives it afterwards, or nothing was written" {
    cp "$chapter" kept
    local seed file taken=0
    for seed in {1..24}; do
        cp kept "$chapter"
        tools/tangle --discard > /dev/null
        case $((seed % 3)) in 0) file=out/build/01-one/a.c ;; *) file=tangled/01-one/a.c ;; esac
        edit $file "$seed"
        cp $file edited
        if tools/absorb --yes $file > said 2>&1; then
            diff <(grep -v '^#line' edited) <(grep -v '^#line' $file) || fail "seed $seed: $(cat said)"
            tools/tangle --check
            taken=$((taken + 1))
        else
            cmp kept "$chapter" || fail "seed $seed: refused, but written: $(cat said)"
            cmp edited $file || fail "seed $seed: the edit is lost: $(cat said)"
            grep -qE '^[^ ]+:([0-9]+:)? ' said || fail "seed $seed: no reason: $(cat said)"
        fi
    done
    echo "# $taken of 24 taken" >&3
    [ "$taken" -ge 5 ] && [ "$taken" -lt 24 ]
}

@test "what is read ahead of an answer moves no file that noweb reads" {
    seq 100000 > numbers
    yes | perl -Itools/lib -MPlace=open_place,run,close_place -e '
        my $answer = <STDIN>;
        open_place("out");
        for (1 .. 40) {
            my ($status, $text) = run("numbers", "cat");
            print "only ", length $text, " bytes came\n" if length $text != -s "numbers";
        }
        close_place()' > said
    assert_equal "$(cat said)" ''
}
