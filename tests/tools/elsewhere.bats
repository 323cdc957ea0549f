bats_require_minimum_version 1.13.0
load ../lib/assertions
# tools/elsewhere and what it is made of, with a system made of a shell and little
# more, and a qemu that only says what a machine would. One test boots a real machine.

setup_file() {
    # what stands in for mmdebstrap's system: a shell, a make that only says so, a
    # kernel and two modules
    mkdir -p "$BATS_FILE_TMPDIR/small/lib/modules/1.2-x/kernel"
    cd "$BATS_FILE_TMPDIR/small" || return
    mkdir -p proc sys dev home root tmp bin usr/bin boot
    local command library
    for command in sh env; do
        cp -L "$(command -v "$command")" "usr/bin/$command"
        [ -e "bin/$command" ] || ln "usr/bin/$command" "bin/$command"
        ldd "$(command -v "$command")" | grep -o '/[^ ]*' | while read -r library; do
            mkdir -p ".${library%/*}"
            cp -L "$library" ".$library"
        done
    done
    printf '#!/bin/sh\necho "make $*"\n' > usr/bin/make
    chmod +x usr/bin/make
    kernel 6.1.0-x > boot/vmlinuz-6.1.0-x
    modules lib/modules/1.2-x
    tar -cf ../small.tar .
}

