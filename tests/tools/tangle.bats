# shellcheck disable=SC2030,SC2031,SC2086  # what run sets; words
# takes about 60 s
bats_require_minimum_version 1.13.0
load ../lib/assertions
load small_book
# tools/tangle: what it makes, what it leaves alone, and how it fails. Each test
# works in a small book of its own, beside a copy of the tools.

setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    book=$BATS_TEST_TMPDIR/book
    small_book "$book"
}

# everything in the three folders that a tangle writes, with its time
state() { find tangled out -type f ! -path '*/report/*' -printf '%p %T@ %s\n' 2>/dev/null | sort; }

# nothing temporary may be left
no_traces() { run -0 find . -name '.tangle*'; assert_output ''; }

@test "each root chunk becomes a file, as notangle itself makes it" {
    run -0 tools/tangle
    assert_output ''
    run -0 find tangled -type f
    assert_equal "$(sort <<< "$output")" "tangled/01-one/a.c
tangled/01-one/a.session
tangled/01-one/b.c
tangled/01-one/b.session
tangled/02-two/c.c
tangled/02-two/c.session"
    for name in a.c a.session b.c b.session; do
        notangle "-R$name" book.nw chapters/01-one.nw | cmp - "tangled/01-one/$name"
    done
    no_traces
}

@test "a chunk that is indented by eight blanks or more gets no tab" {
    tools/tangle 01-one
    run -1 grep -r $'\t' tangled out/build
    run -0 grep -n '^                return EXIT_FAILURE;$' tangled/01-one/a.c
    run -0 grep -c '' tangled/01-one/a.c
}

@test "what is made compiles with plain cc and does what its session says" {
    tools/tangle
    cc -o a tangled/01-one/a.c
    run -0 ./a
    assert_output 'it'
    cc -o b tangled/01-one/b.c
    run -2 ./b
}

@test "a second tangle changes no file and no time" {
    tools/tangle
    local before
    before=$(state)
    touch -d '2001-01-01' tangled/01-one/a.c
    before=$(state)
    tools/tangle
    assert_equal "$(state)" "$before"
}

@test "one changed chunk changes only the files that it goes into" {
    tools/tangle
    touch -d '2001-01-01' tangled/01-one/* out/build/01-one/*
    sed -i 's/return 1 @<< 1/return 1 @<< 2/' chapters/01-one.nw
    tools/tangle 01-one
    run -0 find tangled out/build -newermt '2002-01-01' -path '*01-one/*'
    assert_equal "$(sort <<< "$output")" "out/build/01-one/b.c
tangled/01-one/b.c"
}

@test "a file whose root is gone is removed, in tangled, in out/build and its program" {
    tools/tangle
    mkdir -p out/bin/01-one
    touch out/bin/01-one/a out/bin/01-one/b
    sed -i '/^<<b.c>>=/,$d' chapters/01-one.nw
    tools/tangle 01-one
    run -0 bash -c 'cd tangled && ls 01-one ../out/build/01-one ../out/bin/01-one'
    assert_output "../out/bin/01-one:
a

../out/build/01-one:
a.c

01-one:
a.c
a.session"
    [ -e tangled/02-two/c.c ]
}

@test "a chapter without programs leaves no folder" {
    tools/tangle
    printf '# Two {#two}\n\nProse alone.\n' > chapters/02-two.nw
    tools/tangle 02-two
    [ ! -e tangled/02-two ]
    [ ! -e out/build/02-two ]
    [ -d tangled/01-one ]
}

@test "--into writes elsewhere, by any path, and leaves the book's own files alone" {
    tools/tangle
    local before
    before=$(state)
    mkdir "with blank"
    (cd "with blank" && ../tools/tangle --into "here too" 01-one)
    cmp tangled/01-one/a.c "with blank/here too/tangled/01-one/a.c"
    cmp out/build/01-one/a.c "with blank/here too/build/01-one/a.c"
    sed -i '/^<<b.c>>=/,$d' chapters/01-one.nw
    tools/tangle --into "with blank/here too" 01-one
    [ ! -e "with blank/here too/tangled/01-one/b.c" ]
    [ -e "with blank/here too/tangled/01-one/a.c" ]
    assert_equal "$(state)" "$before"
    no_traces
}

# fails FILE:LINE PART OF THE MESSAGE: a tangle of 01-one names the place, and
# nothing of what was there before is touched.
fails() {
    local before
    before=$(state)
    run -1 tools/tangle 01-one
    assert_line --regexp "^${1//./\\.}: .*$2"
    assert_equal "$(state)" "$before"
    no_traces
}

good_before() { tools/tangle; }

@test "an undefined chunk is named with its line" {
    good_before
    sed -i 's/<<say it>>$/<<say nothing>>/' chapters/01-one.nw
    fails chapters/01-one.nw:10 'say nothing.* nowhere defined'
}

@test "a cycle is named with its line" {
    good_before
    sed -i 's/^    return EXIT_FAILURE;/    <<say it>>/' chapters/01-one.nw
    fails chapters/01-one.nw:21 'uses itself.*say it'
}

@test "a chunk of book.nw that book.nw does not define is named there" {
    good_before
    sed -i 's/^#include <stdlib.h>/<<more headers>>/' book.nw
    fails book.nw:19 'more headers.* nowhere defined'
}

@test "an unescaped << and an unclosed [[ in prose, which noweb calls fatal" {
    good_before
    cp chapters/01-one.nw good
    sed -i 's/deep enough/deep << enough/' chapters/01-one.nw
    fails chapters/01-one.nw:16 'unescaped <<'
    cp good chapters/01-one.nw
    sed -i 's/deep enough/deep [[ enough/' chapters/01-one.nw
    fails chapters/01-one.nw:16 'unescaped \[\['
}

@test "a shift that noweb takes for a use" {
    good_before
    sed -i 's/return 1 @<< 1/return (1 << 3) >> 1/' chapters/01-one.nw
    fails chapters/01-one.nw:32 'shift'
}

@test "a file's name with a blank or a quote" {
    good_before
    sed -i 's/<<b.c>>=/<<b b.c>>=/' chapters/01-one.nw
    fails chapters/01-one.nw:30 "b b\\.c.* cannot be a file's name"
    sed -i "s/<<b b.c>>=/<<it's.c>>=/" chapters/01-one.nw
    fails chapters/01-one.nw:30 "it's\\.c.* cannot be a file's name"
    sed -i "s,<<it's.c>>=,<<../../escaped.c>>=," chapters/01-one.nw
    fails chapters/01-one.nw:30 "cannot be a file's name"
    [ ! -e ../escaped.c ]
}

@test "a root that another chunk uses, and a root without contents" {
    good_before
    cp chapters/01-one.nw good
    sed -i 's/^int main(void) { return 1.*/<<a.c>>/' chapters/01-one.nw
    run -0 tools/tangle 01-one       # noweb's mnt makes it all the same
    cp good chapters/01-one.nw
    tools/tangle 01-one
    printf '\n<<d.c>>=\n@\n' >> chapters/01-one.nw
    fails chapters/01-one.nw:40 'd\.c.* empty'
}

