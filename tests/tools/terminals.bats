# shellcheck disable=SC2016 # scripts of sed
bats_require_minimum_version 1.13.0
load ../lib/assertions
# Sessions of several terminals: what [terminal N] means to the checker, to
# promote's run, to the self-test and to the page.

setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    cd "$BATS_TEST_TMPDIR" || return
    mkdir bin
}

# two FILE: a session in which each terminal waits for the other.
two() {
    cat > "$1" <<'END'
$ mkfifo door gate
[terminal 1]
$ cat door
[terminal 2]
$ echo "I am 1${PPID#"$PPID"}7" > door
$ cat gate; exit 3
[terminal 1]
I am 17
$ echo 17 > gate
[terminal 2]
17
[exit 3]
varies: count 17
END
}

# alter FILE SED-SCRIPT: two FILE, changed.
alter() {
    two "$1"
    sed -i -E "$2" "$1"
}

check() { run "$root/tests/lib/session" check --bin bin --limit 2 "$@"; }

@test "two terminals that wait for each other hold what is printed" {
    two a.session
    check a.session
    assert_success
    assert_output ""
}

@test "what is printed before the first terminal has run before any terminal starts" {
    cat > a.session <<'END'
$ sleep 0.2; echo ready > note
[terminal 1]
$ cat note
ready
[terminal 2]
$ cat note
ready
END
    check a.session
    assert_success
}

@test "terminals run at once: in one terminal the same commands never end" {
    two a.session
    sed -i '/^\[terminal/d' a.session
    check --limit 60 a.session                  # long before that it is seen to hang
    assert_failure 1
    assert_output --partial "hangs for good"
}

@test "a line under the wrong terminal is refused" {
    cat > a.session <<'END'
[terminal 1]
$ echo one
[terminal 2]
$ echo two
one
two
END
    check a.session
    assert_failure 1
    assert_output --partial "a.session:2: a line came that is not printed"
}

@test "a changed line is refused, and named by its number" {
    alter a.session '8s/I/You/'
    check a.session
    assert_failure 1
    assert_output --partial "a.session:8: another line came"
}

@test "when one terminal goes wrong the others are not waited for" {
    cat > a.session <<'END'
$ mkfifo door
[terminal 1]
$ cat door
hello
$ cat door
[terminal 2]
$ false
$ echo hello > door
END
    run "$root/tests/lib/session" check --bin bin --limit 60 a.session
    assert_failure 1
    assert_output --partial "a.session:"
}

@test "another exit status is refused" {
    alter a.session 's/^\[exit 3\]$/[exit 4]/'
    check a.session
    assert_failure 1
    assert_output --partial "a.session:12: the command ended in another way"
}

@test "licences hold over all terminals: one printed value is one actual value" {
    cat > a.session <<'END'
$ mkfifo door
[terminal 1]
$ cat door; cat door
21
21
[terminal 2]
$ echo 21 > door
$ echo 22 > door
varies: count 21
END
    check a.session
    assert_failure 1
}

@test "notation that makes no sense is refused with its line" {
    while IFS='|' read -r script line text; do
        alter a.session "$script"
        check a.session
        assert_failure 1
        assert_output --partial "a.session:$line: $text"
    done <<'END'
s/^\[terminal 2\]/[terminal 3]/|4|terminal 2 has to come first
2s/1/0/|2|not '[terminal N]'
2s/.*/[terminal one]/|2|not '[terminal N]'
3d|2|nothing happens in this terminal
s/^\[terminal 2\]/[terminal 1]/|10|one terminal alone needs no name
4a stray|5|a terminal begins with
END
}

@test "the self-test refuses every alteration, those of terminals included" {
    two a.session
    run "$root/tests/lib/session" --self-test --bin bin a.session
    assert_success
    assert_output --partial " 0 accepted outside"
    run ! grep -q 'accepted:' <<< "$output"
}