# kernel VERSION: the head of a bzImage.
kernel() { perl -e 'my $k = "\0" x 4096; substr($k, 0x202, 4) = "HdrS"; substr($k, 0x20e, 2) = pack "v", 0x400;
    substr($k, 0x600, 40) = "$ARGV[0] (me\@here)\0"; print $k' "$1"; }

# modules FOLDER: ext4 needs jbd2, which needs crc16 and is packed; virtio_blk nothing.
modules() {
    printf 'kernel/ext4.ko: kernel/jbd2.ko.xz kernel/crc16.ko\nkernel/jbd2.ko.xz: kernel/crc16.ko\nkernel/crc16.ko:\nkernel/virtio-blk.ko:\n' > "$1/modules.dep"
    for module in ext4 crc16 virtio-blk; do echo "I am $module" > "$1/kernel/$module.ko"; done
    echo 'I am jbd2' | xz > "$1/kernel/jbd2.ko.xz"
}

# shellcheck disable=SC2016,SC2030,SC2031  # the stand-ins expand
setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    mkdir -p "$BATS_TEST_TMPDIR"/{bin,project,temporary,report}
    cd "$BATS_TEST_TMPDIR/project" || return
    mkdir -p tools/lib out/build out/lib out/report tangled/01-one tests/01-one chapters node_modules/bats{,-assert,-support}
    cp "$root/tools/elsewhere" tools/
    cp -r "$root"/tools/lib/{debian.bash,elsewhere,Kinds.pm} tools/lib/
    printf '#!/bin/sh\necho "Linux 5.6 or newer, and patience"\n' > tools/title
    chmod +x tools/title
    mkdir -p tests/lib && cp -r "$root/tests/lib/Run" tests/lib/
    cp "$root/kinds.tsv" .
    echo '# One' > chapters/01-one.nw
    echo 'int main(void) { return 0; }' > tangled/01-one/a.c
    echo '$ ./a' > tangled/01-one/a.session
    echo '@test "it ends" { :; }' > tests/01-one/a.bats
    : > out/lib/runner
    printf 'needs luck\twhy\t-\n' > tests/lib/skips.tsv
    : > tests/lib/elsewhere.tsv
    echo /out > .gitignore
    git init -q .
    printf '#!/bin/sh\necho "$*" >> "%s/made"\nfor word; do case $word in *.new) cp "%s/small.tar" "$word" ;; esac; done\n' \
        "$BATS_TEST_TMPDIR" "$BATS_FILE_TMPDIR" > ../bin/mmdebstrap
    # a machine: its third disk gets the archive of the folder report
    printf '%s\n' '#!/bin/bash' 'echo "$*" >> "$FAKE/asked"; echo $$ > "$FAKE/pid"' \
        'case "$*" in *" try") exit 0 ;; esac' \
        'files=(); for word; do case $word in *file=*) word=${word#*file=}; files+=("${word%%,*}") ;; esac; done' \
        'printf "noise elsewhere: up: Linux 6.1.0-x\r\n  3 of 9\r\n"' \
        '[ ! -e "$FAKE/hangs" ] || exec sleep 100' \
        'tar -cf "${files[2]}" -C "$FAKE/report" .' > ../bin/qemu-system-x86_64
    chmod +x ../bin/*
    PATH=$BATS_TEST_TMPDIR/bin:$PATH
    export FAKE=$BATS_TEST_TMPDIR TMPDIR=$BATS_TEST_TMPDIR/temporary
    printf 'kernel\tLinux 6.1.0-x\n' > ../report/machine.tsv
    printf '01-one/a\troot\text4\tpassed\t\n01-one/a\tuser\text4\tpassed\t\n' > ../report/sessions.tsv
    printf 'tests/01-one/a.bats\tit ends\tpassed\t\n' > ../report/tests.tsv
    cp ../report/tests.tsv out/report/tests.tsv
}

may_enter() {
    [ "$(id -u)" = 0 ] || skip 'needs root'
    unshare --mount --pid --fork --net mount -t tmpfs none /mnt 2> /dev/null || skip 'needs namespaces'
}

compare() { tools/lib/elsewhere/compare . ../report; }

# is_clean: no machine, and no temporary file.
is_clean() {
    [ ! -e ../pid ] || ! kill -0 "$(< ../pid)" 2> /dev/null || fail "the machine still runs"
    assert_equal "$(ls "$TMPDIR")" ''
}

@test "each release gets its root once; sessions and tests are asked, the report is kept, nothing else" {
    may_enter
    run -0 tools/elsewhere
    local suite
    for suite in bookworm trixie; do
        assert_line "elsewhere: $suite: up: Linux 6.1.0-x"
        assert_line "elsewhere: $suite: 3 of 9"
        assert_equal "$(cat "out/elsewhere/$suite/report/sessions.tsv")" "$(cat ../report/sessions.tsv)"
        assert_equal "$(cat "out/elsewhere/$suite/build.log")" 'make --no-print-directory build'
        assert_equal "$(grep -c " $suite " ../made)" 1
    done
    assert_line --index -1 '6 passed, 0 failed, 0 skipped'
    run -0 cut -f 1-3,6 out/report/elsewhere.tsv
    assert_output $'01-one\t6.1\tsession\tpassed\n01-one\t6.1\ttest\tpassed\n01-one/a\t6.1\tsession\tpassed\n01-one/a\t6.1\ttest\tpassed'
    is_clean
    run -0 tools/elsewhere --suite trixie --sessions
    assert_equal "$(wc -l < ../made)" 2
}

@test "what ended otherwise is told, and the status is 1" {
    may_enter
    sed -i '2s/passed\t/failed\tchapters\/01-one.nw:7: another line came/' ../report/sessions.tsv
    run -1 tools/elsewhere --suite bookworm --sessions
    assert_line 'elsewhere: bookworm: Linux 6.1: 01-one/a: session user ext4: chapters/01-one.nw:7: another line came'
    assert_line --index -1 '2 passed, 1 failed, 0 skipped'
}

@test "no result at all is a failure" {
    may_enter
    : > ../report/tests.tsv
    run -1 tools/elsewhere --suite bookworm
    assert_line 'elsewhere: bookworm: nothing came of the tests; the console is out/elsewhere/bookworm/plan.console'
    is_clean
}

@test "a machine that does not end is ended when its time is over, and says where its console is" {
    may_enter
    touch ../hangs
    run -1 tools/elsewhere --suite bookworm --limit 0
    assert_line --regexp '^elsewhere: bookworm: sessions tests: not done after 0 s; its console is out/elsewhere/bookworm/plan.console$'
    is_clean
}

@test "after SIGINT and SIGTERM there is no machine and no temporary file" {
    may_enter
    touch ../hangs
    local signal
    for signal in INT TERM; do
        rm -f ../pid ../said
        # INT would be ignored by what a shell puts into the background
        env --default-signal=INT tools/elsewhere --suite bookworm > ../said 2>&1 &
        until grep -q 'up: Linux' ../said; do kill -0 $!; done
        kill -s "$signal" $!
        wait $! || status=$?
        [ "$status" -gt 128 ] || [ "$status" = 130 ] || fail "status $status"
        is_clean
    done
}

@test "a kernel older than the book's minimum gets the sentence of the title block, and is skipped" {
    kernel 4.19.0-27 > ../old
    ELSEWHERE=../old run -0 tools/elsewhere
    assert_line 'elsewhere: this is Linux 4.19.0-27; the programs need Linux 5.6 or newer, and patience: skipped'
    assert_line --index -1 '0 passed, 0 failed, 1 skipped'
    [ ! -e ../made ]
    ELSEWHERE=/dev/null run -1 tools/elsewhere
    assert_line '/dev/null: no bzImage of a kernel'
}

@test "another kernel comes with its own modules, and a report of its own" {
    may_enter
    mkdir -p ../other/boot ../other/lib/modules/6.9.1/kernel
    kernel 6.9.1 > ../other/boot/vmlinuz
    modules ../other/lib/modules/6.9.1
    ELSEWHERE=../other/boot/vmlinuz run -0 tools/elsewhere --sessions
    grep -q -- '-kernel ../other/boot/vmlinuz' ../asked
    assert_equal "$(ls -d out/elsewhere/*/report*)" out/elsewhere/bookworm/report-6.9.1
}