@test "a chapter that is listed and missing; unlisted; unknown; unreadable" {
    good_before
    mv chapters/01-one.nw kept
    fails book.nw:4 'lists 01-one, but chapters/01-one.nw is missing'
    mkdir chapters/01-one.nw
    fails chapters/01-one.nw:1 'is a folder'
    rmdir chapters/01-one.nw
    mv kept chapters/01-one.nw
    if [ "$(id -u)" -ne 0 ]; then
        chmod a-r chapters/01-one.nw
        fails chapters/01-one.nw:1 'cannot be read: Permission denied'
        chmod u+r chapters/01-one.nw
    fi
    cp chapters/01-one.nw chapters/03-three.nw
    run -1 tools/tangle 03-three
    assert_output --partial 'chapters/03-three.nw:1: book.nw does not list this chapter'
    run -1 tools/tangle 04-four
    assert_output 'tangle: there is no chapter 04-four (chapters/04-four.nw)'
}

@test "without a unit, a list that does not fit chapters/ stops it before anything is written" {
    cp chapters/02-two.nw chapters/03-three.nw
    rm chapters/02-two.nw
    run -1 tools/tangle
    assert_output "book.nw:5: lists 02-two, but chapters/02-two.nw is missing
chapters/03-three.nw:1: book.nw does not list this chapter (chapters: in its title block)"
    [ ! -e tangled ]
    run -2 make tangle
    assert_line 'book.nw:5: lists 02-two, but chapters/02-two.nw is missing'
    run -2 make -j4 build
    assert_line 'book.nw:5: lists 02-two, but chapters/02-two.nw is missing'
    [ ! -e tangled ]
}

@test "what was made of a chapter that is no longer listed is removed, and said" {
    tools/tangle
    mkdir -p out/bin/02-two
    touch out/bin/02-two/c out/build/02-two.tangled
    sed -i '/^- 02-two/d' book.nw
    rm chapters/02-two.nw
    run -0 tools/tangle --order
    assert_output 'tangle: 02-two is no longer a chapter, removing tangled/02-two'
    [ ! -e tangled/02-two ] && [ ! -e out/build/02-two ] && [ ! -e out/bin/02-two ]
    [ ! -e out/build/02-two.tangled ]
    [ -e tangled/01-one/a.c ]
    run -0 tools/tangle --order
    assert_output ''
}