@test "the self-test alters which terminal a line belongs to" {
    # two terminals that do the same: which is which cannot be told but by name
    printf '%s\n' '[terminal 1]' '$ echo x' x '[terminal 2]' '$ echo x' x > a.session
    run "$root/tests/lib/session" --self-test --bin bin a.session
    assert_success
    local all="$output"
    # without the two names, fewer alterations are tried
    printf '%s\n' '$ echo x' x '$ echo x' x > b.session
    run "$root/tests/lib/session" --self-test --bin bin b.session
    [ "${all#*: }" != "${output#*: }" ]
    [[ $all =~ :\ ([0-9]+)\ alterations ]]
    local with=${BASH_REMATCH[1]}
    [[ $output =~ :\ ([0-9]+)\ alterations ]]
    [ "$with" -gt "${BASH_REMATCH[1]}" ]
}

@test "a run of a session that holds is the session, byte by byte" {
    two a.session
    "$root/tests/lib/session" run --bin bin a.session > b.session
    cmp a.session b.session
}

@test "a run puts what really came out where the printed lines stood" {
    alter a.session '8s/.*/nonsense/; 11s/.*/nonsense/; $d'
    "$root/tests/lib/session" run --bin bin a.session > b.session
    two c.session
    sed -i '$d' c.session
    diff c.session b.session
}

@test "a run adds lines where their command ended, and drops empty blocks" {
    cat > a.session <<'END'
[terminal 1]
$ echo one; echo two; echo three
one
[terminal 2]
$ true
gone
[terminal 1]
two
[terminal 2]
gone too
END
    cat > expected <<'END'
[terminal 1]
$ echo one; echo two; echo three
one
[terminal 2]
$ true
[terminal 1]
two
three
END
    "$root/tests/lib/session" run --bin bin a.session > b.session
    diff expected b.session
}

@test "a run refuses output that would read as a terminal's name" {
    printf '%s\n' '[terminal 1]' '$ echo "[terminal 2]"' '[terminal 2]' '$ true' > a.session
    run "$root/tests/lib/session" run --bin bin a.session
    assert_failure 1
    assert_output --partial "prints a line that a session cannot"
}

@test "the page and the print label each terminal" {
    local nw=$BATS_TEST_TMPDIR/05-two.nw
    {
        printf '# Two {#two}\n\n<<two.session>>=\n'
        two two.session; cat two.session
        printf '@\n'
    } > "$nw"
    mkdir -p tangled/05-two
    cp two.session tangled/05-two/
    "$root/tests/lib/session" lines tangled/05-two/two.session > "$BATS_TEST_TMPDIR/lines"
    for to in html:'<span class="which">Terminal 1</span>' latex:'\nwwhich{Terminal 1}'; do
        # pandoc takes the name after -f in small letters, and $root may have others
        "${NOWEB_LIB:-/usr/lib/noweb}/markup" "$nw" |
            (cd "$root" && SESSIONS=$BATS_TEST_TMPDIR/lines pandoc -f weave/read/stream.lua -L weave/print/print.lua -t "${to%%:*}") > page
        run grep -cF "${to#*:}" page
        assert_output 2
    done
}

@test "promote writes terminals back where they were, keeps licences, and is then content" {
    mkdir -p tree/chapters tree/tests/01-two tree/out/build tree/out/bin/01-two
    cp -r "$root/tools" "$root/kinds.tsv" tree
    cp -r "$root/tests/lib" tree/tests/lib
    cp -r "$root/out/lib" tree/out/lib
    cd tree
    : > chapters/ledger.tsv
    : > tests/01-two/two.bats
    install /dev/null out/bin/01-two/two
    printf '%s\n' --- 'title: Book' 'chapters:' '- 01-two' --- '' '# Preface {#preface}' > book.nw
    two ../right.session
    alter ../wrong.session '8s/.*/I am 9/; 11s/.*/9/; s/varies: count 17/varies: count 9/; 12s/3/4/'
    for which in right wrong; do
        {
            printf '# Two {#two}\n\n<<two.c>>=\nint two;\n@\n\n<<two.session>>=\n'
            cat ../$which.session
            printf '@\nThe end.\n'
        } > ../$which.nw
    done
    cp ../wrong.nw chapters/01-two.nw
    touch -d '1 minute ago' chapters/01-two.nw book.nw
    touch out/build/01-two.built
    run tools/promote --yes 01-two
    assert_success
    diff ../right.nw chapters/01-two.nw
    touch -d '1 minute ago' chapters/01-two.nw
    run --separate-stderr tools/promote --yes 01-two
    assert_success
    assert_output ''
}
