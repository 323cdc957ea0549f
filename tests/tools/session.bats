# shellcheck disable=SC2154,SC2016 # helpers.bash sets it; other shells expand
bats_require_minimum_version 1.13.0
load ../lib/helpers
# The session checker: what is printed is what comes out, licensed values aside.

setup() {
    book_setup
    mkdir bin
    # a parent and a child that say who they are, twice
    program family 'p=$$
        sh -c "echo \"child \$\$: leaving\"; echo \"parent '"'\$p'"'\" > /dev/null;
            echo \$\$ > child"
        echo "parent $p: reaped $(cat child)"'
    # one process under two names
    program alone 'echo "child $$: leaving"; echo "parent $$: reaped $$"'
    program fails 'echo "fails: no" >&2; exit 2'
    program steps 'echo one; echo two >&2; echo three'
    program dies 'echo dying; kill -TERM $$'
}

# program NAME SCRIPT: makes bin/NAME.
program() {
    printf '#!/bin/sh\n%s\n' "$2" > "bin/$1"
    chmod +x "bin/$1"
}

# check [OPTION...]: holds the session on standard input to what comes out.
check() {
    cat > it.session
    run "$book_lib/session" check --bin bin "$@" it.session
}

# --- What is accepted ---------------------------------------------------------

@test "a session that is printed as it comes out holds" {
    check <<'END'
$ ./steps
one
two
three
$ ./fails
fails: no
[exit 2]
$ ./dies
dying
[killed by SIGTERM]
END
    assert_success
    assert_output ""
}

@test "process ids may differ when they are licensed" {
    check <<'END'
$ ./family
child 4712: leaving
parent 4711: reaped 4712
varies: pid 4711 4712 (process ids)
END
    assert_success
}

@test "commands share one directory, and no variable" {
    check <<'END'
$ x=1; echo made > file
$ cat file; echo "x=$x"
made
x=
END
    assert_success
}

@test "a command goes on in lines that begin with '> '" {
    check <<'END'
$ for i in 1 2
> do echo "$i"
> done
1
2
END
    assert_success
}

@test "a missing newline at the end is printed as such" {
    check <<'END'
$ printf 'one\ntwo'
one
two
[no newline at end]
$ printf x; exit 3
x
[no newline at end]
[exit 3]
$ printf '\n\n'


$ true
END
    assert_success
}

@test "values of every type may differ when they are licensed" {
    check <<'END'
$ echo "pid 812, addr 0x7ffd12, fd 5, port 40123, inode 99, uid 1000"
pid 4711, addr 0x55aa, fd 3, port 50001, inode 123456, uid 0
$ echo "at 12:30:01, for 17 ms and 12.5 ms, 65,536 bytes, 12 times, on tty1"
at 09:15:59, for 2 ms and 2 ms, 4,096 bytes, 7 times, on pts/0
varies: pid 4711
varies: addr 0x55aa
varies: fd 3
varies: port 50001
varies: inode 123456
varies: uid 0
varies: time 09:15:59
varies: ms 2 (how long it takes)
varies: size 4,096
varies: count 7
varies: word pts/0
END
    assert_success
}

@test "with a licence to interleave, lines of two speakers may mix" {
    for order in 'A1 A2 B1 B2' 'A1 B1 A2 B2' 'B1 B2 A1 A2' 'B1 A1 A2 B2'; do
        program mixed "for x in $order; do
            case \$x in A*) echo \"A: \$x\" ;; B*) echo \"B: \$x\" ;; esac; done"
        check <<'END'
$ ./mixed
A: A1
B: B1
A: A2
B: B2
varies: interleave
END
        assert_success
    done
}

@test "a speaker is known by a licensed pid, too" {
    program two 'sh -c "echo \"worker \$\$: begins\"" & wait
        sh -c "echo \"worker \$\$: begins\"; echo \"worker \$\$: ends\""'
    check <<'END'
$ ./two
worker 11: begins
worker 11: ends
worker 12: begins
varies: pid 11 12
varies: interleave
END
    assert_success
}

@test "on a pseudo terminal the same holds" {
    program where 'test -t 1 && echo terminal || echo pipe'
    check --terminal <<'END'
$ ./where
terminal
$ ./fails
fails: no
[exit 2]
END
    assert_success
}

