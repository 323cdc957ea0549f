# takes about 15 s
bats_require_minimum_version 1.13.0
load ../lib/assertions
# What would not come out right on a page is told by weave/check, with file and line, and
# stops the making of the pages with the same words, since both are the same code. Tried
# on a small made-up book of two chapters, to which each test adds a third.

setup_file() {
    local root
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    export base=$BATS_FILE_TMPDIR/base
    "$root/tools/made-up-book" --small 2 "$base"
    sed -i 's/^- 02-made-02/&\n- 03-try/' "$base/book.nw"
}

setup() {
    cp -a "$base" "$BATS_TEST_TMPDIR/book"
    cd "$BATS_TEST_TMPDIR/book" || return
}

# chapter: takes the text of chapter 03-try from standard input, below its heading,
# which is on line 1; the text begins on line 3.
chapter() { { printf '# Try {#try}\n\n'; cat; } > chapters/03-try.nw; }

# told LINE MESSAGE: weave/check finds MESSAGE on that line of the chapter.
told() {
    run weave/check book.nw chapters/0*.nw chapters/[A-Z]*.nw
    assert_failure 1
    assert_line "chapters/03-try.nw:$1: $2"
    refute_output --partial traceback
}

# fine: weave/check finds nothing.
fine() {
    run weave/check book.nw chapters/0*.nw chapters/[A-Z]*.nw
    assert_success
    assert_output ''
}

# --- Names -------------------------------------------------------------------

# pair NAME OTHER: a chapter with two chunks of these names, on lines 7 and 11.
pair() { printf '<<try.c>>=\n<<%s>>\n<<%s>>\n@\n<<%s>>=\nint a;\n@\n\n<<%s>>=\nint b;\n@\n' "$1" "$2" "$1" "$2" | chapter; }

@test "two chunks whose names differ in punctuation alone are told, with both lines" {
    for names in 'open the file|open (the) file' 'n > 1|n < 1' 'C kind|C++ kind' 'make it: go|make it, go' '+|-'; do
        pair "${names%|*}" "${names#*|}"
        run weave/check book.nw chapters/0*.nw chapters/[A-Z]*.nw
        assert_failure 1
        assert_line --regexp "^chapters/03-try\.nw:11: the chunk <<.*>> and the chunk <<.*>> \(chapters/03-try\.nw:7\) would both be \".*\" on the page try\.html; give one of them another name \[id\]$"
    done
}

@test "names that differ in a letter, a digit, - or _ are two" {
    for names in 'read full|read_full' 'a 1|a 2' 'say it|say it now' 'ü|ö' '漢|字'; do
        pair "${names%|*}" "${names#*|}"
        fine
    done
}

@test "the second part of a chunk and a chunk with its number are told" {
    pair 'say it' 'say it 2'
    printf '\n<<say it>>=\nint c;\n@\n' >> chapters/03-try.nw
    told 15 'the chunk <<say it>> and the chunk <<say it 2>> (chapters/03-try.nw:11) would both be "say-it-2" on the page try.html; give one of them another name [id]'
}

@test "a chunk and a section, a figure, a table or a claim with one id are told" {
    printf '## Close {#close}\n\n<<try.c>>=\n<<close>>\n@\n\n<<close>>=\nint a;\n@\n' | chapter
    told 9 'the chunk <<close>> and the section {#close} (chapters/03-try.nw:3) would both be "close" on the page try.html; give one of them another name [id]'
    printf '| a |\n| - |\n| b |\n\nTable: A table. {#close}\n\n<<try.c>>=\n<<close>>\n@\n\n<<close>>=\nint a;\n@\n' | chapter
    told 13 'the chunk <<close>> and the table {#close} (chapters/03-try.nw:7) would both be "close" on the page try.html; give one of them another name [id]'
    printf 'It [closes]{#close .claim .holds}.\n\n<<try.c>>=\n<<close>>\n@\n\n<<close>>=\nint a;\n@\n' | chapter
    told 9 'the chunk <<close>> and the claim {#close} (chapters/03-try.nw:3) would both be "close" on the page try.html; give one of them another name [id]'
}