@test "a title block that is missing, or has no chapters" {
    sed -i 1d book.nw
    run -1 tools/tangle
    assert_output 'book.nw:1: the title block is missing'
    printf -- '---\ntitle: x\n---\n' > book.nw
    run -1 tools/tangle --check
    assert_output 'book.nw:1: the title block has no list "chapters:"'
    rm book.nw
    run -1 tools/tangle 01-one
    assert_output --partial 'book.nw:1: cannot be read: No such file'
}

@test "a full disk is noticed at every size, and the next tangle is right" {
    needs mounts
    # a long program, so that it fills more than one page of the disk
    { printf '\n<<long.c>>=\n'; seq -f 'int number_%g;' 1 900; printf '@\n'; } >> chapters/01-one.nw
    tools/tangle --into good
    local failures=0 successes=0
    for size in 4 8 16 24 32 48 64 96 128 160 192 256; do
        mkdir -p disk
        mount -t tmpfs -o "size=${size}k" tmpfs disk
        local status=0
        tools/tangle --into disk 01-one > said 2>&1 || status=$?
        if [ "$status" -eq 0 ]; then
            successes=$((successes + 1))
            diff -r good/tangled/01-one disk/tangled/01-one || status=bad
            diff -r good/build/01-one disk/build/01-one || status=bad
        else
            failures=$((failures + 1))
            # nothing that is there may be anything but whole
            (cd disk && find tangled build -type f 2>/dev/null || true) | while read -r file; do
                cmp "good/$file" "disk/$file" || exit 1
            done || status=bad
            grep -qE 'No space left|disk full' said || { cat said; status=bad; }
            mount -o remount,size=4m disk
            tools/tangle --into disk 01-one
            diff -r good/tangled/01-one disk/tangled/01-one || status=bad
        fi
        umount disk
        [ "$status" != bad ] || fail "size ${size}k"
    done
    echo "# $failures sizes too small, $successes enough" >&3
    [ "$failures" -ge 3 ] && [ "$successes" -ge 1 ]
}

@test "a full /tmp, where noweb keeps a file of its own, spoils nothing" {
    needs mounts
    { printf '\n<<long.c>>=\n'; seq -f 'int number_%g;' 1 900; printf '@\n'; } >> chapters/01-one.nw
    # the book must not lie in /tmp itself here
    local away=$root/out/tangle-test.$$
    mkdir -p "$away"
    cp -r . "$away/book"
    # shellcheck disable=SC2016  # the inner shell expands
    run unshare --mount --propagation private sh -c '
        mount -t tmpfs -o size=4k tmpfs /tmp && echo > /tmp/fill &&
        cd "$1/book" && exec tools/tangle 01-one' sh "$away"
    notangle -Rlong.c "$away/book/chapters/01-one.nw" > whole
    cmp whole "$away/book/tangled/01-one/long.c" || status=wrong
    rm -rf "$away"
    assert_success
}

# files_in FOLDER: its files, a line "SUM NAME" each.
files_in() { (cd "$1" && find tangled build -type f -name '*.[cs]*' ! -name '*.sums' -exec sha1sum {} +); }

# stopped SIGNAL CALL N: a tangle in work/ that gets the signal at its N-th CALL,
# and after it another one that nothing stops. $reached: there was such a call.
stopped() {
    rm -rf work
    cp -r old work
    local status=0
    strace -qq -o calls -e "trace=$2" -e "inject=$2:signal=$1:when=$3" \
        tools/tangle --into work 01-one 2> said || status=$?
    [ "$status" = 137 ] || grep -q "^--- SIG$1 " calls ||
        { reached=no; return; }
    reached=yes
    assert_equal "$(cat said)" ''
    run grep -vxF -f whole <(files_in work)
    [ -z "$output" ] || fail "$1 at $2 $3: neither old nor new: $output"
    [ "$1" = KILL ] || assert_equal "$(find work -name '.tangle*')" ''
    tools/tangle --into work 01-one
    diff -r new/tangled/01-one work/tangled/01-one
    diff -r new/build/01-one work/build/01-one
    assert_equal "$(find work -name '.tangle*')" ''
}

@test "stopped at any moment: every file is whole, and the next tangle is right" {
    strace -qq -o /dev/null true 2> /dev/null || skip 'needs strace'
    tools/tangle --into old
    sed -i 's/"it"/"that"/; s/^it$/that/' chapters/01-one.nw
    tools/tangle --into new
    { files_in old; files_in new; } > whole
    local signals=(INT TERM HUP) moments=0 call n
    for call in chdir clone wait4 mkdir rename unlink rmdir; do
        for ((n = 1; ; n++)); do
            stopped "${signals[moments % 3]}" "$call" "$n"
            [ $reached = yes ] || break
            moments=$((moments + 1))
        done
        [ "$n" -gt 2 ] || fail "only $n moments at $call"
    done
}