# --- What is refused ----------------------------------------------------------

# Each untruth is one change of a session that holds.
true_session() {
    cat <<'END'
$ ./family
child 4712: leaving
parent 4711: reaped 4712
$ ./steps
one
two
three
$ ./fails
fails: no
[exit 2]
varies: pid 4711 4712
END
}

# refuses WHERE WHY: the check fails and says both.
refuses() {
    assert_failure 1
    assert_line --index 0 --partial "it.session:$1: "
    assert_output --partial -- "$2"
}

@test "untouched, the session that the next tests change holds" {
    check < <(true_session)
    assert_success
}

@test "a changed character is refused, with both lines" {
    check < <(true_session | sed s/three/threa/)
    refuses 7 'another line came'
    assert_line '  command: ./steps'
    assert_line '  printed: threa'
    assert_line '  actual:  three'
}

@test "a changed blank is refused" {
    check < <(true_session | sed 's/parent 4711/parent  4711/')
    refuses 3 'only blanks differ'
}

@test "a lost line is refused" {
    check < <(true_session | sed /two/d)
    refuses 6 'another line came'
    check < <(true_session | sed /three/d)
    refuses 6 'a line came that is not printed'
}

@test "a doubled line is refused" {
    check < <(true_session | sed '/three/p')
    refuses 8 'a printed line did not come'
}

@test "swapped lines are refused" {
    check < <(true_session | sed '/^one/{h;d};/^two/G')
    refuses 5 'another line came'
}

@test "an empty line too many is refused" {
    check < <(true_session | sed '/three/G')
    refuses 8 'a printed line did not come'
}

@test "two different ids where one is printed are refused" {
    check <<'END'
$ ./family
child 4712: leaving
parent 4712: reaped 4712
varies: pid 4712
END
    refuses 3 'the printed pid 4712 was '
}

@test "two different ids within one line where one is printed are refused" {
    program line 'echo "$$ $PPID"'
    check <<'END'
$ ./line; true
12 12
varies: pid 12
END
    refuses 2 'the printed pid 12 was '
}

@test "one id where two different ones are printed is refused" {
    check <<'END'
$ ./alone
child 4712: leaving
parent 4711: reaped 4712
varies: pid 4711 4712
END
    refuses 3 'are one and the same'
}

@test "an id of one command is not another one in the next" {
    check <<'END'
$ ./alone
child 4711: leaving
parent 4711: reaped 4711
$ ./alone
child 4711: leaving
parent 4711: reaped 4711
varies: pid 4711
END
    refuses 5 'the printed pid 4711 was '
}

@test "a wrong, a missing and a made-up exit status are refused" {
    check < <(true_session | sed 's/exit 2/exit 3/')
    refuses 10 'the command ended in another way'
    assert_line '  printed: [exit 3]'
    assert_line '  actual:  [exit 2]'
    check < <(true_session | sed '/exit 2/d')
    refuses 8 'the command ended in another way'
    check < <(true_session | sed 's/three/&\n[exit 1]/')
    refuses 8 'the command ended in another way'
}

@test "a signal is not a status, and not another signal" {
    check <<'END'
$ ./dies
dying
[exit 143]
END
    refuses 3 'the command ended in another way'
    check <<'END'
$ ./dies
dying
[killed by SIGKILL]
END
    refuses 3 'the command ended in another way'
}

@test "a printed line '[exit 2]' is no exit status" {
    program liar 'echo "[exit 2]"'
    check <<'END'
$ ./liar
[exit 2]
END
    refuses 1 'a line came that is not printed'
}

@test "a newline at the end that is missing, or that is there, is refused" {
    check <<'END'
$ printf one
one
END
    refuses 1 'the last line has no newline'
    check <<'END'
$ echo one
one
[no newline at end]
END
    refuses 3 'does end in a newline'
}

@test "a value without a licence is literal" {
    check < <(true_session | sed 's/^varies.*/varies: pid 4711/')
    refuses 2 'another line came'
}

@test "a value is licensed as a whole word only" {
    program long 'echo "x4711 47110 4711.5"'
    check <<'END'
$ echo 12; ./long
4711
x4711 47110 4711.5
varies: pid 4711
END
    assert_success
    check <<'END'
$ echo 12; echo x12
4711
x4711
varies: pid 4711
END
    refuses 3 'another line came'
}