@test "an id that another chapter has, as a section or a chunk that is referred to, is told" {
    printf '## Again {#made-01}\n' | chapter
    told 3 'the section {#made-01} and the chapter {#made-01} (chapters/01-made-01.nw:1) would both be the id "made-01"; give one of them another name [id]'
    printf '<<try.c>>=\n<<made 01>>\n@\n\n<<made 01>>=\nint a;\n@\n' | chapter
    told 7 'the chunk <<made 01>> and the chapter {#made-01} (chapters/01-made-01.nw:1) would both be meant by [](#made-01); give one of them another name [id]'
}

@test "a program that another chapter has, too, is told with both lines" {
    local program
    program=$(sed -n 's/^<<\(.*\.c\)>>=$/\1/p' chapters/01-made-01.nw)
    printf '<<%s>>=\nint a;\n@\n' "$program" | chapter
    told 3 "the program $program stands twice, first at chapters/01-made-01.nw:$(grep -n "^<<$program>>=" chapters/01-made-01.nw | cut -d: -f1) [id]"
}

@test "two things with one page are told" {
    printf '<<x.c>>=\nint a;\n@\n' | chapter
    printf '# More {#try-x}\n' > chapters/try-x.nw
    run weave/check book.nw chapters/03-try.nw chapters/try-x.nw chapters/[A-Z]*.nw
    assert_failure 1
    assert_line "chapters/try-x.nw:1: the chapter and the program x.c (chapters/03-try.nw:3) would both be the page try-x.html; give one of them another name [id]"
}

@test "an id of the page's own, or of a claim's record, is told" {
    printf '## Contents {#contents}\n' | chapter
    told 3 'the section {#contents} and a part of the page (the page itself) would both be "contents" on the page try.html; give one of them another name [id]'
    printf '# Record {#record}\n\n## One {#trial-M1001}\n\n::: {.collected of=claims}\n:::\n' > chapters/A-trial.nw
    printf 'Nothing.\n' | chapter
    run weave/check book.nw chapters/0*.nw chapters/[A-Z]*.nw
    assert_failure 1
    assert_output --partial 'the record of the claim M1001'
}

# --- References, calls, figures ---------------------------------------------------

@test "a reference that leads nowhere is told, with what may be meant" {
    printf 'See [](#made-1) and [there](#nowhere-at-all).\n' | chapter
    told 3 'the cross reference "#made-1" leads nowhere; did you mean "made-01"? [reference]'
    told 3 'the cross reference "#nowhere-at-all" leads nowhere [reference]'
}

@test "a call without a manual page is told" {
    printf 'A `pipeee(2)` is none, a `read(2)` is one.\n' | chapter
    told 3 'no manual page pipeee(2) is known; did you mean "pipe(2)"?; if there is one, run make manual [manual]'
    refute_output --partial 'read(2) is known'
}

@test "a figure without source, id or alt text, or of another kind, is told" {
    printf '![A.](nosuch){#fig-a alt="a"}\n\n![B.](ring1){alt="b"}\n\n![C.](ring1){#fig-c}\n\n![D.](dot.png){#fig-d alt="d"}\n' | chapter
    told 3 'the figure assets/figures/nosuch.pikchr is not there [figure]'
    told 5 'the figure ring1 has no id, {#fig-...} [figure]'
    told 7 'the figure ring1 has no alt text, {alt="..."} [figure]'
    told 9 'the figure dot.png: only drawings in assets/figures/NAME.pikchr can be shown in every format; write ![...](NAME) [figure]'
    printf 'A ![picture](ring1) within a sentence.\n' | chapter
    told 3 'the picture ring1 stands within a sentence; a figure is a paragraph of its own [figure]'
}

# --- Blocks ----------------------------------------------------------------------

