# shellcheck disable=SC2154 # helpers.bash sets root
# takes about 60 s
bats_require_minimum_version 1.13.0
load ../lib/helpers
load exercises
load epubcheck
# What the PDF and the EPUB show of exercises, symptoms and chapters to come, of a made-up
# book that has them.

# many_places: exercises that begin at many places of a page
many_places() {
    local i
    for i in 1 2 3 4 5 6 7 8; do
        printf '\nA line that fills the page and says nothing.\n%.0s' $(seq $((7 + i)))
        printf '\n### Task {#fill_%s .exercise .make minutes=1}\n\nHere begins task %s. Its first words and its last shall stand on one page of the book, however many lines of words there are between them, since nobody likes to turn a page there. This is task %s.\n\n<<fill_%s.start.c>>=\nint main(void)\n{\n' $i $i $i $i
        printf '    return 0;\n%.0s' $(seq 12)
        printf '}\n@\n'
    done
}

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    book_with_exercises book
    cd book || return
    rm -f out/build/figures/*
    many_places >> chapters/12-last.nw
    # lint asks more of an exercise than the look of one needs
    touch out/build/linted
    env -u MAKEFLAGS -u MAKELEVEL make LOCKED=yes -o out/build/linted pdf epub > log 2>&1 || { tail log; return 1; }
    pdftotext -layout out/made-up-book.pdf pdf.txt
    mkdir epub
    (cd epub && unzip -q ../out/made-up-book.epub)
}

setup() {
    needs pdftotext
    cd "$BATS_FILE_TMPDIR/book" || return
}

# leads WHAT: the page that "WHAT: page N" of the second exercise names
leads() { perl -0ne 's/\s+/ /g; print "$1\n" if /make exercise two_children .*?\b'"$1"': page (\d+)/' pdf.txt; }

# on_page N: the text of the page of the PDF with this number at its head or foot
on_page() {
    [ -n "$1" ] || fail 'no number of a page'
    perl -0ne 'for (split /\f/) {
        my @lines = grep { /\S/ } split /\n/;
        print if grep { /^\s*'"$1"'(?:\s{3}|$)|\s{3}'"$1"'$/ } @lines[0, -1];
    }' pdf.txt
}

@test "on paper an exercise has its number, level, minutes and start, and leads to the pages of its hints and its answer" {
    perl -0ne 's/\s+/ /g; print' pdf.txt > line
    grep -q '2 Try 2 exercises, 20 minutes What comes first' line
    grep -qE 'Exercise 2\.2 +Who is still writing\? mend, 15 minutes .{1,2} make exercise two_children hints: page [0-9]+, answer: page [0-9]+ It never ends\. Mend it\. ⟨two_children\.start\.c⟩' line
    run on_page "$(leads hints)"
    assert_output --partial 'Who has it?'
    run on_page "$(leads answer)"
    assert_output --partial 'The reason is secret, too'
}

@test "hints stand on paper before all answers, and neither in the chapter" {
    perl -0ne 's/\s+/ /g; print' pdf.txt > line
    grep -qE 'C Answers Hints Exercise 2\.1: Twice 1\. Where are .* Exercise 2\.2: Who is still writing\? 1\. Who has it\? 2\. Who else\? Chapter 2: Try Exercise 2\.1: Twice The secret reason' line
    for words in 'secret hint' 'Who else' 'secret reason' 'made secretly'; do
        run grep -c "$words" pdf.txt
        refute_output 2
    done
    run grep -o 'What the check says' pdf.txt
    assert_output $'What the check says\nWhat the check says'
}

@test "the bookmarks of the PDF name no answer" {
    needs pdftohtml
    pdftohtml -xml -i -stdout out/made-up-book.pdf | sed -n '/<outline>/,$p' > bookmarks
    grep -q 'Answers</item>' bookmarks
    run grep -E 'wrong|also|answer\.|start\.' bookmarks
    assert_output ''
}

@test "what there is to do stays on the page of the code that it is about" {
    perl -0ne 'for (split /\f/) {
        $count += () = /This is task \d\./g;
        while (/This is task (\d)\./g) { my $n = $1; print "task $n\n" unless /begins task $n\b/ && /fill_$n\.start\.c/ }
    } END { print "$count tasks\n" }' pdf.txt > torn
    run cat torn
    assert_output '8 tasks'
}

@test "contents on paper and in the EPUB name the chapters to come, and each chapter has its file's number" {
    sed -n '1,/Answers/p' pdf.txt | grep -E '^ *(2|3|4|12) ' | sed 's/\( \.\)* *[0-9]*$//; s/  */ /g; s/^ //; s/ $//' > contents
    diff - contents <<'END'
2 Try
3 Shared memory to come
4 Queues to come
12 The last
END
    perl -0ne 's/\s+/ /g; print' pdf.txt > line
    grep -qE '12 The last ([0-9]+ exercises, [0-9]+ minutes )?12.1 A section of it It ends' line
    perl -0ne 'print "$1\n" if m{</nav>\s*(<section class="coming">.*?</section>)}s' epub/EPUB/nav.xhtml > coming
    diff - coming <<'END'
<section class="coming">
<h2>To come</h2>
<div class="line-block">3 Shared <code>memory</code><br />
4 Queues</div>
</section>
END
    grep -q '<span class="number">12</span> The last</a>' epub/EPUB/nav.xhtml
    grep -q '<span class="number">12.1</span> A section' epub/EPUB/text/ch004.xhtml
}

@test "symptoms are collected on paper with their pages, in the EPUB with links" {
    perl -0ne 's/\s+/ /g; print' pdf.txt > line
    run perl -ne 'print "$1 $2\n" if /Symptoms symptom page program it hangs: for ever (\d+) printed twice (\d+) relay_01_01/' line
    read -r ends copy <<< "$output"
    run on_page "$ends"
    assert_output --partial 'It ends.'
    run on_page "$copy"
    assert_output --partial 'A copy has what'
    grep -q '<a href="ch003.xhtml#try--sy-printed-twice" class="xref" title="What a copy has">2.1</a>' epub/EPUB/text/ch006.xhtml
    grep -q 'id="try--sy-printed-twice"' epub/EPUB/text/ch003.xhtml
}

@test "the EPUB has hints and answers at its end, its exercises lead there, and it is valid" {
    perl -0ne 's/\s+/ /g; print' epub/EPUB/text/ch003.xhtml > chapter
    for words in 'secret hint' 'Who has it' 'secret reason' answer.txt wrong- 'twice.check'; do
        ! grep -qF -e "$words" chapter || fail "\"$words\" stands in the chapter"
        grep -qF -e "$words" epub/EPUB/text/ch007.xhtml || fail "no \"$words\" among the answers"
    done
    grep -qF '<code>make exercise two_children</code> · <a href="ch007.xhtml#hints-two_children">Hints</a> · <a href="ch007.xhtml#answer-two_children">Answer</a>' chapter
    grep -q 'id="hints-two_children"' epub/EPUB/text/ch007.xhtml
    grep -q 'id="answer-two_children"' epub/EPUB/text/ch007.xhtml
    epubcheck_says --failonwarnings out/made-up-book.epub
    assert_success
    assert_line --partial '0 fatals / 0 errors / 0 warnings'
}