@test "a licensed value must look like its type" {
    check <<'END'
$ echo "pid none"
pid 4711
varies: pid 4711
END
    refuses 2 'another line came'
    check <<'END'
$ echo 0x12
4711
varies: pid 4711
END
    refuses 2 'another line came'
}

@test "an unused licence is refused" {
    check < <(true_session; echo 'varies: fd 3')
    refuses 12 "the licence for '3' is not used"
}

@test "a licence for a value that stands in a command alone is not used" {
    check <<'END'
$ echo 4711 > /dev/null
varies: pid 4711
END
    refuses 2 "the licence for '4711' is not used"
}

@test "an unknown licence is refused, with the known ones" {
    check < <(true_session; echo 'varies: mood 4711')
    refuses 12 "no licence is called 'mood'; there are addr, count, fd"
}

@test "a licence twice, without value, or for what is none is refused" {
    check < <(true_session; echo 'varies: word 4711')
    refuses 12 "'4711' is licensed twice"
    check < <(true_session; echo 'varies: fd')
    refuses 12 "'varies: fd' names no value"
    check < <(true_session; echo 'varies: addr three')
    refuses 12 "'three' is no addr"
    check < <(true_session; echo 'varies:pid 4711')
    refuses 12 "not 'varies: TYPE VALUE...'"
}

@test "a licence to interleave that one speaker uses alone is refused" {
    check <<'END'
$ echo A: 1; echo A: 2
A: 1
A: 2
varies: interleave
END
    refuses 4 'the licence to interleave is not used'
}

@test "interleaved, the lines of one speaker keep their order" {
    program mixed 'echo A: 2; echo B: 1; echo A: 1'
    check <<'END'
$ ./mixed
A: 1
A: 2
B: 1
varies: interleave
END
    refuses 2 'another line came'
}

@test "interleaved, no line is lost or doubled" {
    program mixed 'echo B: 1; echo A: 1'
    check <<'END'
$ ./mixed
A: 1
A: 2
B: 1
varies: interleave
END
    refuses 3 'a printed line did not come'
    check <<'END'
$ ./mixed; echo A: 1
A: 1
B: 1
varies: interleave
END
    refuses 3 'a line came that is not printed'
}

@test "a licence between commands is output like any other" {
    check <<'END'
$ ./alone
child 4711: leaving
parent 4711: reaped 4711
varies: pid 4711
$ true
END
    assert_failure 1
}

@test "a command that hangs is refused and killed" {
    program hangs 'echo before; sleep 100'
    check --limit 0.3 <<'END'
$ ./hangs
before
END
    refuses 1 'did not end within 0.3 s'
}

@test "a command that leaves a process behind is refused" {
    program leaves 'sleep 100 & echo done'
    check <<'END'
$ ./leaves
done
END
    refuses 1 'leaves a process behind'
    assert_output --partial sleep
}

@test "a session that leaves a name behind is refused, and one that removes it holds" {
    program leaves 'echo done; : > /dev/shm/session.$$; echo /dev/shm/session.$$ > name'
    check <<'END'
$ ./leaves
done
END
    rm -f /dev/shm/session.*
    refuses 1 'is the last, and what has a name is left behind (/dev/shm/session.'
    check <<'END'
$ ./leaves
done
$ rm $(cat name)
END
    assert_success
}

@test "a command that prints without end is refused" {
    check <<'END'
$ yes
y
END
    refuses 2 'a line came that is not printed'
}

@test "output of two processes comes in the order of writing" {
    check <<'END'
$ ./steps
one
three
two
END
    refuses 3 'another line came'
}

@test "what is no session is refused" {
    check <<< 'hello'
    refuses 1 "a session begins with '\$ ' and a command"
    check < /dev/null
    refuses 1 'an empty session'
    check < <(printf '$ true\nno end')
    refuses 2 'the last line has no end'
    check < <(printf '$ true\n[exit 0]\n')
    refuses 2 "'[exit 0]' is not printed"
    check < <(printf '$ true\n[exit 256]\n')
    refuses 2 'no exit status is 256'
}