@test "a block or words of a class that nobody knows are told" {
    printf '::: asid\nWords.\n:::\n\n[Words]{.small}.\n' | chapter
    told 3 'unknown block ::: asid; did you mean "aside"?; there are answer, aside, claim, collected, hint, listing [block]'
    told 7 'unknown class .small on words; there are .claim, .index and .symptom [block]'
}

@test "code that nothing compiles is told in every form of a block" {
    printf '    int a;\n\n```c\nint b;\n```\n\n~~~ {.c}\nint c;\n~~~\n\n```text\n#include <stdio.h>\n```\n\n```console\n$ ls\n```\n\n> ```\n> x\n> ```\n' | chapter
    told 3 'a block of code that is no chunk; if it is one by mistake, do not indent it, else give it a fence with a class (```text) [loose]'
    told 6 'a block of c that nothing compiles; make it a chunk or say it in words [loose]'
    told 14 'C that nothing compiles; make it a chunk or say it in words [loose]'
    told 18 'a session that nobody runs; make it a chunk <<NAME.session>> [loose]'
    printf '```sh\nmake book\n```\n\n```text\nsome words\n```\n' | chapter
    fine
}

@test "a chunk that pandoc would swallow is told" {
    printf '```text\n\n<<try.c>>=\nint a;\n@\n```\n\n<!--\n\n<<more.c>>=\nint a;\n@\n-->\n' | chapter
    told 12 'the chunk <<more.c>> does not come out on the page; it stands in a fence, a comment or a title block that is not closed [block]'
}

@test "a session in two pieces is told" {
    printf '<<try.c>>=\nint a;\n@\n\n<<try.session>>=\n$ true\n@\n\n<<try.session>>=\n$ false\n[exit 1]\n@\n' | chapter
    told 11 '<<try.session>> goes on here; a session stands in one piece [session]'
}

@test "raw text of one format is told" {
    printf 'A <b>bold</b> \\ref{x} word.\n\n```{=html}\n<p>\n```\n\n```{=nwchunk}\n1\n```\n' | chapter
    told 3 'raw html, which only one format shows: <b> [raw]'
    told 3 'raw tex, which only one format shows: \ref{x} [raw]'
    told 6 'raw html, which only one format shows: <p> [raw]'
    assert_line --partial 'nwchunk is what the press itself writes'
}

@test "a list that is not collected, and a file that cannot be listed, are told" {
    printf '::: {.collected of=claim}\n:::\n\n::: {.listing file=nosuch}\n:::\n\n::: {.listing file=chapters}\n:::\n' | chapter
    told 3 'nothing is collected under "claim"; did you mean "claims"? [collected]'
    told 6 'the listed file nosuch is not there [listing]'
    told 9 'the listed file chapters cannot be read: chapters: is a folder [listing]'
}

@test "a formula that pandoc cannot read is told, one that it can is shown" {
    printf 'It takes $n \\cdot \\frac{a}{b}$ steps.\n\n$$ \\sum_i x_i $$\n' | chapter
    fine
    printf 'It is $\\frac{a$.\n' | chapter
    run weave/check book.nw chapters/0*.nw chapters/[A-Z]*.nw
    assert_failure 1
    assert_line --regexp '^chapters/03-try\.nw:3: Could not convert TeX math .* \[pandoc\]$'
}

@test "a claim without id or verdict, headings without id, two titles are told" {
    printf '::: {.claim .holds}\nA.\n\nB.\n:::\n\nIt [is]{.claim #X1}.\n\n## Naked\n\n# Second {#second}\n' | chapter
    told 3 'a claim without an id, {.claim #ID .VERDICT} [claim]'
    told 9 'claim X1 has no verdict; there are holds, holds-if, outdated, wrong, untestable, missing [claim]'
    told 13 'a second heading of level 1, "Second"; a chapter has one [heading]'
}

# --- The subject index ---------------------------------------------------------------

