# shellcheck disable=SC2154,SC2016 # helpers.bash sets it; other shells expand
bats_require_minimum_version 1.13.0
load ../lib/helpers
# promote: what really comes out goes back into the chapter, and nothing else.

# setup: a small project of its own with one chapter. What stands in out/bin for
# its programs is shell scripts, which need no compiler.
setup() {
    book_setup
    mkdir -p tree/chapters tree/tests tree/out/build tree/out/bin/01-one
    cp -r "$root/tools" "$root/kinds.tsv" tree
    cp -r "$book_lib" tree/tests/lib
    cp -r "$book_built" tree/out/lib
    cd tree || return
    : > chapters/ledger.tsv
    printf '%s\n' --- 'title: Book' 'chapters:' '- 01-one' --- '' '# Preface {#preface}' > book.nw
    program family 'p=$$
        sh -c "echo \"child \$\$: leaving\"; echo \$\$ > child"
        echo "parent $p: reaped $(cat child)"'
    program steps 'echo one; echo "<<two>>"; echo "@ three"; exit 3'
    cat > chapters/01-one.nw <<'END'
# One

Prose with @<<brackets>> and @[[more]].

<<family.session>>=
$ ./family
child 12: leaving
parent 11: reaped 12
varies: pid 11 12 (process ids)
@

Between.  
<<a chunk>>=
$ ./steps
not a session
@

<<steps.session>>=
$ ./steps
one
@<<two>>
@@ three
[exit 3]
@ This line of prose stays.

<<family.c>>=
int family;
<<steps.c>>=
int steps;
@

The end.
END
    chmod 640 chapters/01-one.nw
    built
    cp chapters/01-one.nw before.nw
}

# program NAME SCRIPT: makes out/bin/01-one/NAME.
program() {
    printf '#!/bin/sh\n%s\n' "$2" > "out/bin/01-one/$1"
    chmod +x "out/bin/01-one/$1"
}

