# shellcheck disable=SC2154,SC2016 # helpers.bash sets it; other shells expand
bats_require_minimum_version 1.13.0
load ../lib/helpers
# The notation of sessions is read in one place: what `session lines` says of
# each line is what the checker takes it for, and what the pages print.

setup() {
    book_setup
    mkdir bin
}

lines() { run "$book_lib/session" lines "$@"; }

# holds: the checker accepts it.session.
holds() {
    run "$book_lib/session" check --bin bin it.session
    assert_success
    assert_output ""
}

# kinds: the kinds of the lines of it.session, in a row.
kinds() {
    lines it.session
    assert_success
    sed 1d <<< "$output" | cut -f 1 | tr '\n' ' '
}

# written_again: `session lines` on standard input, as sessions again; of a
# licence what there is.
written_again() {
    awk -F '\t' '
        { rest = substr($0, length($1) + 2) }
        $1 == "command"  { print "$ " rest }
        $1 == "more"     { print rest == "" ? ">" : "> " rest }
        $1 == "terminal" { print "[terminal " rest "]" }
        $1 == "output" || $1 == "status" { print rest }
        $1 == "licence"  { print "varies: " $2 " " $3 ($4 == "" ? "" : " (" $4 ")") }'
}

# counted: a session on standard input, in whose licences the number of values
# takes their place.
counted() {
    perl -pe 's/^varies: (\S+)((?: [^\s(]\S*)*)/"varies: $1 " . (my @v = split " ", $2)/e'
}

@test "the lines of every session of the book are the session again, byte by byte" {
    local file count=0
    for file in "$root"/tangled/*/*.session; do
        "$book_lib/session" lines "$file" > said
        assert_equal "$(head -n 1 said)" "file	$file"
        sed 1d said | written_again > again
        counted < "$file" > wanted
        cmp wanted again
        count=$((count + 1))
    done
    [ "$count" -gt 0 ]
}

@test "each kind of line has its name" {
    cat > it.session <<'END'
$ mkfifo door
[terminal 1]
$ cat door; for i in 1; do
>
> printf 'it is %s' 11
> exit 3; done
[terminal 2]
$ echo; echo 12 > door

[terminal 1]
12
it is 11
[no newline at end]
[exit 3]
varies: count 11 (eleven
END
    lines it.session
    assert_failure 1
    assert_output "it.session:15: not 'varies: TYPE VALUE...'"
    sed -i '$s/ 11.*/ 11 12 (how many)/' it.session
    lines it.session
    assert_success
    assert_output "$(printf '%s\t%s\n' file it.session command 'mkfifo door' terminal 1 \
        command 'cat door; for i in 1; do' more '' more "printf 'it is %s' 11" \
        more 'exit 3; done' terminal 2 command 'echo; echo 12 > door' output '' terminal 1 \
        output 12 output 'it is 11' status '[no newline at end]' status '[exit 3]')
licence	count	2	how many"
    holds
}

@test "output that looks like notation is output where the checker takes it for that" {
    cat > it.session <<'END'
$ printf '%s\n' 'He wrote:' '> what is a pipe?' 'varies: pid 12' '[exit 3]' last
He wrote:
> what is a pipe?
varies: pid 12
[exit 3]
last
$ printf '%s\n' '[no newline at end]' x '[terminals]' '$' '$x' '[killed by SIGTERM]' ' [exit 1]'
[no newline at end]
x
[terminals]
$
$x
[killed by SIGTERM]
 [exit 1]
$ echo 'varies: pid 12'
varies: pid 12
$ echo '[exit 3]'; exit 3
[exit 3]
[exit 3]
$ printf '[no newline at end]'
[no newline at end]
[no newline at end]
$ printf '[exit 3]'
[exit 3]
[no newline at end]
END
    holds
    assert_equal "$(kinds)" "command output output output output output \
command output output output output output output output command output \
command output status command output status command output status "
}

@test "a line that begins with '> ' is output as soon as there was output, or another terminal" {
    cat > it.session <<'END'
[terminal 1]
$ echo '> quoted'
[terminal 2]
$ true
[terminal 1]
> quoted
END
    holds
    assert_equal "$(kinds)" "terminal command terminal command terminal output "
}