@test "entries of the index are accepted everywhere but in a heading: within a claim, around one, in a table, a caption, a note" {
    printf 'X1\t03-try\nX2\t03-try\n' >> chapters/ledger.tsv
    chapter <<'END'
A [pipe]{.index} [*waits*]{.index entry="pipe: waiting"}[]{.index entry="`read(2)`: of a pipe"}. It
[holds [much]{.index}]{#X1 .claim .holds}, and @[[more]{#X2 .claim .holds}]{.index}.
[]{.index entry="hang" see="pipe: waiting"}

| a |
| - |
| [cell]{.index} |

Table: A [table]{.index}. {#tbl-x}

![A [figure]{.index}.](ring1){#fig-x alt="a"}

A note.[^n]

[^n]: The [note]{.index}.
END
    fine
}

@test "an entry of the index that is empty, too deep, or has other attributes is told with its line" {
    chapter <<'END'
The [words]{.index entry=""}
[]{.index}
[a]{.index entry="a: b: c"}
[b]{.index entry=": c"}
[c]{.index entri="c"}
[d]{#d .index}
[e]{.index .code}
[f]{.index entry="`f"}
[g]{.index see="a: b: c"}
[h]{#X1 .claim .holds truth="A [h]{.index}."}

## A [head]{.index} {#head}
END
    told 3 'an index entry is empty [index]'
    told 4 'an index entry is empty [index]'
    told 5 'an index entry "a: b: c" has more than two levels; write "HEAD: SUB" [index]'
    told 6 'an index entry ": c" has nothing before or behind its colon [index]'
    told 7 'an index entry has no attribute "entri"; it takes entry="..." and see="..." [index]'
    told 8 'an index entry has no id, #d; it takes entry="..." and see="..." [index]'
    told 9 'an index entry has no other class, .code; it takes entry="..." and see="..." [index]'
    told 10 'an index entry "`f" has a backtick without another [index]'
    told 11 'what an index entry refers to "a: b: c" has more than two levels; write "HEAD: SUB" [index]'
    told 12 'an index entry stands in a truth="..."; put it into the text beside it [index]'
    told 14 'an index entry stands in a heading; put it into the text beside it [index]'
}

@test "two entries of the index that differ in case or markup alone are told with both lines, also from chapter to chapter" {
    printf 'An [EOF]{.index}, an [*EOF*]{.index},\nan [eof]{.index},\nan [`EOF`]{.index},\n[x]{.index entry="EOF: `a`"}\n[x]{.index entry="EOF: A"}.\n' | chapter
    told 4 'the index entry "eof" and "EOF" (chapters/03-try.nw:3) differ in case or markup alone; write one of them [index]'
    told 5 'the index entry "`EOF`" and "EOF" (chapters/03-try.nw:3) differ in case or markup alone; write one of them [index]'
    told 7 'the index entry "EOF: A" and "EOF: `a`" (chapters/03-try.nw:6) differ in case or markup alone; write one of them [index]'
    printf '\nThe [Eof]{.index}.\n' >> chapters/01-made-01.nw
    told 3 "the index entry \"EOF\" and \"Eof\" (chapters/01-made-01.nw:$(grep -n 'Eof' chapters/01-made-01.nw | cut -d: -f1)) differ in case or markup alone; write one of them [index]"
}

@test "an entry of the index that refers to none is told, with what may be meant" {
    printf 'A [deadlock]{.index}.[]{.index entry="hang" see="deadlok"}\n[]{.index entry="hang" see="deadlock: four"}\n' | chapter
    told 3 'the index has no entry "deadlok"; did you mean "deadlock"? [index]'
    told 4 'the index has no entry "deadlock: four" [index]'
}

# --- The same words stop the build ----------------------------------------------------

@test "the pages are not made of what weave/check refuses, and say why in the same words" {
    printf 'See [](#nowhere-at-all).\n' | chapter
    run env -u MAKEFLAGS -u MAKELEVEL make html
    assert_failure
    assert_line 'weave: chapters/03-try.nw:3: the cross reference "#nowhere-at-all" leads nowhere'
}

# --- Exercises and symptoms --------------------------------------------------------

@test "a hint or an answer outside of an exercise, and a second answer, are told" {
    printf '::: hint\nThink.\n:::\n\n## One {#one}\n\n::: answer\nSo.\n:::\n' | chapter
    told 3 '::: hint stands outside of an exercise [exercise]'
    told 9 '::: answer stands outside of an exercise [exercise]'
    printf '### It {#it .exercise .mend minutes=5}\n\n::: answer\nSo.\n:::\n\n::: answer\nOr so.\n:::\n' | chapter
    told 9 'the exercise "it" has two answers; the other right ones are its also-WORD [exercise]'
}

@test "an exercise of no level, without minutes, or that is no heading of level 3, is told" {
    printf '### It {#it .exercise minutes=5}\n\n### That {#that .exercise .make}\n\n## Those {#those .exercise .make minutes=5}\n' | chapter
    told 3 'the exercise "it" has no level, .predict, .mend or .make [exercise]'
    told 5 'the exercise "that" does not say how long it takes, minutes=15 [exercise]'
    told 7 'an exercise is a heading of level 3 [exercise]'
}

@test "exercises whose answers no chapter collects are told" {
    printf '### It {#it .exercise .mend minutes=5}\n' | chapter
    told 3 'the answer of the exercise is shown nowhere; one chapter of the book collects them, ::: {.collected of=answers} [exercise]'
    printf '### It {#it .exercise .mend minutes=5}\n\n## Answers {#answers}\n\n::: {.collected of=answers}\n:::\n' | chapter
    fine
}

@test "a prediction without an answer, or whose check asks nothing, is told" {
    printf '### It {#it .exercise .predict minutes=5}\n\n::: answer\n<<it.check>>=\npredicted it\n@\n:::\n' | chapter
    told 6 "the check of it has no line predicted 'QUESTION' [exercise]"
    printf "### It {#it .exercise .predict minutes=5}\n\n::: answer\n<<it.check>>=\npredicted 'Who?'\n@\n:::\n" | chapter
    told 3 'it has no answer, <<it.answer.txt>> [exercise]'
}

@test "an entry of an index, a claim, a section or a chunk in a hint or an answer, where nobody may be led to, is told" {
    printf '### It {#it .exercise .mend minutes=5}\n\n::: hint\nA [word]{.index}.\n:::\n\n::: answer\n[It stops]{.symptom} and [is](#it), [it is said]{#X1 .claim .holds}.\n:::\n' | chapter
    told 6 'an index entry stands in a hint; put it into the text [index]'
    told 10 'an index entry stands in an answer; put it into the text [index]'
    told 10 'the claim {#X1} stands in an answer, where nothing can lead; put it into the text [exercise]'
    printf '### It {#it .exercise .mend minutes=5}\n\n::: hint\n<<it: do it>>=\nx\n@\n:::\n\n::: answer\n#### More {#more}\n:::\n' | chapter
    told 6 'the chunk <<it: do it>> stands in a hint; a hint is made of words [exercise]'
    told 12 'the section {#more} stands in an answer, where nothing can lead; put it into the text [exercise]'
}

@test "a symptom of a program that is not there, and two that differ in case or markup alone, are told" {
    local program
    program=$(sed -n 's/^<<\(.*\)\.c>>=$/\1/p' chapters/01-made-01.nw)
    printf 'It [hangs]{.symptom program="%s"}.\n\n[]{.symptom entry="`Hangs`" program="%sx"}\n\n[]{.symptom entry="a" see="b"}\n' "$program" "$program" | chapter
    told 5 "the symptom \"\`Hangs\`\" and \"hangs\" (chapters/03-try.nw:3) differ in case or markup alone; write one of them [symptom]"
    told 5 "the symptom \"\`Hangs\`\": there is no program ${program}x; did you mean \"$program\"? [symptom]"
    told 7 'a symptom has no attribute "see"; it takes entry="..." and program="..." [index]'
    printf 'It [hangs: so]{.symptom program="%s"}, and\n[]{.symptom entry="hangs: so"} again.\n' "$program" | chapter
    fine
}
