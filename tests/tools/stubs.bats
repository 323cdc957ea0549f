# shellcheck disable=SC2154,SC2016 # helpers.bash sets it; other shells expand
bats_require_minimum_version 1.13.0
load ../lib/helpers
# Are the tests worth anything? With a stub that does nothing in place of a
# program every test of the program must fail, with an altered session the
# test that holds the session must, and the session checker must refuse every
# alteration of a session.
#
# One rule exempts a test from the stub: it holds a compiler to what the text
# says about code that does not compile. It calls compiles or compile_fails and
# runs no ./program.

# Each test here runs a whole .bats file, so that they are worth a process each,
# while trivial tests are quicker one after the other (tests/run says so to Bats).
setup_file() { unset BATS_NO_PARALLELIZE_WITHIN_FILE; }

# tests_of FILE.bats: "body<TAB>name" of each test, the body in one line.
tests_of() {
    perl -0777 -ne 'while (/^\@test "((?:[^"\\]|\\.)*)" \{(.*?)\n?\}$/msg) {
        my ($name, $body) = ($1, $2); $body =~ s/^\s*#.*$//mg;
        $body =~ s/\s+/ /g; $name =~ s/\\(.)/$1/g; print "$body\t$name\n" }' "$1"
}

# run_tests FILE.bats PATTERN VARIABLE=VALUE...: runs the tests of a .bats file
# whose names match, by themselves, with the variables; TAP in the file stdout.
run_tests() {
    local file=$1 pattern=$2
    shift 2
    run_program -t 300 env -i PATH="$PATH" HOME="$PWD" TMPDIR="${TMPDIR:-/tmp}" \
        "$@" "$root/node_modules/bats/bin/bats" --tap -f "$pattern" "$file"
}