@test "several files are told one after the other, and one that is none does not hide the others" {
    printf '$ echo one\none\n' > one.session
    printf 'two\n' > two.session
    printf '$ echo three\nthree\n' > three.session
    lines one.session two.session three.session
    assert_failure 1
    assert_line "two.session:1: a session begins with '\$ ' and a command"
    assert_line "file	one.session"
    assert_line "file	three.session"
    refute_line "file	two.session"
    lines nothing.session
    assert_failure 1
    assert_output "nothing.session:1: cannot be read: No such file or directory"
}

@test "a session that no page can show is refused with its line" {
    while IFS='|' read -r bytes text; do
        # shellcheck disable=SC2059 # the bytes are a format
        printf "\$ cat it\nfirst\n$bytes\n" > it.session
        lines it.session
        assert_failure 1
        assert_output --partial "it.session:3: a session cannot hold $text"
        assert_output --partial "; pipe it through "
        run "$book_lib/session" check --bin bin it.session
        assert_failure 1
        assert_output --partial "it.session:3: a session cannot hold $text"
    done <<'END'
caf\xe9|a byte that is not UTF-8
\xed\xa0\x80|the character U+D800
a\x00b|the control character \x00
\x1b[31mred|the control character \x1b
end\r|the control character \x0d
page\f|the control character \x0c
\x7f|the control character \x7f
a\xc2\x85b|the character U+0085
\xef\xbb\xbfx|the character U+FEFF
a\xc2\xa0b|the character U+00A0
a\xe2\x80\xaeb|the character U+202E
a\tb|a tab
end  |blanks at the end of a line
END
    printf '$ cat it\n%s\n' 'café, “漢字” → ─ é' > it.session
    lines it.session
    assert_success
}

@test "a signal that does not exist is no status" {
    printf '$ true\n[killed by SIGTREM]\n' > it.session
    lines it.session
    assert_failure 1
    assert_output "it.session:2: no signal is called SIGTREM"
    for signal in SIGTERM SIGRTMIN SIGRTMIN+3; do
        printf '$ true\n[killed by %s]\n' "$signal" > it.session
        assert_equal "$(kinds)" "command status "
    done
}

# a_book: a tree with the checker and the chapter on standard input.
a_book() {
    mkdir -p tree/chapters tree/tangled/01-one tree/tests tree/out
    cp -r "$book_lib" tree/tests/lib
    cp -r "$book_built" tree/out/lib
    cat > tree/chapters/01-one.nw
}

@test "the place is the chapter's, also after '@@' and '@<<'" {
    a_book < <(printf '%s\n' '# One' '' '<<one.session>>=' '$ cat it' '@@ at' '@@@<<b>>' \
        'a @@<<b' '@@@@' '@<<<>>' 'a<<b@<<c@>d' '[exit 0]' '@')
    (cd tree && /usr/lib/noweb/markup chapters/01-one.nw | /usr/lib/noweb/nt -Rone.session) \
        > tree/tangled/01-one/one.session
    diff - tree/tangled/01-one/one.session < <(printf '%s\n' '$ cat it' '@ at' '@<<b>>' \
        'a @<<b' '@@@' '<<<>>' 'a<<b@<<c@>d' '[exit 0]')
    run tree/tests/lib/session lines tree/tangled/01-one/one.session
    assert_failure 1
    assert_output "chapters/01-one.nw:11: '[exit 0]' is not printed"
}

@test "a tab in a chapter's session is refused there, for noweb makes blanks of it" {
    a_book < <(printf '%s\n' '# One' '' '<<one.session>>=' '$ cat it' $'a\tb' '@')
    printf '%s\n' '$ cat it' 'a       b' > tree/tangled/01-one/one.session
    for mode in lines 'check --bin bin'; do
        # shellcheck disable=SC2086 # words
        run tree/tests/lib/session $mode tree/tangled/01-one/one.session
        assert_failure 1
        assert_output --partial "chapters/01-one.nw:5: a session cannot hold a tab"
    done
}
