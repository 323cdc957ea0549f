# shellcheck disable=SC2154 # helpers.bash sets it
bats_require_minimum_version 1.13.0
load ../lib/helpers
load small_book
# tools/statements: which sentences state a rule, and what holds them; says: a test is red
# when its chapter no longer has the words that it quotes.

setup_file() {
    root=${BATS_TEST_DIRNAME%/*/*}
    small_book "$BATS_FILE_TMPDIR/book"
    cp -r "$root/weave" .
    cp "$root/tests/run" tests/
    cp "$root"/chapters/{verdicts,manual}.tsv chapters/
    ln -s "$root/node_modules" node_modules
    printf 'Q1\t01-one\nQ2\t01-one\n' > chapters/ledger.tsv
    sed -i '/^The chunk is deep/{
        r /dev/stdin
        G
    }' chapters/01-one.nw <<'END'

The *first* of them [never
waits, whoever]{#Q1 .claim .holds} asks. A pipe is **always** read by
`read(2)`, as [](#two) says, and 'nobody' knows "why" -- not even [the
kernel](#two). It cannot be so, for POSIX says otherwise. The page is one of 4,096 bytes.
One gets `EPIPE` or 7 here. A note matters only sometimes.[^n] Plain words hold
nothing back? No: and e.g. Every word counts. `fork(2)` begins a sentence.

[^n]: In a footnote any rule stands; fs/pipe.c has it.

::: {.claim #Q2 .wrong}
It must be so.

That is for good.
:::

| what | how |
| ---- | --- |
| full | write waits, at once |

END
    mkdir -p tests/01-one tests/02-two
    export BOOK="$PWD"
    make -s build
}

setup() {
    book_setup
    cp -r "$BOOK" book
    cd book || return
}

# tests_are: standard input becomes the tests of the program a, %test being @test, which
# Bats takes for its own anywhere.
tests_are() { { printf 'bats_require_minimum_version 1.13.0\nload ../lib/helpers\n'; sed 's/^%/@/'; } > tests/01-one/a.bats; }

# state WORDS: that of the one sentence with these words
state() { tools/statements --all 01-one | grep -F -e "$1" | sed 's/^[^ ]* //; s/:.*//'; }

@test "a sentence that states a rule is open, unless it is a claim, names its source, or is shown" {
    run state 'never waits, whoever asks'
    assert_output claim
    run state 'always read by'
    assert_output open
    run state 'It cannot be so'
    assert_output sourced
    run state '4,096'
    assert_output open
    run state 'EPIPE'
    assert_output open
    run state 'any rule stands'
    assert_output sourced
    run state 'for good'
    assert_output open
    run state 'full | write waits'
    assert_output open
    run state 'begins a sentence'
    assert_output plain
    printf '\n<<a.session>>=\n$ ./a\n7 EPIPE\n@\n' >> chapters/02-two.nw
    sed -i '/^<<a.session/,/^@/s/^it$/EPIPE 7/' chapters/01-one.nw
    run state 'EPIPE'
    assert_output shown
}

@test "the file and the line of an open sentence are told, and how many there are" {
    run tools/statements 01-one
    assert_success
    assert_line "chapters/01-one.nw:$(grep -n 'That is for good' chapters/01-one.nw | cut -d: -f1): That is for good. [for good]"
    assert_line --regexp '^[0-9]+ open of [0-9]+ that state a rule: 0 tried, 2 claims'
    run tools/statements 09-none
    assert_failure 2
}

@test "a sentence ends where the next begins, not at an abbreviation, and keeps its footnote" {
    run tools/statements --all 01-one
    assert_line --partial ': A note matters only sometimes.'
    assert_line --partial ': fork(2) begins a sentence.'
    assert_line --partial ': No: and e.g. Every word counts.'
}

@test "a line break, emphasis, code, a link, a claim and quotes within what is quoted are no obstacle" {
    tests_are <<'END'
%test "one" {
    says "The first of them never waits, whoever asks."
    says 'A pipe is always read by read(2), as [] says'
    says "and nobody knows why -- not even the kernel"
    says 'The *first* of them [never waits, whoever]{#Q1 .claim .holds} asks.'
    says "full | write waits, at once"
}
END
    make -s out/build/statements.tsv
    run "$root/node_modules/bats/bin/bats" tests/01-one/a.bats
    assert_success
    run state 'always read by'
    assert_output tried
    run tools/statements --all 01-one
    assert_line '    tests/01-one/a.bats:5: one'
}

@test "a quote that the chapter no longer has is red, with file, line and the nearest sentence" {
    tests_are <<'END'
%test "one" {
    says "a pipe is sometimes read by"
}
END
    run tools/statements 01-one
    assert_failure 1
    assert_line --regexp '^tests/01-one/a.bats:4: chapters/01-one.nw no longer says "a pipe is sometimes read by"; the nearest is chapters/01-one.nw:[0-9]+: "A pipe is always read by'
    run "$root/node_modules/bats/bin/bats" tests/01-one/a.bats
    assert_failure
    assert_output --partial 'in test file tests/01-one/a.bats, line 4'
    assert_output --partial 'no longer says "a pipe is sometimes read by"; the nearest is chapters/01-one.nw:'
}

@test "a quote in two sentences, of two words, put together by the shell or unknown is red" {
    printf '\nA pipe is always read by somebody. Nothing is here.\n' >> chapters/01-one.nw
    tests_are <<'END'
%test "one" { :
    says "A pipe is always read by"
}
%test "two" { :
    says "pipe is"
}
%test "three" { :
    x=never
    says "of them $x waits, whoever"
}
%test "four" { :
    says --in 07-none "of them never waits"
}
END
    run tools/statements
    assert_failure 1
    assert_line --regexp '^tests/01-one/a.bats:4: "A pipe is always read by" stands in 2 sentences of chapters/01-one.nw, lines [0-9]+, [0-9]+; '
    assert_line --partial 'a.bats:7: "pipe is" is too short'
    assert_line --partial 'a.bats:11: what says quotes has to be one word of the shell'
    assert_line --partial 'a.bats:14: there is no chapter 07-none'
    run "$root/node_modules/bats/bin/bats" tests/01-one/a.bats
    assert_failure
    assert_equal "$(grep -c '^not ok' <<< "$output")" 4
}

@test "a word of the rule that no quote has in it is open: it could be changed and no test would know" {
    printf '\nIt must hold 16 pages, and never more than 17.\n' >> chapters/01-one.nw
    tests_are <<'END'
%test "one" { :
    says "It must hold 16 pages"
}
END
    run tools/statements 01-one
    assert_line --partial ': It must hold 16 pages, and never more than 17. [never, 17]'
    sed -i 's/16 pages"/16 pages, and"/; /says/a\    says "and never more than 17"' tests/01-one/a.bats
    run state 'It must hold'
    assert_output tried
}

@test "the report says which sentences are tried, and how those tests ended" {
    tests_are <<'END'
%test "it is [Q1] [Q2]" {
    says "one of 4,096 bytes"
    holds_session
}
%test "it is not" {
    says "That is for good"
    false
}
END
    cp tests/01-one/a.bats tests/01-one/rules-more.bats
    sed -i 's/holds_session/true/; s/4,096 bytes"/4,096 bytes."/' tests/01-one/rules-more.bats
    run tests/run tests/01-one/a.bats tests/01-one/rules-more.bats
    assert_failure 1
    assert_line --regexp '^sentences that state a rule and are neither tried, claimed, sourced nor shown: 01-one [0-9]+ of [0-9]+'
    run grep -F '4,096' out/report/statements.tsv
    assert_line "$(printf '01-one\ttried\tThe page is one of 4,096 bytes.\ttests/01-one/a.bats\tit is [Q1] [Q2]\tpassed')"
    assert_line "$(printf '01-one\ttried\tThe page is one of 4,096 bytes.\ttests/01-one/rules-more.bats\tit is [Q1] [Q2]\tpassed')"
    run grep -F 'for good' out/report/statements.tsv
    assert_line "$(printf '01-one\ttried\tThat is for good.\ttests/01-one/a.bats\tit is not\tfailed')"
}

@test "a sentence begins with code, too, when that is an entry of the index, a claim or emphasized" {
    cat >> chapters/01-one.nw <<'END'

Words alone are weak. [`read(2)`]{.index} never sleeps. It ends so.
[`fork(2)` must end]{#Q1 .claim .holds}. It is so. *`wait(2)`* is any call.
END
    sed -i 's/{#Q1 .claim .holds} asks/ asks/; s/\[never$/never/; s/^waits, whoever\]/waits, whoever/' chapters/01-one.nw
    run tools/statements --all 01-one
    assert_line --partial ': plain: Words alone are weak.'
    assert_line --partial ': open: read(2) never sleeps. [never]'
    assert_line --partial ': claim: fork(2) must end. [must]'
    assert_line --partial ': open: wait(2) is any call. [any]'
}

@test "a claim holds what it covers of a sentence, not what else that says" {
    sed -i 's/^waits, whoever\].*/waits, whoever]{#Q1 .claim .holds} asks, and must do so. He/; s/^\(The [*]first.* \[\)never$/\1never/' chapters/01-one.nw
    run state 'whoever asks, and must do so'
    assert_output open
}

@test "a page that is named, what a call does, standard output and POSIX in passing are no source" {
    cat >> chapters/01-one.nw <<'END'

One always waits (`read(2)`). Two must wait, and `read(2)` tells every reader so.
Three goes to the standard output only. Four holds on any POSIX system.
Five must wait, as `read(2)` says. Six, says POSIX.1-2024, is never there.
Seven holds always, unlike in C, and `pipe(7)` tells why. Eight is not what the C standard demands of any program.
Nine returns 0, and it is (4,095 bytes) long. Ten gets `WNOHANG` and `_SC_OPEN`. Eleven can't be.
END
    run tools/statements --all 01-one
    for word in One Two Three Four Nine Ten Eleven; do assert_line --partial ": open: $word "; done
    for word in Five Six, Seven Eight; do assert_line --partial ": sourced: $word "; done
    assert_line --partial ': open: Nine returns 0, and it is (4,095 bytes) long. [0, 4,095]'
    assert_line --partial ': open: Ten gets WNOHANG and _SC_OPEN. [WNOHANG, _SC_OPEN]'
}

@test "a number that no session prints is open, 0 too, and one that a command has" {
    printf '\nZero returns 0 here. Twelve has 4711 in it.\n' >> chapters/01-one.nw
    sed -i 's/^\$ \.\/b$/$ .\/b 4711/' chapters/01-one.nw tangled/01-one/b.session 
    run state 'Zero returns'
    assert_output open
    run state 'Twelve has'
    assert_output open
}

@test "the line is that of the sentence, whatever stands in braces and brackets before it" {
    cat >> chapters/01-one.nw <<'END'

[One]{.index entry="a long entry: of many words that nobody reads, so that it is long
enough"} is here. [Two]{.index
entry="another long entry that has many words: as many as the first one"} is there.

Between them is a paragraph.

[Three](#two) is [](#two) never [never](#two) far.
[Four]{.index entry="yet another entry: with many words of its own"} must follow.
END
    line() { grep -n "^$1" chapters/01-one.nw | cut -d: -f1; }
    run tools/statements --all 01-one
    assert_line "chapters/01-one.nw:$(line '\[One'): plain: One is here."
    assert_line "chapters/01-one.nw:$(line 'enough'): plain: Two is there."
    assert_line "chapters/01-one.nw:$(line 'Between'): plain: Between them is a paragraph."
    assert_line "chapters/01-one.nw:$(line '\[Three'): open: Three is [] never never far. [never]"
    assert_line "chapters/01-one.nw:$(line '\[Four'): open: Four must follow. [must]"
}

@test "a quote that is true of a part of a word or of another name is red" {
    printf '\nThe caller cannot wait forever. The name `_exit` never returns.\n' >> chapters/01-one.nw
    tests_are <<'END'
%test "one" { :
    says "The caller can"
    says "annot wait forever"
    says "The name exit never returns"
}
%test "two" { :
    says "The caller cannot wait forever."
    says "name _exit never returns"
    says 'The name `_exit` *never* returns'
}
END
    run tools/statements
    assert_failure 1
    for line in 4 5 6; do assert_line --partial "tests/01-one/a.bats:$line: chapters/01-one.nw no longer says"; done
    refute_line --regexp '^tests/01-one/a.bats:(8|9|10):'
}

@test "what is copied from the source or from the page is found" {
    cat >> chapters/01-one.nw <<'END'

It sits in the middle []{.index entry="here"}. The call [[x->y]]
-- isn't that "odd"-- must[^k] be _so_... and `a*b` is, too.

[^k]: Not [](#two) here.
END
    tests_are <<'END'
%test "one" { :
    says "It sits in the middle."
}
%test "two" { :
    says 'sits in the middle []{.index entry="here"}.'
    says "The call [[x->y]] --"
}
%test "three" { :
    says "The call x->y – isn’t that “odd”"
    says "– must be so… and a*b is"
    says '-- must[^k] be _so_... and `a*b` is, too.'
}
END
    run tools/statements
    assert_success
    run tools/statements --all 01-one
    refute_line --partial 'no longer'
    run env LC_ALL=C "$root/node_modules/bats/bin/bats" tests/01-one/a.bats
    assert_success
}

@test "a quote outside of a test is red, and one in a test named in other quotes is its own" {
    tests_are <<'END'
says_it() {
    says "A pipe is always read by"
}
%test "one" { :
    says_it
}
setup() {
    says "It cannot be so"
}
%test 'two' { :
    says "Plain words hold nothing back"
}
END
    run tools/statements
    assert_failure 1
    assert_line --regexp '^tests/01-one/a.bats:4: says stands outside of a test'
    assert_line --regexp '^tests/01-one/a.bats:10: says stands outside of a test'
    run tools/statements --all 01-one
    assert_line '    tests/01-one/a.bats:13: two'
}

@test "the pages are made anew when only what is tried has changed" {
    mkdir -p out/report
    : > out/report/statements.tsv
    run make -pn html
    assert_line --regexp '^REPORT :=.* out/report/statements.tsv'
}

@test "two claims in a sentence hold what both cover, and a quote holds the place where it stands" {
    cat >> chapters/01-one.nw <<'END'

[One never waits]{#Q3 .claim .holds} here and [two always do]{#Q4 .claim .holds}.
Whoever cannot read and can never write, can never sleep.
END
    printf 'Q3\t01-one\nQ4\t01-one\n' >> chapters/ledger.tsv
    tests_are <<'END'
%test "one" {
    says "can never sleep"
}
END
    run state 'One never waits'
    assert_output claim
    run tools/statements --all 01-one
    assert_line --partial ': open: Whoever cannot read and can never write, can never sleep. [cannot, never]'
}

@test "on the page a tried sentence is marked, wherever it stands, and stays what it was" {
    needs browser
    cp -r "$root/assets" .
    find assets/figures -name '*.pikchr' ! -name ring.pikchr -delete
    touch LICENSE-CODE LICENSE-TEXT
    cat >> chapters/01-one.nw <<'END'

It is `a<b` & "so"[^k] in [Two](#two) here,\
after a break. [It ends]{.index} here.\
It is the third one.

- In a list it stands so.

An aside:
:   A definition is so.

![One picture is here. Another is not.](ring){#fig-ring alt="a ring"}

| what | how |
| ---- | --- |
| *a* is | `b` |

Table: A caption is so. {#tbl-x}

[^k]: A note is so.
END
    tests_are <<'END'
%test "<b> & \"c\" [Q1] [Q2]" {
    says 'It is a<b & "so" in Two here, after'
    says "It is the third one"
    says "In a list it stands"
    says "A definition is so"
    says "One picture is here"
    says "a is | b"
    says "A caption is so"
    says "A note is so"
    holds_session
}
END
    run tests/run tests/01-one/a.bats
    assert_success
    run make html
    assert_success
    page=$(tr '\n' ' ' < out/html/one.html)
    mark='<span class="tried" data-tests="&lt;b&gt; &amp; &quot;c&quot; (a.bats): passed">'
    for words in 'It is <code>a&lt;b</code> &amp; “so”<a href="#fn' 'It is the third one.</span></p>' 'In a list it stands so.</span></li>' \
        'A definition is so.</span> </dd>' 'One picture is here.</span> Another is not.' '<em>a</em> is</span></td>' \
        'A caption is so.</span></caption>' 'A note is so.</span><a '; do
        [[ $page == *"$mark$words"* ]] || fail "not marked: $words"
    done
    [[ $page == *'</span> here.<br> <span class="tried"'* ]] || fail 'a line that was broken is not'
}

@test "the question, the hints and the answer of an exercise are prose of the book, with their lines" {
    local at
    at=$(wc -l < chapters/01-one.nw)
    printf '\n### It {#it .exercise .mend minutes=5}\n\nAsk nothing of it.\n\n::: hint\nWho cannot see it?\n:::\n\n::: answer\nAnybody can, always.\n:::\n' >> chapters/01-one.nw
    printf '%%test "x" {\n    says "Ask nothing of it"\n}\n' | tests_are
    run tools/statements --all 01-one
    assert_line --partial ":$((at + 4)): tried: Ask nothing of it. [nothing]"
    assert_line --partial ":$((at + 7)): open: Who cannot see it? [cannot]"
    assert_line --partial ":$((at + 11)): open: Anybody can, always. [always]"
}