@test "killed at any moment: every file is whole, and the next tangle is right" {
    strace -qq -o /dev/null true 2> /dev/null || skip 'needs strace'
    tools/tangle --into old
    sed -i 's/"it"/"that"/; s/^it$/that/' chapters/01-one.nw
    tools/tangle --into new
    { files_in old; files_in new; } > whole
    local call n
    for call in clone wait4 mkdir rename unlink; do
        for ((n = 1; ; n++)); do
            stopped KILL "$call" "$n"
            [ $reached = yes ] || break
        done
        [ "$n" -gt 2 ] || fail "only $n moments at $call"
    done
}

# a_kind ENDING COLUMNS...: one more row of kinds.tsv.
a_kind() { (IFS=$'\t'; printf '%s\n' "$*") >> kinds.tsv; }

sh_kind() {
    a_kind sh bash - 'cp IN OUT && chmod 755 OUT' 'cp NAME.sh NAME; chmod +x NAME' 'sh -n IN'
    cat >> chapters/02-two.nw <<'END'

<<greet.sh>>=
#!/bin/sh
if true; then
    <<greet>>
fi
@

<<greet>>=
echo hello
echo there
@

<<greet.session>>=
$ ./greet
hello
there
@
END
}

@test "a root of another kind goes from the chapter to a program whose session holds" {
    sh_kind
    run -0 make build
    assert_line 'build   02-two/greet'
    assert_line 'build   01-one/a'
    cmp tangled/02-two/greet.sh out/build/02-two/greet.sh
    [ -x out/bin/02-two/greet ]
    run -0 tests/lib/session check --bin out/bin/02-two tangled/02-two/greet.session
    sed -i 's/^echo there/echo elsewhere/' chapters/02-two.nw
    run -0 make build
    assert_line 'build   02-two/greet'
    refute_line 'build   02-two/c'
    run -1 tests/lib/session check --bin out/bin/02-two tangled/02-two/greet.session
    sed -i '/^<<greet.sh>>=/,$d' chapters/02-two.nw
    make build
    [ ! -e tangled/02-two/greet.sh ] && [ ! -e out/build/02-two/greet.sh ] && [ ! -e out/bin/02-two/greet ]
}

@test "a kind's check and its build name the line of the chapter, and leave the program as it was" {
    sh_kind
    make build
    cp out/bin/02-two/greet whole
    sed -i 's/^echo there/if/' chapters/02-two.nw
    run -2 make build
    assert_line --regexp '^chapters/02-two\.nw:1[0-9]: '
    refute_output --partial out/build/02-two/greet.sh
    cmp whole out/bin/02-two/greet
    sed -i 's/^if$/echo there/; s/sh -n IN$/-/; s/cp IN OUT/echo "IN, line 4: no"; false/' chapters/02-two.nw kinds.tsv
    run -2 make build
    assert_line 'chapters/02-two.nw:20: no'
}

@test "a kind may have line directives of its own" {
    a_kind py python '# %L %F%N' 'cp IN OUT && chmod 755 OUT' 'cp NAME.py NAME' -
    printf '\n<<p.py>>=\n#!/usr/bin/env python3\nif True:\n    <<say>>\n@\n\n<<say>>=\nprint(1)\n@\n' >> chapters/02-two.nw
    tools/tangle
    run -0 cat tangled/02-two/p.py
    assert_output '#!/usr/bin/env python3
if True:
    print(1)'
    run -0 grep '^#' out/build/02-two/p.py
    assert_line '# 12 chapters/02-two.nw'
    assert_line '# 18 chapters/02-two.nw'
    run -0 tools/tangle --edits
}

@test "a row of kinds.tsv that cannot work is told with its line" {
    cp kinds.tsv good
    local line row message
    line=$(($(wc -l < good) + 1))
    while IFS='|' read -r row message; do
        { cat good; printf '%b\n' "${row//%%/%}"; } > kinds.tsv
        run -1 tools/tangle
        assert_output --regexp "^kinds\.tsv:$line: .*$message"
        [ ! -e tangled ]
    done <<'END'
sh\tbash\t-\tcp IN OUT\tcp x y|separated by tabs
sh\tbash\t\tcp IN OUT\tcp x y\t-|separated by tabs
c\tbash\t-\tcp IN OUT\tcp x y\t-|stands twice
a b\tbash\t-\tcp IN OUT\tcp x y\t-|cannot be an ending
sh\tbash\t-\tcp IN out\tcp x y\t-|no OUT
sh\tbash\t# %%L%%N\tcp IN OUT\tcp x y\t-|%L and %F
sh\tbash\t# %%L %%F\tcp IN OUT\tcp x y\t-|ends in %N
sh\tbash\t-\tcp IN OUT\tcp x y\t-\r|carriage return
END
    rm kinds.tsv
    run -1 tools/tangle
    assert_output --partial 'kinds.tsv:1: cannot be read'
}