# built: the programs are newer than the chapter.
built() {
    touch -d '1 minute ago' chapters/*.nw book.nw
    touch out/build/01-one.built out/build/book.built
}

# change SED-SCRIPT: changes the chapter.
change() {
    sed -i "$1" chapters/01-one.nw
    built
}

# promote ARGUMENT...: `run` of promote. Where there are no namespaces it says so
# once, as a test below shows; that is taken away here.
promote() {
    run tools/promote "$@" < /dev/null
    unshare --pid --mount --fork --mount-proc true 2> /dev/null || forget_namespaces
}

forget_namespaces() {
    output=$(grep -vx "session: no namespaces here, .*" <<< "$output") || :
    lines=()
    [ -z "$output" ] || mapfile -t lines <<< "$output"
}

@test "sessions that hold stay as they are, whatever values they print" {
    promote --yes
    assert_success
    assert_output ""
    cmp before.nw chapters/01-one.nw
}

@test "what really comes out is shown as a diff and written back" {
    change 's/^one$/eins/; s/^child 12/kid 12/'
    promote --yes
    assert_success
    assert_line -- '-eins'
    assert_line -- '+one'
    assert_line '--- chapters/01-one.nw'
    assert_line --regexp '^\+child [0-9]+: leaving$'
    assert_line --partial '2 session(s) written'
}

@test "a second run changes nothing" {
    change 's/^one$/eins/; s/^child 12/kid 12/'
    promote --yes
    built
    cp chapters/01-one.nw once.nw
    promote --yes
    assert_success
    assert_output ""
    cmp once.nw chapters/01-one.nw
}

@test "nothing but the session's chunk changes, and the mode stays" {
    change 's/^one$/eins/'
    promote --yes
    assert_success
    cmp before.nw chapters/01-one.nw
    assert_equal "$(stat -c %a chapters/01-one.nw)" 640
}

@test "licences stay with their reasons, for the new values" {
    needs root namespaces
    change 's/^child 12/kid 12/'
    promote --yes 01-one/family
    assert_success
    run grep '^varies' chapters/01-one.nw
    assert_output 'varies: pid 4711 4712 (process ids)'
    run grep '^parent' chapters/01-one.nw
    assert_output 'parent 4711: reaped 4712'
}

@test "a chunk with nothing but commands is filled" {
    change '/^one$/,/^\[exit 3\]/d'
    promote --yes
    assert_success
    cmp before.nw chapters/01-one.nw
}

@test "the first and the last chunk of a file can both change" {
    change 's/^child 12/kid 12/; s/^\[exit 3\]/[exit 4]\nmore\nmore/'
    promote --yes
    assert_success
    run sed -n '/steps.session/,$p' chapters/01-one.nw
    assert_output "$(sed -n '/steps.session/,$p' before.nw)"
}

@test "a chapter that is a link stays one, and what it leads to keeps its owner" {
    change 's/^one$/eins/'
    mkdir elsewhere
    mv chapters/01-one.nw elsewhere
    ln -s ../elsewhere/01-one.nw chapters/01-one.nw
    [ "$(id -u)" != 0 ] || chown 65534:65534 elsewhere/01-one.nw
    local owner
    owner=$(stat -c %u:%g elsewhere/01-one.nw)
    promote --yes
    assert_success
    [ -L chapters/01-one.nw ]
    cmp before.nw elsewhere/01-one.nw
    assert_equal "$(stat -c %u:%g:%a elsewhere/01-one.nw)" "$owner:640"
}

@test "a session at the end of the file, without an end of its last line, is written" {
    sed -i '/^<<a chunk>>/,$d' chapters/01-one.nw
    printf '<<family.c>>=\nint family;\n<<steps.c>>=\nint steps;\n<<steps.session>>=\n$ ./steps' >> chapters/01-one.nw
    built
    promote --yes
    assert_success
    run tail -n 5 chapters/01-one.nw
    assert_output "$(printf '%s\n' '$ ./steps' one '@<<two>>' '@@ three' '[exit 3]')"
}

@test "an empty session is told with its line" {
    change '/^<<steps.session/,/^\[exit 3\]/{/^<</!d}'
    promote --yes
    assert_failure 1
    assert_output 'chapters/01-one.nw:18: steps.session is empty; write its commands'
}

@test "asked, a no leaves the chapter alone and is status 1" {
    change 's/^one$/eins/'
    cp chapters/01-one.nw changed.nw
    run tools/promote <<< n
    assert_failure 1
    assert_line -- '+one'
    assert_line --partial 'Write this to chapters/01-one.nw? [y/N]'
    cmp changed.nw chapters/01-one.nw
    promote
    assert_failure 1
    cmp changed.nw chapters/01-one.nw
}

@test "asked, a yes writes" {
    change 's/^one$/eins/'
    run tools/promote <<< y
    assert_success
    cmp before.nw chapters/01-one.nw
}

@test "--renew also writes a session that holds" {
    needs root namespaces
    promote --yes --renew
    assert_success
    run grep '^parent' chapters/01-one.nw
    assert_output 'parent 4711: reaped 4712'
    built
    promote --yes --renew
    assert_output ""
}

@test "a unit, a session and a file can be named; others stay" {
    change 's/^one$/eins/; s/^child 12/kid 12/'
    promote --yes 01-one/steps
    assert_success
    run grep -c '^kid 12' chapters/01-one.nw
    assert_output 1
    built
    promote --yes chapters/01-one.nw
    assert_success
    run grep -c '^kid 12' chapters/01-one.nw
    assert_output 0
}

@test "what differs from run to run needs a licence, and promote says so" {
    change '/^varies/d'
    promote --yes
    assert_failure 1
    assert_output --partial 'chapters/01-one.nw:5: family.session did not hold the second time; it needs'
    assert_output --partial 'it needs a licence (varies: pid '
    program steps "echo x >> '$PWD/times'; seq \$(wc -l < '$PWD/times')"
    built
    promote --yes
    assert_failure 1
    assert_output --partial 'steps.session did not hold the second time; no licence would help it'
}

@test "after promote tangled/ is what a fresh tangle makes" {
    tools/tangle
    change 's/^one$/eins/'
    tools/tangle
    run tools/promote --yes 01-one
    assert_success
    run tools/tangle --check
    assert_success
    run grep -cx one tangled/01-one/steps.session
    assert_output 1
}

@test "an edit made while promote waits for the answer is not overwritten" {
    change 's/^one$/eins/'
    mkfifo answer
    tools/promote < answer > said 2>&1 &
    local pid=$!
    exec 9> answer
    until grep -q 'Write this' said; do sleep 0.01; done
    sed -i 's/^The end/The very end/' chapters/01-one.nw
    cp chapters/01-one.nw edited.nw
    echo y >&9
    exec 9>&-
    status=0
    wait "$pid" || status=$?
    assert_equal "$status" 1
    run tail -n 1 said
    assert_output --partial 'chapters/01-one.nw:1: changed while this ran; nothing was written'
    cmp edited.nw chapters/01-one.nw
    run ls -A chapters
    assert_output "$(printf '%s\n' 01-one.nw ledger.tsv)"
}

@test "an edit made while the sessions run is not overwritten" {
    program steps "sed -i 's/^The end/The very end/' '$PWD/chapters/01-one.nw'; echo one"
    promote --yes
    assert_failure 1
    assert_output --partial 'chapters/01-one.nw:1: changed while this ran'
    sed 's/^The end/The very end/' before.nw | cmp - chapters/01-one.nw
}

@test "a session that is refused does not keep another from being written" {
    change 's/^child 12/kid 12/'
    program steps 'printf "caf\\351\n"'
    promote --yes
    assert_failure 1
    assert_output --partial 'chapters/01-one.nw:19: the command prints what a session cannot hold, a byte that is not UTF-8'
    assert_output --partial '1 session(s) written'
    run grep -c '^kid' chapters/01-one.nw
    assert_output 0
    diff <(sed -n '/steps.session/,$p' before.nw) <(sed -n '/steps.session/,$p' chapters/01-one.nw)
}

@test "where lint finds fault already, what is no worse is written" {
    change 's/^one$/eins/; s/^Prose/Prose  /'
    sed -i 's/^Prose .*/&  /' chapters/01-one.nw
    built
    promote --yes
    assert_success
    assert_output --partial '1 session(s) written'
}