@test "the place is told in the chapter that the session comes from" {
    mkdir -p tree/chapters tree/tangled/01-one tree/tests tree/out
    cp -r "$book_lib" tree/tests/lib
    cp -r "$book_built" tree/out/lib
    printf '%s\n' '# One' '' '<<one.session>>=' '$ echo @<<a>>' '<<a>>' '$ echo b' c '@' \
        > tree/chapters/01-one.nw
    sed -i 's/^<<a>>$/@<<a>>/' tree/chapters/01-one.nw
    printf '%s\n' '$ echo "<<a>>"' '<<a>>' '$ echo b' c > tree/tangled/01-one/one.session
    sed -i 's/^\$ echo @<<a>>/$ echo "@<<a>>"/' tree/chapters/01-one.nw
    run tree/tests/lib/session check --bin bin tree/tangled/01-one/one.session
    assert_failure 1
    assert_line --index 0 'chapters/01-one.nw:7: another line came'
}

@test "as an ordinary user the same holds" {
    needs root
    cat > it.session <<'END'
$ id -u; ./steps
65534
one
two
three
END
    run "$book_lib/session" check --nobody --bin bin it.session
    assert_success
}

@test "no message hands bytes to the terminal that it would obey" {
    program odd "printf 'x\\033[2J\\351\\302\\233 \\303\\251 \\n'; exit 3"
    check <<'END'
$ ./odd
x
END
    refuses 2 'another line came'
    assert_line '  actual:  x\x1b[2J\xe9\xc2\x9b é\x20'
}

@test "nor do the reasons, and a long line is cut between two characters" {
    program odd "printf 'it is a\\033[2J\\nit is b\\n'"
    check <<'END'
$ ./odd
it is one
it is one
varies: word one
END
    refuses 3 'the printed word one was a\x1b[2J before'
    program odd "printf '%0100d\\n' 0 | sed 's/0/é/g' | tr '\\n' '\\033'"
    echo '$ ./odd' > it.session
    run "$book_lib/session" run --bin bin it.session
    assert_failure 1
    assert_output --regexp 'control character .x1b; pipe it through cat -v: (é){60}[.]{3}$'
}

@test "a blank too many is said to be one" {
    program odd 'echo "one  two "'
    check <<'END'
$ ./odd
one two
END
    refuses 2 'another line came: only blanks differ'
    assert_line '  actual:  one  two\x20'
}

@test "a real-time signal has its name in the session, too" {
    program real 'kill -s RTMIN+3 $$'
    sed -i 1s/sh/bash/ bin/real
    check <<'END'
$ ./real
[killed by SIGRTMIN+3]
END
    assert_success
    check <<'END'
$ ./real
[killed by SIGRTMIN+4]
END
    refuses 2 'the command ended in another way'
    assert_line '  actual:  [killed by SIGRTMIN+3]'
}

# --- The other modes ----------------------------------------------------------

@test "run prints what really comes out, and keeps the licences" {
    true_session | sed 's/three/four/; s/exit 2/exit 4/' > it.session
    run "$book_lib/session" run --bin bin it.session
    assert_success
    assert_line --index 1 --regexp '^child [0-9]+: leaving$'
    assert_line three
    refute_line four
    assert_line '[exit 2]'
    assert_line --regexp '^varies: pid [0-9]+ [0-9]+$'
    printf '%s\n' "$output" > again.session
    run "$book_lib/session" check --bin bin again.session
    assert_success
}

@test "run in the sandbox prints the same ids every time" {
    needs root namespaces
    true_session > it.session
    run "$book_lib/session" run --sandbox --bin bin it.session
    assert_success
    local first=$output
    assert_line "parent 4711: reaped 4712"
    run "$book_lib/session" run --sandbox --bin bin it.session
    assert_output "$first"
}

