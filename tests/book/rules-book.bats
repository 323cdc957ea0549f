# shellcheck disable=SC2154,SC2016 # helpers.bash sets it; other shells expand
# takes about 20 s
bats_require_minimum_version 1.13.0
load ../lib/helpers
# What the preface and appendices A and D say of the book itself.

@test "a program is one file without a header of ours, and cc alone links it" {
    says "is one file without a header of ours"
    if grep -n '^ *# *include *"' "$root"/tangled/*/*.c; then fail 'a header of ours'; fi
    # those that might want a library
    some=$(grep -lE 'pthread_|thrd_|sem_|shm_|mq_|timer_|dl[a-z]*\(' "$root"/tangled/*/*.c)
    [ -n "$some" ]
    for file in $some "$root/tangled/03-pipes/pipe_ps.c"; do
        cc -o linked "$file"
    done
    run ./linked
    assert_success
}

@test "most programs start with the same lines" {
    says --in B-toolbox "Most programs start with the same lines"
    first=$(sed -n '/^<<feature macro and headers>>=$/,/^@/{/^[<@]/!p}' "$root/chapters/B-toolbox.nw")
    n=$(wc -l <<< "$first") same=0 others=0
    for file in "$root"/tangled/*/*.c; do
        case $(head -n "$((n + 8))" "$file") in
        *"$first"*) same=$((same + 1)) ;;
        *) others=$((others + 1)) ;;
        esac
    done
    [ "$same" -gt "$others" ]
}

@test "the C library 2.36 is needed" {
    says "They need the GNU C library 2.36 or newer"
    run readelf -V "$root"/out/bin/*/*
    assert_line --partial 'GLIBC_2.36'
}

@test "the sessions were printed where a page has 4,096 bytes" {
    says "a page of memory has 4,096 bytes there"
    run cat "$root/tangled/03-pipes/pipe_capacity.session"
    assert_line --regexp "^ *$((16 * 4096)) bytes, says the kernel$"
}

@test "no program needs root" {
    says "No program needs the rights of root"
    needs root
    for session in "$root"/tangled/*/*.session; do
        unit=${session%/*} unit=${unit##*/}
        run "$book_lib/session" check --nobody --bin "$root/out/bin/$unit" "$session"
        [ "$status" = 0 ] || fail "$session: $output"
    done
}

@test "a tool knows a rule by the words that appendix A names" {
    says --in A-trial "A sentence of it states a rule when it knows no exception (never, always, only, nothing, at once, for good, for ever, any, every, must, cannot, whenever), or when it has a number, or the name of an error, a signal, a flag or a limit"
    help=$("$root/tools/statements" --help | tr '\n' ' ' | tr -s ' ')
    said=$(tr '\n' ' ' < "$root/chapters/A-trial.nw" | sed 's/.*knows no exception (\([^)]*\)).*/\1/')
    assert_equal "$(sed 's/.*word without exception (\([^)]*\)).*/\1/' <<< "$help")" "$said"
}

@test "what weaves is in four folders" {
    says --in D-making "is in four folders of"
    run bash -c 'cd "$1/weave" && ls -d */' bash "$root"
    assert_output $'common/\nprint/\nread/\nsite/'
}

