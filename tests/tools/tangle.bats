# takes about 25 s
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
    [ "$(id -u)" -eq 0 ] || skip 'needs root'
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
    unshare --mount true 2>/dev/null || skip 'needs root'
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
