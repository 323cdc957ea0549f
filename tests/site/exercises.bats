# shellcheck disable=SC2154 # helpers.bash sets root
# takes about 30 s
bats_require_minimum_version 1.13.0
load ../lib/helpers
load ../book/exercises
# What the web site shows of exercises, symptoms and chapters to come, of a made-up book that
# has them. What a reader does with them is tried by exercises.test.mjs.

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    book_with_exercises book
    cd book || return
    ARCHIVE=$(weave/site/archive --name) FIGURES=out/build/figures SESSIONS=out/build/sessions.tsv TESTS=none \
        weave/site/make out/html out/build/site book.nw chapters/0*.nw chapters/12-last.nw chapters/[A-Z]*.nw
    weave/site/beside out/build/beside
    cp -r out/build/beside/* out/html/
}

setup() { site=$BATS_FILE_TMPDIR/book/out/html; }

# plain: HTML on standard input without the blanks that break no line
plain() { perl -CSD -pe 's/\x{a0}/ /g'; }

# part PAGE ID: the element with the id, up to the next exercise or section
part() { perl -0777 -ne 'print $1 if m{(<section id="'"$2"'".*?)</section>}s' "$site/$1"; }

@test "an exercise has its number, level, minutes, task, start, command, hints and the way to its answer, in this order" {
    part try.html two_children | perl -0pe 's/<[^>]*>//g; s/\s+/ /g' > said
    run cat said
    assert_output --regexp 'Exercise 2\.2 Who is still writing\?.*mend · 15 minutes.*It never ends\..*two_children\.start\.c.*make the children.*make exercise two_children.*Hint 1.*Hint 2.*Answer'
    part try.html two_children > part
    run grep -c '<details class="hint"><summary>' part
    assert_output 2
    run grep -c '<details[^>]* open' part
    assert_output 0
    grep -qF '<a href="answers.html#answer-two_children">Answer</a>' part
    grep -qF '<p class="effort">2 exercises, 20 minutes</p>' "$site/try.html"
    plain < "$site/try.html" | grep -qF '<a href="#two_children" class="xref">Exercise 2.2</a>'
}

# of_answers: words that stand in answers alone
of_answers() { printf '%s\n' secret also-gap wrong- twice.answer answer.c 'look at it' 'tee(' 'splice(2)' 'setvbuf(3)' twice.check twice.session; }

@test "the page of a chapter has nothing of an answer, nor has a page of a program, the list of chunks or the search" {
    # the hint is folded in the chapter, and stands nowhere else
    sed 's/secret hint//' "$site/try.html" > chapter
    local page words
    while read -r words; do
        for page in chapter "$site/made-01-relay_01_01.html" "$site/indexes.html" "$site/search-data.js" "$site/preface.html"; do
            ! grep -qF -e "$words" "$page" || fail "\"$words\" stands in $page"
        done
        grep -qF -e "$words" "$site/answers.html" || fail "no \"$words\" among the answers"
    done < <(of_answers)
}

@test "the lines of a prediction are on the page as hashes alone" {
    part try.html twice > part
    grep -qF '<template class="asked" data-question="When does stdout write, and what does fork copy?">' part
    run grep -o 'data-answers="[^"]*"' part
    assert_line --index 0 --regexp '^data-answers="[0-9a-f]{8}\|[0-9a-f]{8}"$'
    assert_line --index 1 --regexp '^data-answers="[0-9a-f]{8}( [0-9a-f]{8}){3}"$'
}

@test "answers stand by chapter and exercise, with their sessions, and none has a hint" {
    perl -0ne 'print "$1\n" while m{<h[23][^>]*>(.*?)</h[23]>|(?=\z)}sg' "$site/answers.html" | sed 's/<[^>]*>//g; /^$/d' | plain > heads
    diff - heads <<'END'
Chapter 2: Try
Exercise 2.1: Twice
Exercise 2.2: Who is still writing?
END
    run grep -c 'What the check says</p>' "$site/answers.html"
    assert_output 2
    grep -q 'id="answer-twice"' "$site/answers.html"
    run grep -cF 'Who has it?' "$site/answers.html"
    assert_output 0
}

@test "of an exercise a program shares its chunks with, only what stands in the chapter is said to use them" {
    run grep -o 'used in .*' "$site/preface.html"
    assert_line --partial 'two_children.start.c'
    assert_line --partial 'twice.c'
    refute_output --partial answer
    run grep -F '>begin a check</a>' "$site/indexes.html"
    assert_output '<li><a href="preface.html#begin-a-check" class="xref">begin a check</a></li>'
    run grep -c 'two_children: ' "$site"/*.html
    refute_line --regexp ':[1-9]'
}

@test "the search has exercises by their question, and symptoms" {
    grep -qF '["exercise","2.2 Who is still writing?","2 Try","try.html#two_children","It never ends. Mend it."]' "$site/search-data.js"
    # the last is the row of the section that explains it, counted from 0
    local row
    row=$(grep -oP '^\["symptom","printed twice","2.1 What a copy has","try.html#sy-printed-twice","",\K\d+(?=\])' "$site/search-data.js")
    grep '^\["' "$site/search-data.js" | sed -n "$((row + 1))p" | grep -qF '["section","2.1 What a copy has"'
    row=$(grep -oP '^\["symptom","it hangs: for ever","12.1 A section of it","last.html#sy-it-hangs-for-ever","",\K\d+(?=\])' "$site/search-data.js")
    grep '^\["' "$site/search-data.js" | sed -n "$((row + 1))p" | grep -qF '["section","12.1 A section of it"'
}

@test "symptoms are collected with the section that explains each and the program that shows it" {
    perl -0ne 'print "$1\n" if m{id="symptoms".*?<tbody>(.*?)</tbody>}s' "$site/indexes.html" | sed 's/ style="[^"]*"//g; /<td/!d' > rows
    diff - rows <<'END'
<td>it <code>hangs</code>: for ever</td>
<td><a href="last.html#sy-it-hangs-for-ever" class="xref" title="A section of it">12.1</a></td>
<td></td>
<td>printed twice</td>
<td><a href="try.html#sy-printed-twice" class="xref" title="What a copy has">2.1</a></td>
<td><a href="made-01.html#relay_01_01.c" class="xref"><code>relay_01_01</code></a></td>
END
}

@test "a chapter has the number of its file, and those to come stand before it, without a link" {
    for page in index.html try.html; do
        perl -0ne 'print "$1\n" if m{>2</span> Try</a>.*?(<li class="coming">.*?)\n<li><a href="trial}s' "$site/$page" | sed 's/<ol>$//; s/<\/li>$//; /^<li><a href="last.html#/d; /^<\/ol>/d' > row
        diff - row <<'END'
<li class="coming"><span class="number">3</span> Shared memory <i>to come</i>
<li class="coming"><span class="number">4</span> Queues <i>to come</i>
<li><a href="last.html"><span class="number">12</span> The last</a>
END
    done
    grep -q '<span class="number">Chapter 12</span> The last' "$site/last.html"
}

@test "the pages are valid, their links lead somewhere, and what is started with can be had" {
    run "$root/tests/site/links" "$site"
    assert_success
    for file in twice.start.txt twice.c two_children.start.c; do
        cmp "$site/programs/02-try/exercises/$file" "$BATS_FILE_TMPDIR/book/tangled/02-try/exercises/$file"
    done
    run find "$site/programs" -name '*answer*' -o -name '*wrong*' -o -name '*also*' -o -name '*.session' -path '*exercises*'
    assert_output ''
    needs java
    checked_by "$root/node_modules/vnu-jar/build/dist/vnu.jar" "$site/try.html" "$site/answers.html" "$site/indexes.html" "$site/index.html"
    assert_success
    assert_output ''
}

@test "what a reader does with an exercise in a browser works: predicting, hints, done marks, without a script too" {
    needs browser node
    run env SITE="$site" node --test "$root/tests/site/exercises.test.mjs"
    assert_success
    assert_line --regexp '[#ℹ] pass [1-9]'
}

@test "axe finds nothing on the pages with exercises, light and dark, wide and narrow" {
    needs browser node
    mkdir some
    cp -r "$site"/{css,js,fonts,try.html,answers.html,index.html,favicon.svg} some/
    run node "$root/tests/site/browse.mjs" some
    assert_success
}