@test "a root of no kind is refused with its line and what to do" {
    good_before
    printf '\n<<run.sh>>=\necho\n@\n' >> chapters/01-one.nw
    fails chapters/01-one.nw:40 'run\.sh.* no row of kinds.tsv has the ending sh; add one'
    sed -i 's/^<<run.sh>>=/<<see sect. 2.>>=/' chapters/01-one.nw
    run -0 tools/tangle 01-one
    sed -i 's/^<<see sect. 2.>>=/<<part.h>>=/; s/^int main(void) { return 1/<<part.h>>\n&/' chapters/01-one.nw
    run -0 tools/tangle 01-one           # used as a chunk, it makes no file
    [ ! -e tangled/01-one/part.h ]
}

@test "a chunk of book.nw may be called like a file of no kind when a chapter uses it" {
    printf '\n<<shared.h>>=\nint shared;\n@\n' >> book.nw
    run -1 tools/tangle book
    assert_output --regexp '^book\.nw:22: <<shared\.h>> would make a file'
    sed -i 's/^int main(void) { return 0/<<shared.h>>\n&/' chapters/02-two.nw
    run -0 tools/tangle
    grep -q 'int shared' tangled/02-two/c.c
}

@test "all chapters use the chunks of the toolbox that the title block names, and so may the preface" {
    tools/tangle
    cp -r tangled before
    with_toolbox
    run -0 tools/tangle
    diff -r before tangled
    printf '\n<<p.c>>=\n<<headers>>\nint main(void) { return 0; }\n@\n\n<<p.session>>=\n$ ./p\n@\n' >> book.nw
    run -0 tools/tangle book
    grep -q '^#include <stdlib.h>' tangled/book/p.c
    grep -q '^#line 4 "chapters/A-tools.nw"' out/build/book/p.c
    sed -i 's/^#include <stdlib.h>/<<more headers>>/' chapters/A-tools.nw
    fails chapters/A-tools.nw:5 'more headers.* nowhere defined'
}

@test "a chunk of the preface is its own when there is a toolbox" {
    with_toolbox
    printf '\n<<mine>>=\nint mine;\n@\n' >> book.nw
    sed -i 's/^int main(void) { return 0/<<mine>>\n&/' chapters/02-two.nw
    run -1 tools/tangle 02-two
    assert_line --partial '<<mine>> is nowhere defined'
}

@test "make tangles all units again when the toolbox has changed" {
    with_toolbox
    make tangle
    sed -i 's/^#include <stdlib.h>/&\n#include <string.h>/' chapters/A-tools.nw
    run -0 make tangle
    grep -q '^#include <string.h>' tangled/01-one/a.c tangled/02-two/c.c
}

@test "two roots that would make the same program are refused, and both lines told" {
    sh_kind
    printf '\n<<c.sh>>=\necho\n@\n' >> chapters/02-two.nw
    run -1 tools/tangle 02-two
    assert_output 'chapters/02-two.nw:29: <<c.sh>> makes the program c, which <<c.c>> on line 3 makes; rename one of them'
    [ ! -e tangled/02-two ]
}

@test "a chapter cannot be called like what the press makes" {
    mv chapters/02-two.nw chapters/site.nw
    sed -i 's/^- 02-two/- site/' book.nw
    run -1 tools/tangle
    assert_output "book.nw:5: a chapter cannot be called site, like what the press makes; add a number, as in 01-site"
}

# --- Bytes that noweb or a page cannot hold -------------------------------------

@test "line ends of Windows, of old ones, and mixed, are told with the first line" {
    good_before
    local cr='carriage return.*; end lines with a line feed alone'
    cp chapters/01-one.nw good
    sed -i 's/$/\r/' chapters/01-one.nw
    fails chapters/01-one.nw:1 "$cr"
    run -1 tools/tangle
    refute_output --partial 'disk full'
    [ "${#lines[@]}" -le 4 ]            # not one a line
    tr '\n' '\r' < good > chapters/01-one.nw
    fails chapters/01-one.nw:1 "$cr"
    sed '7s/$/\r/' good > chapters/01-one.nw
    fails chapters/01-one.nw:7 "$cr"
    cp good chapters/01-one.nw
    cp book.nw good
    sed -i 's/$/\r/' book.nw
    fails book.nw:1 "$cr"
    run -2 make tangle
    assert_line --regexp "^book\\.nw:1: $cr"
    tr '\n' '\r' < good > book.nw
    fails book.nw:1 "$cr"
}