@test "make power: a copy that is not whole is told; nothing lost of cp's copies says that no power was cut" {
    may_enter
    mkdir -p tests/power out/build/F-copy
    cp "$root"/tests/power/{run,inside} tests/power/
    printf '%s\tmap_copy\tpage\twhole\n' at-once after-commit > ../report/power.tsv
    printf 'at-once\tcp\tpage\tabsent\nafter-commit\tcp\tpage\twhole\n' >> ../report/power.tsv
    run -0 tests/power/run --suite bookworm
    assert_line --index -1 '2 passed, 0 failed, 0 skipped'
    assert_equal "$(grep -o 'plan=.*' ../asked)" $'plan=at-once\nplan=after-commit\nplan=look'
    sed -i '2s/whole/nothing but zeros/' ../report/power.tsv
    run -1 tests/power/run --suite bookworm
    assert_line 'power: bookworm: after-commit: the copy of page: nothing but zeros'
    assert_line --index -1 '1 passed, 1 failed, 0 skipped'
    sed -i '2s/nothing but zeros/whole/; 3s/absent/whole/' ../report/power.tsv
    run -1 tests/power/run --suite bookworm
    assert_line "power: bookworm: nothing of cp's was lost, so no power was cut"
    is_clean
    run -2 tests/power/run --no
    assert_output --partial 'try --help'
}

@test "make edition goes on after a failure, ends with what each said, and then fails" {
    cp "$root/tools/edition" tools/
    # shellcheck disable=SC2016  # it expands there
    printf '%s\n' '#!/bin/sh' 'shift; echo "making $*"; echo "7 passed in $1"; [ "$1" != sanitize ]' > ../bin/make
    chmod +x ../bin/make
    run -1 tools/edition
    local target
    for target in check elsewhere power faults conditions book; do
        assert_line --regexp "^$target +ok +[0-9]+ s  7 passed in $target\$"
    done
    assert_line --regexp '^sanitize +FAILED +[0-9]+ s  7 passed in sanitize$'
    assert_line 'making endure ENDURE=-n 1'
    assert_line --index -1 '7 passed, 1 failed'
    assert_equal "$(cat out/edition/check.log)" $'making check\n7 passed in check'
    run -0 tools/edition book
    assert_line --index -1 '1 passed, 0 failed'
    run -2 tools/edition --no
}

@test "called wrongly: status 2; --help: what it is" {
    local words
    for words in '--no' '--suite' '--suite a/b' '--limit x' 'no-unit' 'no/program'; do
        # shellcheck disable=SC2086  # words
        run -2 tools/elsewhere $words
        assert_output --partial 'try --help'
    done
    run -0 tools/elsewhere --help
    assert_line --partial 'tools/elsewhere [OPTION]'
    rm out/lib/runner
    run -1 tools/elsewhere
    assert_output 'elsewhere: out/lib/runner is missing: run make build first'
}

@test "a test is to end as it did here; a skip for a reason of the list is no difference" {
    printf 'tests/01-one/a.bats\t%s\t%s\t%s\n' 'it ends' failed '' luck skipped 'needs luck' more skipped 'needs more' same skipped 'needs it' > ../report/tests.tsv
    printf 'tests/01-one/a.bats\t%s\t%s\t%s\n' 'it ends' passed '' luck passed '' more passed '' same skipped 'needs it' > out/report/tests.tsv
    run -1 compare
    assert_output 'Linux 6.1: 01-one/a: test it ends: failed, passed here
Linux 6.1: 01-one/a: test luck: skipped (needs luck), passed here
Linux 6.1: 01-one/a: test more: skipped (needs more), passed here
3 passed, 2 failed, 1 skipped'
    run -0 grep -P '^01-one/a\t6.1\ttest' out/report/elsewhere.tsv
    assert_output --partial $'\tfailed'
}