@test "a session is run and compared in the tests of its program" {
    says --in D-making "runs the sessions of the book and compares what comes out with what the page prints"
    for session in "$root"/tangled/*/*.session; do
        file=${session#"$root/tangled/"}
        grep -q '^ *\(as_nobody \)\?holds_session' "$root/tests/${file%.session}.bats" || fail "$file is not held"
    done
}

# checks: holds the session on standard input to a program that prints its own process id
# twice, and that of its child.
checks() {
    mkdir -p bin
    printf '#!/bin/sh\nsh -c '"'"'echo $PPID $PPID $$'"'"'\n' > bin/ids
    chmod +x bin/ids
    cat > it.session
    run "$book_lib/session" check --bin bin it.session
}

@test "a number that is printed twice comes twice, and two different ones differ" {
    says "A number that is printed twice has to come out twice, whatever it is"
    says "Two different numbers have to come out as two that differ"
    says --in D-making "the program has to print one number twice, whatever it is"
    checks <<< $'$ ./ids\n4711 4711 4712\nvaries: pid 4711 4712'
    assert_success
    checks <<< $'$ ./ids\n4711 4711 4711\nvaries: pid 4711'
    assert_failure 1
    checks <<< $'$ ./ids\n4711 4713 4712\nvaries: pid 4711 4712 4713'
    assert_failure 1
}

@test "two durations, or times of day, may agree or differ by chance" {
    says "Durations and times of day are excepted, since two of them may agree by chance"
    says --in D-making "Durations and times of day are excepted, since two of them may agree by chance"
    checks <<< $'$ printf "7 5 5\\n"\n8 7 8\nvaries: ms 7 8'
    assert_success
    checks <<< $'$ printf "07:01 07:01\\n"\n07:03 07:04\nvaries: time 07:03 07:04'
    assert_success
    checks <<< $'$ printf "7 5 5\\n"\n8 7 8\nvaries: count 7 8'
    assert_failure 1
}

@test "where no file may grow, the kernel ends a program by SIGXFSZ" {
    says --in D-making "and SIGXFSZ in place of a message where no file may grow"
    run_shell 'ulimit -f 0; exec "$1" > kept' "$root/out/bin/03-pipes/pipe_hello"
    printf '%s\n' "status $status, ended $ended: $output" >&2
    [ "$status" = 153 ] || [ "$ended" = 'killed SIGXFSZ' ]
    [ ! -s kept ]
}

@test "a licence that nothing uses, and one of an unknown kind, is an error" {
    says --in D-making "A licence that nothing uses is an error, as is one of a kind that the checker does not know"
    checks <<< $'$ ./ids\n4711 4711 4712\nvaries: pid 4711 4712 4713'
    assert_failure
    checks <<< $'$ ./ids\n4711 4711 4712\nvaries: pid 4711 4712\nvaries: mood 3'
    assert_failure
}

@test "an altered session is refused, in whatever line" {
    says "none of them can go stale unnoticed"
    says --in D-making "an alteration that goes unnoticed is a mistake as well"
    unit=01-ends name=wait_all
    run "$book_lib/session" --self-test --bin "$root/out/bin/$unit" "$root/tangled/$unit/$name.session"
    assert_success
    for line in $(seq "$(wc -l < "$root/tangled/$unit/$name.session")"); do
        sed "${line}d" "$root/tangled/$unit/$name.session" > it.session
        run "$book_lib/session" check --bin "$root/out/bin/$unit" it.session
        [ "$status" != 0 ] || fail "without its line $line it holds"
    done
}

@test "with a program that does nothing in its place each test of one is red" {
    says --in D-making "Each program is replaced by one that prints nothing and succeeds, and a test of it that stays green then is a mistake, unless it is one of the compiler"
    for test in 01-ends/wait_all 03-pipes/pipe_hello; do
        mkdir -p "stubs/$test"
        printf '#!/bin/sh\n' > "stubs/$test/${test#*/}"
        chmod +x "stubs/$test/${test#*/}"
        run env BOOK_BIN="$PWD/stubs" "$root/node_modules/bats/bin/bats" -F tap "$root/tests/$test.bats"
        refute_line --regexp '^ok '
        assert_line --regexp '^not ok '
    done
}

@test "the fonts and the licenses are those that the colophon names" {
    says --in colophon "On paper the text is set in TeX Gyre Pagella and TeX Gyre Heros, on the web in Source Serif 4, and the code everywhere in JetBrains Mono"
    says --in colophon "under the Creative Commons Attribution 4.0 International License (CC BY 4.0), the programs and all code of the chapters under the MIT license"
    for font in 'main TeX Gyre Pagella' 'sans TeX Gyre Heros' 'mono JetBrains Mono'; do
        grep -qF "\\set${font%% *}font{${font#* }}" "$root/weave/print/book.tex"
    done
    grep -q -- '--serif: "Source Serif 4 ' "$root/assets/css/book.css"
    grep -q -- '--mono: "JetBrains Mono ' "$root/assets/css/book.css"
    run head -n 1 "$root/LICENSE-CODE"
    assert_output 'MIT License'
    run cat "$root/LICENSE-TEXT"
    assert_output --partial $'Creative Commons Attribution 4.0 International\nLicense (CC BY 4.0)'
}