@test "with --suggest a check says which licences would let the session hold" {
    while IFS='|' read -r script printed licence; do
        program odd "$script"
        printf '$ ./odd\n%b' "$printed" > it.session
        run --separate-stderr "$book_lib/session" check --suggest --bin bin it.session
        assert_failure 1
        assert_output "$(printf %b "$licence")"
    done <<'END'
echo "I am $$, child of $PPID"|I am 11, child of 12\n|varies: pid 11 12
echo "x $$ at 0x7ffd10"|x 11 at 0x55aa\n|varies: addr 0x55aa\nvaries: pid 11
echo "fd 5 port 1234 inode 77 uid 7 size 9"|fd 3 port 99 inode 66 uid 6 size 8\n|varies: fd 3\nvaries: inode 66\nvaries: port 99\nvaries: size 8\nvaries: uid 6
echo "12:30:01 17.5 s 8 ms"|12:29:00 3.25 s 9 ms\n|varies: ms 9\nvaries: time 12:29:00 3.25
echo "eth1: 3 packets"|eth0: 2 packets\n|varies: count 2\nvaries: word eth0
echo "b: 1"; echo "a: 1"|a: 1\nb: 1\n|varies: interleave
echo one; echo two|one\n|
echo "one two"|one\n|
echo "1 2"|1 1\n|
exit 3|
END
}

@test "run refuses output that a session cannot print" {
    printf '$ true\n$ printf "a\\\\000b\\\\n"\n' > it.session
    run "$book_lib/session" run --bin bin it.session
    assert_failure 1
    assert_output 'it.session:2: the command prints what a session cannot hold, the control character \x00; pipe it through cat -v: a\x00b'
    printf '$ true\n$ echo "varies: pid 1"\n' > it.session
    run "$book_lib/session" run --bin bin it.session
    assert_failure 1
    assert_output --partial 'it.session:2: the command prints a line that a session cannot hold'
}

@test "the self-test finds nothing to accept in an exact session" {
    true_session > it.session
    run "$book_lib/session" --self-test --bin bin it.session
    assert_success
    assert_output --regexp '^it.session: [0-9]{3} alterations, [0-9]{3} refused'
    assert_output --partial ', 0 accepted outside'
}

@test "the self-test sees a checker that accepts too much" {
    # one that takes lines in any case of letters for the same
    mkdir -p loose/tests/lib loose/out
    cp -r "$book_built" loose/out/lib
    cp -r "$book_lib"/{session,Session.pm,Session} loose/tests/lib
    sed -i 's/return \$state if \$printed eq \$actual;/return $state if lc($printed =~ s{e}{x}r) eq lc($actual =~ s{e}{x}r);/' \
        loose/tests/lib/Session/Compare.pm
    run cmp -s "$book_lib/Session/Compare.pm" loose/tests/lib/Session/Compare.pm
    assert_failure
    true_session > it.session
    run loose/tests/lib/session --self-test --bin bin it.session
    assert_failure 1
    assert_line --regexp 'accepted: line [0-9]+, character [0-9]+ changed'
}

@test "the self-test fails when the session itself does not hold" {
    true_session | sed s/three/four/ > it.session
    run "$book_lib/session" --self-test --bin bin it.session
    assert_failure 1
    assert_output --partial 'another line came'
}

@test "no folder stays behind, however a session ends" {
    mkdir temporary
    export TMPDIR=$PWD/temporary
    check <<< $'$ ./steps\none\ntwo\nthree'
    assert_success
    check <<< $'$ ./steps\nanother'
    assert_failure 1
    check --limit 0.001 <<< $'$ ./steps\none'
    assert_failure 1
    run "$book_lib/session" check --bin nowhere it.session
    assert_failure 1
    assert_output --partial "nowhere: no such folder"
    run ls temporary
    assert_output ""
    export TMPDIR=$PWD/gone
    run "$book_lib/session" check --bin bin it.session
    assert_failure 1
    assert_line "session: no folder for temporary files"
}

@test "wrong calls are refused with status 2" {
    run "$book_lib/session"
    assert_failure 2
    run "$book_lib/session" check it.session
    assert_failure 2
    assert_output --partial '--bin DIR is missing'
}

@test "a session that cannot be read is named" {
    run "$book_lib/session" check --bin bin nothing.session
    assert_failure 1
    assert_output "nothing.session:1: cannot be read: No such file or directory"
}

@test "--help tells the notation and every type" {
    run "$book_lib/session" --help
    assert_success
    for word in pid addr fd port inode uid time ms size count word interleave \
        '[exit 3]' '[killed by' '[no newline at end]'; do
        assert_output --partial -- "$word"
    done
}