@test "what tests/lib/elsewhere.tsv names is meant; a line that excuses nothing is wrong" {
    sed -i '2s/passed\t/failed\tit came otherwise/' ../report/sessions.tsv
    printf '01-one/a\t* session user *\twhy\n' > tests/lib/elsewhere.tsv
    run -0 compare
    assert_output '3 passed, 0 failed, 0 skipped'
    printf '01-one/a\t6.1 session user *\twhy\n01-one/a\t6.1 session root *\twhy\n01-one/a\t6.12 session root *\tnot this kernel\n01-one/b\t* session root *\tnot asked\n' > tests/lib/elsewhere.tsv
    run -1 compare
    assert_line 'Linux 6.1: tests/lib/elsewhere.tsv:2: excuses nothing on Linux 6.1; take it out'
    assert_line --index -1 '3 passed, 1 failed, 0 skipped'
}

@test "elsewhere.tsv keeps what was not asked now, and a unit only when all of it was asked" {
    printf '01-one/a\t6.12\tsession\t2026-01-02\tsum\tpassed\n01-gone/b\t6.1\tsession\t2026-01-02\tsum\tpassed\n' > out/report/elsewhere.tsv
    echo '$ ./b' > tangled/01-one/b.session
    run -0 compare
    run -0 cut -f 1-3 out/report/elsewhere.tsv
    assert_output $'01-one\t6.1\ttest\n01-one/a\t6.1\tsession\n01-one/a\t6.1\ttest\n01-one/a\t6.12\tsession'
    run -0 grep -P '\t6.1\ttest' out/report/elsewhere.tsv
    assert_output --partial "$(cat tangled/01-one/a.c tangled/01-one/a.session tests/01-one/a.bats | sha1sum | cut -d ' ' -f 1)"
    assert_output --partial "$(sha1sum < chapters/01-one.nw | cut -d ' ' -f 1)"
}

@test "the initial RAM disk has the modules, unpacked, and in the order of loading" {
    mkdir -p ../m/kernel
    modules ../m
    echo first > ../first
    tools/lib/elsewhere/initrd ../first ../m virtio_blk ext4 none_of_these > ../initrd
    # shellcheck disable=SC2016  # perl expands
    # the heads of cpio's "newc" (cpio(5)): 13 numbers of eight digits after a magic one
    run -0 perl -0777 -ne 'for (my $at = 0; $at < length; ) {
        my @n = map { hex } unpack "x6 (A8)13", substr $_, $at;
        my $name = substr $_, $at + 110, $n[11] - 1;
        my $text = $at + 110 + $n[11]; $text += -$text % 4;
        print "$name: ", substr($_, $text, $n[6]) =~ tr/\n/ /r, "\n";
        $at = $text + $n[6]; $at += -$at % 4;
    }' ../initrd
    assert_output 'init: first 
modules: 
modules/order: virtio-blk.ko crc16.ko jbd2.ko ext4.ko 
modules/virtio-blk.ko: I am virtio-blk 
modules/crc16.ko: I am crc16 
modules/jbd2.ko: I am jbd2 
modules/ext4.ko: I am ext4 
TRAILER!!!: '
}

@test "a real machine starts with the kernel of Debian 12, and says on what it ran" {
    [ "$(id -u)" = 0 ] || skip 'needs root'
    command -v /usr/bin/qemu-system-x86_64 > /dev/null && [ -e "$root/out/elsewhere/bookworm/made" ] ||
        skip 'needs what make elsewhere made'
    mkdir -p ../logs ../work/book/{out,node_modules}
    ln -s "$root"/out/elsewhere/bookworm/{root.img,vmlinuz,modules} ../logs
    cp -r "$root"/{kinds.tsv,tools,tests} ../work/book
    echo machine > ../work/book/out/plan
    rm ../bin/qemu-system-x86_64
    # shellcheck disable=SC2016  # it expands there
    run -0 bash -c 'set -eu
        cd "$1"; me=real suite=bookworm logs=$2/logs work=$2/work
        source tools/lib/debian.bash
        source tools/lib/elsewhere/machine.bash
        end_well
        machine_start "$logs/vmlinuz" "$(echo "$logs"/modules/*)"
        make_disk "$work/book.img" "$work/book" 20
        truncate -s 8M "$work/result"
        machine_run real plan 170 "$work/book.img" "$work/result"
        tar -C "$logs" -xf "$work/result"' bash "$root" "$BATS_TEST_TMPDIR"
    assert_line --regexp '^real: bookworm: up: Linux 6\.1\.'
    run -0 cat ../logs/machine.tsv
    assert_line --regexp $'^kernel\tLinux 6\\.1\\.'
}