@test "without namespaces promote says so, and does the same with the system's process ids" {
    mkdir bin
    printf '#!/bin/sh\necho "unshare: Operation not permitted" >&2; exit 1\n' > bin/unshare
    chmod +x bin/unshare
    change 's/^one$/eins/; s/^child 12/kid 12/'
    PATH=$PWD/bin:$PATH run tools/promote --yes
    assert_success
    assert_equal 1 "$(grep -cx "session: no namespaces here, so process ids are the system's" \
        <<< "$output")"
    assert_line --regexp '^\+varies: pid [0-9]+ [0-9]+ \(process ids\)$'
    refute_line --partial 'Operation not permitted'
    built
    change '/^child/d; /^parent/d; s/^varies: pid.*/varies: pid 1 (process ids)/'
    PATH=$PWD/bin:$PATH run tools/promote --yes
    assert_success
    assert_line --regexp '^\+varies: pid [0-9]+ [0-9]+ \(process ids\)$'
    diff <(sed -n '/steps.session/,$p' before.nw) <(sed -n '/steps.session/,$p' chapters/01-one.nw)
}

@test "what is missing is named" {
    promote nonsense
    assert_failure 2
    assert_output "promote: 'nonsense' is no unit, no session and no chapter"
    promote 01-one/nonsense
    assert_failure 1
    assert_output 'chapters/01-one.nw:1: there is no session chunk <<nonsense.session>>'
}

@test "a session without its program is not promoted" {
    change 's/^one$/eins/'
    rm out/bin/01-one/steps
    promote --yes
    assert_failure 1
    assert_output 'chapters/01-one.nw:18: there is no program out/bin/01-one/steps; its chunk or make build is missing'
}

@test "programs older than the chapter are not run" {
    touch -d '1 minute ago' out/build/01-one.built
    touch chapters/01-one.nw
    promote
    assert_failure 1
    assert_output 'chapters/01-one.nw:1: is newer than the programs of 01-one: run make build first'
    built
    touch book.nw
    touch -d '1 minute ago' out/build/01-one.built
    promote
    assert_failure 1
    assert_output 'book.nw:1: is newer than the programs of 01-one: run make build first'
}

@test "a session that cannot be promoted is told with its line" {
    change 's/^<<a chunk>>=/<<steps.session>>=/'
    promote --yes
    assert_failure 1
    assert_output --partial 'chapters/01-one.nw:18: steps.session is continued here'
}

@test "a session that uses a chunk is told with its line" {
    change 's/^@<<two>>/<<two>>/'
    promote --yes
    assert_failure 1
    assert_output --partial 'chapters/01-one.nw:21: promote cannot write'
}

@test "a faulty licence is told with the chapter's line" {
    change 's/^varies: pid/varies: pet/'
    promote --yes
    assert_failure 1
    assert_output --partial "chapters/01-one.nw:9: no licence is called 'pet'"
    run diff before.nw chapters/01-one.nw
    assert_equal "${#lines[@]}" 4
}

@test "a program that hangs leaves the chapter alone" {
    program steps 'sleep 100'
    cp chapters/01-one.nw changed.nw
    BOOK_LIMIT=0.3 promote --yes
    assert_failure 1
    assert_output --partial 'chapters/01-one.nw:19: the command did not end within 0.3 s: ./steps'
    cmp changed.nw chapters/01-one.nw
}

@test "a folder that cannot be written leaves the chapter alone" {
    change 's/^one$/eins/'
    cp chapters/01-one.nw changed.nw
    as_nobody chmod 500 chapters
    [ "$(id -u)" != 0 ] || chown -R 65534 .
    as_nobody tools/promote --yes
    chmod 700 chapters
    assert_failure 1
    assert_stderr --partial 'Permission denied'
    cmp changed.nw chapters/01-one.nw
}

@test "--help says what it does" {
    promote --help
    assert_success
    assert_output --partial 'usage: tools/promote'
}