@test "a byte-order mark, a tab, a NUL, Latin-1 and control characters are refused with their line" {
    good_before
    cp chapters/01-one.nw good
    { printf '\xEF\xBB\xBF'; cat good; } > chapters/01-one.nw
    fails chapters/01-one.nw:1 'byte-order mark'
    local byte
    for byte in '\t tab; use blanks' '\x00 NUL byte' '\xe9 not UTF-8' '\x0c control character 0x0C' '\x1b control character 0x1B' '\x7f control character 0x7F'; do
        perl -pe "s/return EXIT/${byte%% *}return EXIT/" good > chapters/01-one.nw
        fails chapters/01-one.nw:21 "${byte#* }"
        perl -pe "s/^it\$/i${byte%% *}t/" good > chapters/01-one.nw
        fails chapters/01-one.nw:27 "${byte#* }"
    done
}

@test "a checkout with core.autocrlf has the line ends that the tools need" {
    command -v git > /dev/null || skip 'needs git'
    cp "$root/bootstrap" .
    git init -q . && git add -A && git -c user.name=x -c user.email=x commit -qm x
    git clone -q -c core.autocrlf=true . clone
    cd clone
    run grep -rlI $'\r' --exclude-dir=.git --exclude-dir=fixtures .
    assert_failure 1
    ./bootstrap --help > /dev/null
    tools/tangle
    cmp ../chapters/01-one.nw chapters/01-one.nw
}

# --- Files that somebody edited ---------------------------------------------------

# edited FILE LINE PLACE: it is as it was edited, and everything that writes or looks says so.
edited() {
    cp "$1" kept
    local message="$1:$2: was edited here, where $3 makes it; make absorb takes the edit into the chapter, make discard throws it away"
    local unit=${1%/*}
    for command in 'tools/tangle' "tools/tangle ${unit##*/}" 'tools/tangle --order' 'tools/tangle --edits'; do
        # shellcheck disable=SC2086  # words
        run -1 $command
        assert_line "$message"
        cmp kept "$1"
    done
    for target in tangle build lint check-01-one; do
        run make "$target"
        assert_failure
        assert_line "$message"
        cmp kept "$1"
    done
}

@test "an edited file is never overwritten; the message names its line and the chapter's" {
    make build
    sed -i 's/puts("it")/puts("that")/' tangled/01-one/a.c
    edited tangled/01-one/a.c 8 chapters/01-one.nw:19
    sed -i 's/return 1 @<< 1/return 2/' chapters/01-one.nw
    run -2 make build
    assert_line --partial 'tangled/01-one/a.c:8: was edited here'
    cmp kept tangled/01-one/a.c
    grep -q 'return 1' tangled/01-one/b.c        # nothing of the unit is written
}

@test "the same for a file of out/build, and for a session" {
    make build
    sed -i 's/^    return EXIT_FAILURE/    return 3/' out/build/01-one/a.c
    edited out/build/01-one/a.c "$(grep -n 'return 3' out/build/01-one/a.c | cut -d: -f1)" chapters/01-one.nw:21
    tools/tangle --discard
    sed -i 's/^it$/that/' tangled/01-one/a.session
    edited tangled/01-one/a.session 2 chapters/01-one.nw:27
}

@test "discard throws the edits away and names them" {
    make build
    cp tangled/01-one/a.c good
    sed -i 's/puts("it")/puts("that")/' tangled/01-one/a.c out/build/01-one/a.c
    run -0 make discard
    assert_output 'tangle: tangled/01-one/a.c: the edit is thrown away
tangle: out/build/01-one/a.c: the edit is thrown away'
    cmp good tangled/01-one/a.c
    run -0 make build
    run -0 tools/tangle --edits
    assert_output ''
}

@test "an edited file is not removed when its root or its chapter is gone, nor one that nobody makes" {
    make build
    echo '/* mine */' >> tangled/01-one/b.c
    sed -i '/^<<b.c>>=/,$d' chapters/01-one.nw
    run -1 tools/tangle 01-one
    assert_output 'tangled/01-one/b.c:1: was edited, and chapters/01-one.nw does not make it; keep it elsewhere, or make discard removes it'
    grep -q mine tangled/01-one/b.c
    grep -q '/b' tangled/01-one/b.session
    tools/tangle --discard
    [ ! -e tangled/01-one/b.c ]
    echo 'int mine;' > tangled/02-two/mine.c
    run -1 tools/tangle 02-two
    assert_output --partial 'tangled/02-two/mine.c:1: was edited, and chapters/02-two.nw does not make it'
    sed -i '/^- 02-two/d' book.nw
    rm chapters/02-two.nw
    for command in 'tools/tangle --order' tools/tangle; do
        run -1 $command
        assert_output --partial 'tangled/02-two/mine.c:1: was edited'
        [ -e tangled/02-two/mine.c ]
    done
    rm tangled/02-two/mine.c
    run -0 tools/tangle --order
    [ ! -e tangled/02-two ]
}

