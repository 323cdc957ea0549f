bats_require_minimum_version 1.13.0
load ../lib/helpers
# tools/manual takes from the installed manual pages what the book says of calls; what
# is not installed stays as it was.

setup() {
    book_setup
    needs lexgrog
    mkdir -p man/man2 man/man3 chapters
    page read 2 'read \- read from a file'
    page twice 2 'twice, again \- do it twice'
    page many 3 'FIRST, SECOND \- macros of a kind'
    export MANPAGES=$PWD/man
    cat > known.tsv <<'END'
# a remark
gone(8)	what was here once
read(2)	old words
unused(1)	nobody names it
END
    # shellcheck disable=SC2016 # Markdown's
    printf 'Call `read(2)`, `many(3)`, `gone(8)` or `none(1)`.\n\n<<x.c>>=\ntwice(1); again(2);\n@\n' > chapters/01-x.nw
}

# page NAME SECTION LINE: a manual page whose NAME section is LINE.
page() { printf '.TH %s %s\n.SH NAME\n%s\n.SH SYNOPSIS\nnone\n' "$1" "$2" "$3" | gzip > "man/man$2/$1.$2.gz"; }

@test "a page says what it is about in its own words, one that is not installed what was known" {
    run "$root/tools/manual" known.tsv chapters/01-x.nw
    assert_success
    assert_output $'# a remark\ngone(8)\twhat was here once\nmany(3)\tmacros of a kind\nread(2)\tread from a file\ntwice(2)\tdo it twice'
}

@test "made again, it is the same" {
    "$root/tools/manual" known.tsv chapters/01-x.nw > new.tsv
    "$root/tools/manual" new.tsv chapters/01-x.nw | diff new.tsv -
}
