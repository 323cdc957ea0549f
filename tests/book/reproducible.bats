bats_require_minimum_version 1.13.0
load ../lib/helpers
# The same sources give the same bytes, wherever, whenever and by whomever they
# are built. A small made-up book is built in two folders whose names, times,
# time zones, locales, umasks and (as root) host names differ, once step by step
# and once side by side; its date is years away from the day of the test.

setup_file() {
    local root
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    one=$BATS_FILE_TMPDIR/one
    two=$BATS_FILE_TMPDIR/"another-folder/with.a-longer_name"/two
    export one two
    mkdir -p "${two%/*}"
    "$root/tools/made-up-book" --small 2 "$one"
    sed -i 's/^date: .*/date: 2011-03-05/' "$one/book.nw"
    (umask 077 && cp -R "$one" "$two")
    find "$one" -type f -exec touch -d '2001-01-01 12:00' {} +
    find "$two" -type f -exec touch -d '2019-07-31 23:59' {} +
    build_in "$one" 022 TZ=UTC LC_ALL=C MAKEFLAGS=-j1 &
    local first=$!
    local other=()
    if [ "$(id -u)" = 0 ] && unshare --uts true 2>/dev/null; then
        other=(unshare --uts sh -c 'hostname elsewhere && exec "$@"' sh)
    fi
    build_in "$two" 077 TZ=Pacific/Kiritimati LANG=de_DE.UTF-8 LC_TIME=C.UTF-8 \
        LOGNAME=quentin HOME="$BATS_FILE_TMPDIR" MAKEFLAGS=-j2 "${other[@]}"
    wait "$first"
}

# build_in FOLDER UMASK [NAME=VALUE...] [COMMAND...]: makes the whole book with
# nothing in the environment but these.
build_in() {
    local folder=$1 mask=$2
    shift 2
    (umask "$mask" && cd "$folder" &&
        env -i PATH="$PATH" HOME="$HOME" "$@" make html pdf epub) > "$folder.log" 2>&1 || {
        tail -n 20 "$folder.log"
        return 1
    }
}

# unpacked FOLDER: all text of the PDF and the EPUB in FOLDER, decompressed.
unpacked() {
    perl -MCompress::Zlib -0777 -ne '
        while (/stream\r?\n(.*?)\r?\nendstream/sg) { my $t = uncompress($1); print $t if defined $t }
        s/stream\r?\n.*?endstream//sg; print' "$1"/out/*.pdf
    unzip -p "$1"/out/*.epub
}

@test "the web site of two builds is the same" {
    assert [ -s "$one/out/html/made-01.html" ]
    run diff -r "$one/out/html" "$two/out/html"
    assert_success
    assert_output ''
}

@test "the PDF of two builds is the same" {
    run cmp "$one"/out/*.pdf "$two"/out/*.pdf
    assert_success
}

@test "the EPUB of two builds is the same" {
    says --in D-making "in whichever folder and on whichever day it is built"
    run cmp "$one"/out/*.epub "$two"/out/*.epub
    assert_success
}

@test "a build again, after the sources' times changed, gives the same" {
    mkdir "$BATS_TEST_TMPDIR/before"
    cp -R "$one/out/html" "$one"/out/*.epub "$BATS_TEST_TMPDIR/before/"
    touch "$one"/chapters/*.nw "$one/book.nw"
    (cd "$one" && env -i PATH="$PATH" HOME="$HOME" make html epub)
    diff -r "$BATS_TEST_TMPDIR/before/html" "$one/out/html"
    cmp "$BATS_TEST_TMPDIR"/before/*.epub "$one"/out/*.epub
}

@test "a page made again is the same as one made from nothing" {
    sed -i '3s/^/Hello. /' "$one/chapters/01-made-01.nw"
    (cd "$one" && env -i PATH="$PATH" HOME="$HOME" make html)
    grep -q 'Hello\.' "$one/out/html/made-01.html"
    sed -i '3s/^Hello\. //' "$one/chapters/01-made-01.nw"
    (cd "$one" && env -i PATH="$PATH" HOME="$HOME" make html)
    diff -r "$one/out/html" "$two/out/html"
}

@test "no path, host name, user or day of the build is in what is built" {
    cat "$two"/out/html/*.html > "$BATS_TEST_TMPDIR/all"
    unpacked "$two" >> "$BATS_TEST_TMPDIR/all"
    grep -aq 'Made up, number 1' "$BATS_TEST_TMPDIR/all"
    grep -aq '201103050' "$BATS_TEST_TMPDIR/all" # the PDF has the edition's date
    local word
    for word in "$BATS_FILE_TMPDIR" another-folder elsewhere quentin /tmp/ node_modules \
        "$(date +%Y-%m-%d)" "$(date +%Y%m%d)" "$(date -d yesterday +%Y-%m-%d)"; do
        run grep -aoF -m 3 -e "$word" "$BATS_TEST_TMPDIR/all"
        assert_failure 1
    done
}

@test "every entry of the EPUB carries the edition's time" {
    run zipinfo -T "$two"/out/*.epub
    assert_success
    assert_line --partial mimetype
    run bash -c 'zipinfo -T "$1" | grep -E "^[-d]" | grep -v 20110305.000000' bash "$two"/out/*.epub
    assert_output ''
}
