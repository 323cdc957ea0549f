#!/usr/bin/env bats
# The archive of all programs serves a reader who has nothing but it.
# takes about 5 s
bats_require_minimum_version 1.13.0
load ../lib/helpers
# shellcheck disable=SC2154 # helpers.bash sets it

# What "make" and "make check" may call: what README names, and what belongs to every
# system (the tools of the archive's own files, and of the session tried here).
TOOLS='sh make cc as ld perl bash uname mktemp rm cp cat chmod'

# The archive of a made-up book with a shell script in it, unpacked as "archive".
setup_file() {
    export SOURCE_DATE_EPOCH=1300000000
    cd "$BATS_FILE_TMPDIR" || return
    "$root/tools/made-up-book" --small 1 book
    cd book || return
    tools/tangle
    printf 'sh\tbash\t-\tcp IN OUT && chmod 755 OUT\tcp NAME.sh NAME; chmod +x NAME\tsh -n IN\n' >> kinds.tsv
    printf '#!/bin/sh\necho "I run in $1 shell"; exit 3\n' > tangled/01-made-01/script.sh
    printf '$ ./script "a small"\nI run in a small shell\n[exit 3]\n' > tangled/01-made-01/script.session
    mkdir packed
    weave/site/archive packed
}

setup() {
    book_setup
    cp -R "$BATS_FILE_TMPDIR/book" book
    cd book || return
    name=made-up-book-programs-2026-11-23
    tar -xzf "packed/$name.tar.gz"
    mv "$name" archive
    mkdir bin
    for tool in $TOOLS; do ln -s "$(command -v "$tool")" bin/; done
}

# alone COMMAND...: with nothing in the environment and no other tool.
alone() { env -i PATH="$PWD/bin" "$@"; }

@test "the archive unpacks into one folder that has the name of the book and the edition" {
    run weave/site/archive --name
    assert_output "$name.tar.gz"
    run bash -c 'tar -tzf "packed/$1.tar.gz" | grep -v "^$1/"' bash "$name"
    assert_output ''
    sed -i 's/^date: .*/date: "2031-01-02"/' book.nw
    run weave/site/archive --name
    assert_output made-up-book-programs-2031-01-02.tar.gz
}

@test "it has every program and session, the license, and a README that names book and edition" {
    for file in tangled/*/*; do cmp "$file" "archive/${file#tangled/}"; done
    cmp LICENSE-CODE archive/LICENSE
    run cat archive/README
    assert_line --index 0 'A made-up book'
    assert_output --partial 'the edition of 2026-11-23'
    assert_output --partial '01-made-01     Made up, number 1'
    for notation in 'varies: pid' 'varies: interleave' '[exit 3]' '[killed by SIGPIPE]' '[terminal 2]' '[no newline at end]'; do
        assert_output --partial "$notation"
    done
}

@test "the README says where the book is and what its programs need, as the title block has it" {
    sed -i 's|^lang: .*|&\nurl: https://example.org/b/\nneeds: Linux 9, and patience|' book.nw
    weave/site/archive packed
    run tar -xzOf "packed/$name.tar.gz" "$name/README"
    assert_line 'The book: https://example.org/b/'
    assert_line --partial 'They need Linux 9, and patience. "make check" needs perl and bash.'
}

@test "make and make check work with the tools that the README names, and no others" {
    alone make -s -j2 -C archive
    for program in relay_01_01 script; do [ -x "archive/01-made-01/$program" ]; done
    run alone make -s -C archive check
    assert_success
    assert_line 'holds   01-made-01/script.session'
    assert_line '0 of 2 sessions differ'
    alone make -s -C archive clean
    mv archive again
    tar -xzf "packed/$name.tar.gz"
    diff -r again "$name"
}

@test "it works in a folder whose path has blanks, and with another compiler and its flags" {
    mkdir 'a b'
    mv archive 'a b/'
    printf '#!/bin/sh\necho "$@" >> "%s/calls"\nexec cc "$@"\n' "$PWD" > bin/other
    chmod +x bin/other
    alone make -s -C 'a b/archive' CC=other CFLAGS='-O0 -DMINE' check
    grep -q -- '-O0 -DMINE .*relay_01_01.c' calls
}

@test "make check says which session differs, and where" {
    sed -i 's/small shell/large shell/' archive/01-made-01/script.session
    run alone make -s -C archive check
    assert_failure
    assert_line --partial '01-made-01/script.session:2: another line came'
    assert_line 'DIFFERS 01-made-01/script.session'
    assert_line 'holds   01-made-01/relay_01_01.session'
    assert_line '1 of 2 sessions differ'
}

@test "make check passes over a session that changes a setting of the system, unless it is asked" {
    printf '$ : /proc/sys/fs/protected_fifos\n$ echo a\nb\n' > archive/01-made-01/script.session
    run alone make -s -C archive check
    assert_success
    assert_line 'not run 01-made-01/script.session (it changes a setting of the system; as root: make check SYSTEM=yes)'
    assert_line '0 of 2 sessions differ'
    run alone make -s -C archive check SYSTEM=yes
    assert_failure
    assert_line 'DIFFERS 01-made-01/script.session'
}

@test "a system that is not Linux, and a missing perl, are told" {
    rm bin/perl
    run alone make -s -C archive check
    assert_failure
    assert_output --partial 'make check needs perl'
    rm bin/uname
    printf '#!/bin/sh\necho Darwin\n' > bin/uname
    chmod +x bin/uname
    run alone make -s -C archive
    assert_failure
    assert_output --partial 'These programs are for Linux; elsewhere they need a container'
}

@test "the same input gives the same bytes, whatever the umask, the times and the language" {
    find . -exec touch -h -d '2001-01-01' {} +
    mkdir other
    (umask 077 && LC_ALL=C.UTF-8 TZ=Asia/Tokyo weave/site/archive other)
    cmp packed/*.gz other/*.gz
}

@test "what is missing is told by name, and nothing is left" {
    rm LICENSE-CODE
    mkdir other
    run weave/site/archive other
    assert_failure 1
    assert_output 'LICENSE-CODE:1: is missing; the archive of the programs needs it'
    run ls -A other
    assert_output ''
    sed -i '/^name:/d' book.nw
    run weave/site/archive --name
    assert_failure 1
    assert_output --partial 'book.nw:1: the title block has no "name:"'
}

@test "the archive of this book is the one that the site offers, and has every program" {
    name=$(cd "$root" && weave/site/archive --name)
    tar -xzf "$root/out/html/$name" -C .
    for file in "$root"/tangled/*/*.* "$root"/tangled/*/exercises/*.{start.*,check}; do
        [ ! -e "$file" ] || cmp "$file" "${name%.tar.gz}/${file#"$root/tangled/"}"
    done
    alone make -s -j2 -C "${name%.tar.gz}"
}
