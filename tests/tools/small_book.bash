# small_book - a book of two chapters and three programs, for the tests of the tools
# that write from chapters to programs and back.
# shellcheck shell=bash disable=SC2154

# with_toolbox: the chunk that all programs use stands in an appendix, the toolbox.
with_toolbox() {
    sed -n '/^<<headers>>=/,$p' book.nw > shared
    sed -i '/^<<headers>>=/,$d; s/^- 02-two/&\n- A-tools/; s/^name:/toolbox: A-tools\n&/; s/(#two)/&, [](#tools)/' book.nw
    { printf '# Tools {#tools}\n\n'; cat shared; } > chapters/A-tools.nw
    rm shared
}

# small_book FOLDER: makes it there, beside a copy of the tools, and goes there. $root is
# the project.
small_book() {
    mkdir -p "$1/chapters" "$1/tests"
    cp -r "$root/tools" "$root/Makefile" "$root/kinds.tsv" "$root/.gitattributes" "$1/"
    cp -r "$root/tests/lib" "$root/tests/faults" "$1/tests/"
    cd "$1" || return
    unset MAKEFLAGS MFLAGS MAKELEVEL  # this may itself run under make
    : > chapters/ledger.tsv
    cat > book.nw <<'END'
---
title: A small book
chapters:
- 01-one
- 02-two
name: small
author: Nobody
date: 2026-11-23
lang: en
identifier: small
---

# Preface {#preface}

This leads to [](#one) and [](#two).

<<headers>>=
#include <stdio.h>
#include <stdlib.h>
@
END
    cat > chapters/01-one.nw <<'END'
# One {#one}

<<a.c>>=
<<headers>>

int main(void)
{
    for (int i = 0; i < 2; i++) {
        if (i == 1) {
            <<say it>>
        }
    }
}
@

The chunk is deep enough for noweb to think of tabs.

<<say it>>=
if (puts("it") == EOF) {

    return EXIT_FAILURE;
}
@

<<a.session>>=
$ ./a
it
@

<<b.c>>=
<<headers>>
int main(void) { return 1 @<< 1; }
@

<<b.session>>=
$ ./b
[exit 2]
@
END
    cat > chapters/02-two.nw <<'END'
# Two {#two}

<<c.c>>=
int main(void) { return 0; }
@

<<c.session>>=
$ ./c
@
END
}

# small_exercises: gives its first chapter the exercises of fixtures/exercises.nw, their
# tests, and the chunk that checks begin with.
small_exercises() {
    cat "$root/tests/tools/fixtures/exercises.nw" >> chapters/01-one.nw
    awk '/^##? .*[{]#/ { on = /What all checks share/ } on' "$root/book.nw" "$root"/chapters/*.nw >> book.nw
    mkdir -p tests/01-one
    printf '%s\n' 'bats_require_minimum_version 1.13.0' 'load ../lib/helpers' 'hold_exercises' \
        > tests/01-one/exercises.bats
}