@test "a file that was removed is no edit; one with a text that tangle wrote before is" {
    tools/tangle
    cp tangled/01-one/a.c old
    rm tangled/01-one/b.c
    sed -i 's/puts("it")/puts("that")/' chapters/01-one.nw
    run -0 tools/tangle --edits
    run -0 tools/tangle
    grep -q that tangled/01-one/a.c
    [ -e tangled/01-one/b.c ]
    cp old tangled/01-one/a.c
    run -1 tools/tangle --edits
    assert_output --regexp '^tangled/01-one/a.c:[0-9]+: was edited here'
}

@test "make clean leaves nothing but the knowledge of what tangle wrote" {
    make build
    make clean
    run -0 find out -type f
    assert_equal "$(sort <<< "$output")" 'out/build/01-one.sums
out/build/02-two.sums'
    sed -i 's/puts("it")/puts("that")/' chapters/01-one.nw
    run -0 tools/tangle
    assert_output ''
    grep -q that tangled/01-one/a.c
}

@test "what git checks out is no edit; what was edited in a fresh clone is one" {
    command -v git > /dev/null || skip 'needs git'
    local git=(git -c user.name=x -c user.email=x -c init.defaultBranch=main)
    printf '/out\n' > .gitignore
    tools/tangle
    "${git[@]}" init -q . && git add -A && "${git[@]}" commit -qm one
    "${git[@]}" checkout -q -b other
    sed -i 's/puts("it")/puts("that")/' chapters/01-one.nw
    sed 's/puts("it")/puts("stale")/' -i tangled/01-one/a.c    # committed without a tangle
    "${git[@]}" commit -qam two
    "${git[@]}" checkout -q main
    tools/tangle
    "${git[@]}" checkout -q other
    run -0 tools/tangle
    grep -q that tangled/01-one/a.c
    "${git[@]}" commit -qam three
    "${git[@]}" checkout -q main
    run -0 tools/tangle
    assert_output ''
    rm -rf out
    run -0 tools/tangle --edits
    sed -i 's/puts("it")/puts("mine")/' tangled/01-one/a.c
    run -1 tools/tangle
    assert_output --partial 'tangled/01-one/a.c:8: was edited here'
    run -1 tools/tangle --edits
    assert_output --partial 'tangled/01-one/a.c:8: was edited here'
    grep -q mine tangled/01-one/a.c
}

# --- What is built anew, and when ---------------------------------------------------

@test "other flags, another compiler or another way to build: programs and tools of tests are built anew" {
    command -v clang > /dev/null || skip 'needs clang'
    make build
    run -0 make build
    assert_output ''
    run -0 make build CFLAGS='-O0 -g'
    assert_line 'build   02-two/c'
    assert_line 'cc      runner'
    run -0 make build CFLAGS='-O0 -g'
    assert_output ''
    run -0 make build CFLAGS='-O0 -g -DWORDS="two words"' CC=clang
    assert_line 'build   02-two/c'
    readelf -p .comment out/bin/02-two/c out/lib/runner | grep -c clang
    sed -i 's/-o OUT IN/& -lm/' kinds.tsv
    run -0 make build CFLAGS='-O0 -g' CC=clang
    assert_line 'build   02-two/c'
}

@test "a line more in the title block builds nothing anew, but a program that prints its line" {
    printf '\n<<types>>=\n#include <stddef.h>\n@\n' >> book.nw
    sed -i 's/^int main(void) { return 0/<<types>>\n&/' chapters/02-two.nw
    sed -i 's/int i = 0;/int i = __LINE__ - __LINE__;/; s/^int main(void) { return 1/#include <assert.h>\n&/' chapters/01-one.nw
    printf '\n<<e.c>>=\n<<headers>>\nint main(void) { return puts("e") == EOF; }\n@\n' >> chapters/01-one.nw
    make build
    sed -i 's/^- 02-two/&\n# one line more/' book.nw
    run -0 make build
    assert_line 'build   01-one/a'
    assert_line 'build   01-one/b'
    refute_line 'build   01-one/e'
    refute_line 'build   02-two/c'
    grep -q '^#line 19 "book.nw"$' out/build/01-one/e.c
    run -0 make build
    assert_output ''
    cp chapters/02-two.nw chapters/03-three.nw
    sed -i 's/{#two}/{#three}/; s/<<c\./<<d./' chapters/03-three.nw
    sed -i 's/^- 02-two/&\n- 03-three/' book.nw
    run -0 make build
    assert_line 'build   03-three/d'
    refute_line 'build   01-one/e'
    refute_line 'build   02-two/c'
    # and the line of an error is today's
    sed -i 's/^#include <stdlib.h>/#include <none.h>/' book.nw
    run -2 make build
    assert_line --regexp '^book\.nw:21:.*none\.h'
}