# turns_red UNIT PROGRAM FILE.bats BIN: with the stub every test of FILE fails.
turns_red() {
    local number=0 green=0 body name
    cp -r "${4:-$root/out/bin}/$1" bin
    printf '#!/bin/sh\nexit 0\n' > "bin/$2"
    chmod +x "bin/$2"
    mkdir all
    mv bin "all/$1"
    run_tests "$3" . BOOK_BIN="$PWD/all"
    while IFS=$'\t' read -r body name; do
        number=$((number + 1))
        case $body in
        *./*) ;;
        *compile*) continue ;;
        esac
        # what is skipped here is tested where it is not
        grep -qE "^(not ok $number |ok $number .* # skip )" stdout || {
            echo "green although $2 does nothing: $name"
            green=1
        }
    done < <(tests_of "$3")
    [ "$number" -gt 0 ] || { fail "$3 has no test"; return 1; }
    [ "$(grep -cE '^(not )?ok ' stdout)" = "$number" ] || {
        cat stdout stderr
        fail "$number tests were read from $3, but others ran"
        return 1
    }
    [ $green = 0 ] || fail "these tests test nothing"
}

# altered_turns_red UNIT PROGRAM FILE.bats TANGLED BIN: with one character of
# the session changed, each test that holds it fails.
altered_turns_red() {
    local holders=0 names="" body name tangled=${4:-$root/tangled}
    mkdir tangled
    cp -r "$tangled/$1" tangled
    # the first line that is not a command
    perl -pi -e 'if (!$done && !/^[\$>] /) { s/[a-z]/\$/i and $done = 1 }' \
        "tangled/$1/$2.session"
    run cmp -s "tangled/$1/$2.session" "$tangled/$1/$2.session"
    assert_failure
    while IFS=$'\t' read -r body name; do
        case $body in
        *holds_session*)
            holders=$((holders + 1))
            names+="|${name//[^[:alnum:]]/.}" ;;
        esac
    done < <(tests_of "$3")
    [ $holders -gt 0 ] || {
        fail "no test of $3 calls holds_session"
        return 1
    }
    run_tests "$3" "^(${names#|})\$" BOOK_TANGLED="$PWD/tangled" \
        BOOK_BIN="${5:-$root/out/bin}"
    if grep "^ok " stdout | grep -v ' # skip '; then
        fail "green although the session was altered"
        return 1
    fi
    [ "$(grep -cE '^(not ok |ok .* # skip )' stdout)" = $holders ] || {
        cat stdout stderr
        fail "$holders tests hold the session, but others ran"
    }
}

# self_test UNIT PROGRAM FILE.bats: nothing outside licensed values may change.
# Where FILE skips the test that holds the session, this one is skipped, too.
self_test() {
    local body name
    run "$book_lib/session" --self-test --bin "$root/out/bin/$1" \
        "$root/tangled/$1/$2.session"
    [ "$status" != 0 ] || return 0
    local said=$output
    while IFS=$'\t' read -r body name; do
        case $body in *holds_session*) break ;; esac
    done < <(tests_of "$3")
    run_tests "$3" "^${name//[^[:alnum:]]/.}\$"
    [[ $output != *' # skip '* ]] || skip "${output#* # skip }"
    fail "$said"
}

for session in "$root"/tangled/*/*.session; do
    [ -e "$session" ] || continue
    name=${session##*/} name=${name%.session}
    dir=${session%/*} dir=${dir##*/}
    file=$root/tests/$dir/$name.bats
    bats_test_function --description "a stub in place of $dir/$name turns its tests red" \
        -- turns_red "$dir" "$name" "$file"
    bats_test_function --description "an altered session of $dir/$name turns red" \
        -- altered_turns_red "$dir" "$name" "$file"
    bats_test_function --description "no alteration of the session of $dir/$name is accepted" \
        -- self_test "$dir" "$name" "$file"
done

# --- The tests above see what they look for -----------------------------------

# project: a unit x with a program and an honest test.
project() {
    mkdir -p p/tests/x p/bin/x p/tangled/x p/out
    cp -r "$book_lib" p/tests/lib
    cp -r "$book_built" p/out/lib
    ln -s "$root/node_modules" p/node_modules
    printf '#!/bin/sh\necho "hello"\n' > p/bin/x/hello
    chmod +x p/bin/x/hello
    printf '$ ./hello\nhello\n' > p/tangled/x/hello.session
    {
        echo 'bats_require_minimum_version 1.13.0'
        echo 'load ../lib/helpers'
        echo '@test "it says hello" {'
        echo '    holds_session'
        echo '}'
    } > p/tests/x/hello.bats
}

@test "an honest test is red with a stub and with an altered session" {
    project
    run_tests p/tests/x/hello.bats . BOOK_BIN="$PWD/p/bin"
    assert_success
    turns_red x hello p/tests/x/hello.bats "$PWD/p/bin"
    altered_turns_red x hello p/tests/x/hello.bats "$PWD/p/tangled" "$PWD/p/bin"
}

@test "a test that passes with a stub is found" {
    project
    printf '@test "it ends" {\n    run_program ./hello\n    assert_success\n}\n' \
        >> p/tests/x/hello.bats
    run turns_red x hello p/tests/x/hello.bats "$PWD/p/bin"
    assert_failure
    assert_line "green although hello does nothing: it ends"
    refute_line --partial "it says hello"
}

@test "a test of the compiler may pass with a stub, but not if it runs a program" {
    project
    printf '@test "it compiles" {\n    echo "int x;" > x.c\n    compiles x.c\n}\n' \
        >> p/tests/x/hello.bats
    turns_red x hello p/tests/x/hello.bats "$PWD/p/bin"
    rm -rf all
    printf '@test "both" {\n    echo "int x;" > x.c\n    compiles x.c\n    ./hello\n}\n' \
        >> p/tests/x/hello.bats
    run turns_red x hello p/tests/x/hello.bats "$PWD/p/bin"
    assert_failure
    assert_line "green although hello does nothing: both"
}

@test "a file whose tests do not hold the session is found" {
    project
    sed -i 's/holds_session/run_program .\/hello; assert_output hello/' \
        p/tests/x/hello.bats
    run altered_turns_red x hello p/tests/x/hello.bats "$PWD/p/tangled" "$PWD/p/bin"
    assert_failure
    assert_output --partial "calls holds_session"
}