@test "two makes at once, of any targets, end well" {
    local n targets=(build tangle build 'clean build' 'build tangle' build)
    make clean
    for n in "${!targets[@]}"; do
        # shellcheck disable=SC2086  # words
        { make -j2 ${targets[n]} > "said.$n" 2>&1; echo $? > "status.$n"; } &
    done
    wait
    for n in "${!targets[@]}"; do
        assert_equal "$(cat "status.$n" "said.$n" | head -n 1) ${targets[n]}" "0 ${targets[n]}"
    done
    make build
    [ -x out/bin/01-one/a ] && [ -x out/bin/02-two/c ]
    run -0 find . -name '*.new' -o -name '.tangle*' -o -name '*.[0-9][0-9]*'
    assert_output ''
    run -0 tools/tangle --check
}

@test "noweb that is missing is said" {
    NOWEB_LIB=$BATS_TEST_TMPDIR run -1 tools/tangle 01-one
    assert_output --partial 'markup: not there; install noweb'
    [ ! -e tangled ]
}

@test "a wrong call: status 2" {
    for words in --nonsense --into '--order 01-one' '--check --into x'; do
        # shellcheck disable=SC2086  # words
        run -2 tools/tangle $words
        assert_output --regexp '^tangle: .*try --help'
    done
    run -0 tools/tangle --help
    assert_output --partial 'Exit status'
}

@test "a compile error names the line of the chapter, with gcc and with clang" {
    sed -i 's/^if (puts("it") == EOF)/if (puts("it" == EOF)/' chapters/01-one.nw
    sed -i 's/^#include <stdlib.h>/#include <no-such-header.h>/' book.nw
    tools/tangle 01-one
    for compiler in gcc clang; do
        command -v "$compiler" > /dev/null || skip "needs $compiler"
        run -1 "$compiler" -std=c17 -c -o x.o out/build/01-one/b.c
        assert_line --regexp '^book\.nw:19:.*no-such-header'
    done
    sed -i '/no-such-header/d' book.nw
    tools/tangle 01-one
    for compiler in gcc clang; do
        run -1 "$compiler" -std=c17 -c -o x.o out/build/01-one/a.c
        assert_line --regexp '^chapters/01-one\.nw:19:[0-9]+: (error|warning)'
        refute_line --regexp 'out/build.*error'
    done
    run make build
    assert_failure
    assert_line --regexp '^chapters/01-one\.nw:19:[0-9]+: error'
}

@test "a runtime address is mapped to the chapter by gdb's and the sanitizer's reader" {
    sed -i 's/^if (puts("it") == EOF) {/int *p = malloc(4); p[2] = i; if (p[1] == EOF) {/' chapters/01-one.nw
    tools/tangle 01-one
    gcc -std=c17 -g -fsanitize=address -o a out/build/01-one/a.c
    run -1 ./a
    assert_output --regexp 'chapters/01-one\.nw:19'
}

@test "--check names each file that differs, is missing or is left over" {
    tools/tangle
    run -0 tools/tangle --check
    assert_output ''
    local before
    before=$(state)
    sed -i '4s/$/ /' tangled/01-one/a.c
    rm tangled/01-one/b.session
    touch tangled/02-two/notes.txt
    mkdir tangled/09-old
    before=$(state)
    run -1 tools/tangle --check
    assert_output "tangled/01-one/a.c:4: differs from a fresh tangle of chapters/01-one.nw
tangled/01-one/b.session:1: missing; chapters/01-one.nw makes it
tangled/02-two/notes.txt:1: left over; chapters/02-two.nw does not make it
tangled/09-old:1: left over; book.nw does not list 09-old"
    assert_equal "$(state)" "$before"
    run -1 tools/tangle --check 02-two
    assert_output 'tangled/02-two/notes.txt:1: left over; chapters/02-two.nw does not make it'
}

@test "--check names a chapter that cannot be tangled and goes on with the others" {
    tools/tangle
    sed -i 's/<<say it>>$/<<say nothing>>/' chapters/01-one.nw
    rm tangled/02-two/c.c
    run -1 tools/tangle --check
    assert_line --partial 'chapters/01-one.nw:10: <<say nothing>> is nowhere defined'
    assert_line 'tangled/02-two/c.c:1: missing; chapters/02-two.nw makes it'
}

@test "tangled/ of this very book is what a fresh tangle gives" {
    cd "$root"
    run tools/tangle --check
    assert_success
    assert_output ''
}

@test "the same bytes whatever the locale, the time zone and the umask" {
    tools/tangle --into one
    (umask 077 && LC_ALL=C.UTF-8 LANG=de_DE TZ=Asia/Tokyo tools/tangle --into two)
    diff -r one two
}
