# shellcheck disable=SC2154,SC2016 # helpers.bash sets it; other shells expand
# takes about 90 s
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

# All programs are stubs in one run of all their tests, all sessions are altered
# in another. Each file has folders of its own, in which only its own program
# is a stub, only its own session altered: what another does must not make it red.
setup_file() {
    with_stubs "$root" > "$BATS_FILE_TMPDIR/stubbed"
    with_altered_sessions "$root" > "$BATS_FILE_TMPDIR/altered"
}

# programs_of PROJECT: "UNIT PROGRAM" of each session.
programs_of() {
    local session
    for session in "$1"/tangled/*/*.session; do
        [ -e "$session" ] || continue
        session=${session#"$1/tangled/"} session=${session%.session}
        echo "${session/\// }"
    done
}

# tests_of FILE.bats: "body<TAB>name" of each test, the body in one line.
tests_of() {
    perl -0777 -ne 'while (/^\@test "((?:[^"\\]|\\.)*)" \{(.*?)\n?\}$/msg) {
        my ($name, $body) = ($1, $2); $body =~ s/^\s*#.*$//mg;
        $body =~ s/\s+/ /g; $name =~ s/\\(.)/$1/g; print "$body\t$name\n" }' "$1"
}

# pattern_of: a pattern that matches the names on standard input and no others.
pattern_of() { sed 's/[^[:alnum:]]/./g' | sort -u | paste -sd '|' | sed 's/.*/^(&)$/'; }

# run_tests PROJECT PATTERN VARIABLE=VALUE... FILE.bats...: runs the tests whose
# names match, by themselves, with the variables; gives "FILE<TAB>red, green or
# skipped<TAB>NAME" of each, and for the skipped "<TAB>REASON".
run_tests() {
    local project=$1 pattern=$2 variables=() at_once=()
    shift 2
    while [[ ${1-} == *=* ]]; do variables+=("$1"); shift; done
    if [ $# -gt 1 ] && [ "$(nproc)" -gt 1 ] && command -v parallel > /dev/null; then
        at_once=(-j "$(nproc)" --no-parallelize-within-files)
    fi
    env -i PATH="$PATH" HOME="$BATS_FILE_TMPDIR" TMPDIR="${TMPDIR:-/tmp}" "${variables[@]}" \
        "$project/node_modules/bats/bin/bats" -F cat -f "$pattern" \
        ${at_once[@]+"${at_once[@]}"} "$@" < /dev/null 2>&1 3>&- |
        perl -ne 'if (/^suite (.*)/) { $file = $1 }
            elsif (/^(not )?ok \d+ (.*?)( # skip ?(.*))?$/) {
                print "$file\t", $1 ? "red" : $3 ? "skipped" : "green", "\t$2",
                    $3 ? "\t$4" : "", "\n" }'
}

# files_of PROJECT: the .bats file of each program that has one.
files_of() {
    local unit name
    while read -r unit name; do
        [ ! -e "$1/tests/$unit/$name.bats" ] || echo "$1/tests/$unit/$name.bats"
    done < <(programs_of "$1")
}

# with_stubs PROJECT: runs all tests of the programs, each file with a stub in
# place of its program; gives what run_tests gives.
with_stubs() {
    local unit name files all=$BATS_FILE_TMPDIR/bin nothing=$BATS_FILE_TMPDIR/nothing
    rm -rf "$all"
    # compiled, for a script is read, and so has system calls to be interrupted
    echo 'int main(void) { return 0; }' | "${CC:-gcc}" -x c -o "$nothing" - || return
    while read -r unit name; do
        mkdir -p "$all/$unit"
        cp -rs "$1/out/bin/$unit" "$all/$unit/$name"
        rm -f "$all/$unit/$name/$name"
        cp "$nothing" "$all/$unit/$name/$name"
    done < <(programs_of "$1")
    mapfile -t files < <(files_of "$1")
    run_tests "$1" . BOOK_BIN="$all" "${files[@]}"
}

# with_altered_sessions PROJECT: in each session the first line that is not a
# command has another character; runs the tests that hold sessions, each file
# with the altered session of its program; gives what run_tests gives.
with_altered_sessions() {
    local unit name files all=$BATS_FILE_TMPDIR/tangled
    rm -rf "$all"
    while read -r unit name; do
        mkdir -p "$all/$unit"
        cp -r "$1/tangled/$unit" "$all/$unit/$name"
        perl -pi -e 'if (!$done && !/^[\$>] /) { s/[a-z]/\$/i and $done = 1 }' \
            "$all/$unit/$name/$name.session"
    done < <(programs_of "$1")
    mapfile -t files < <(files_of "$1")
    run_tests "$1" "$(for name in "${files[@]}"; do holders "$name"; done | pattern_of)" \
        BOOK_TANGLED="$all" "${files[@]}"
}

# holders FILE.bats: the names of the tests that hold the session.
holders() { tests_of "$1" | sed -n 's/^[^\t]*holds_session[^\t]*\t//p'; }

# outcomes FILE.bats RESULTS: ${outcome[NAME]} of each test of the file that ran.
outcomes() {
    local result name
    declare -gA outcome=()
    while IFS=$'\t' read -r _ result name _; do
        outcome[$name]=$result
    done < <(grep -F "$1"$'\t' "$2")
}

# turns_red UNIT PROGRAM [PROJECT RESULTS]: with the stub every test failed.
turns_red() {
    local number=0 green=0 body name file=${3:-$root}/tests/$1/$2.bats
    outcomes "$file" "${4:-$BATS_FILE_TMPDIR/stubbed}"
    while IFS=$'\t' read -r body name; do
        number=$((number + 1))
        case $body in
        *./*) ;;
        *compile*) continue ;;
        esac
        # what is skipped here is tested where it is not
        case ${outcome[$name]-} in
        red | skipped) ;;
        *)
            echo "${outcome[$name]-not run} although $2 does nothing: $name"
            green=1 ;;
        esac
    done < <(tests_of "$file")
    [ "$number" -gt 0 ] || { fail "$file has no test"; return 1; }
    [ $green = 0 ] || { fail "these tests of $2 test nothing"; return 1; }
    [ ${#outcome[@]} = "$number" ] ||
        fail "$number tests were read from $file, but others ran: ${!outcome[*]}"
}

# altered_turns_red UNIT PROGRAM [PROJECT RESULTS]: with one character of the
# session changed, each test that holds it failed.
altered_turns_red() {
    local green=0 name file=${3:-$root}/tests/$1/$2.bats
    run cmp -s "$BATS_FILE_TMPDIR/tangled/$1/$2/$2.session" \
        "${3:-$root}/tangled/$1/$2.session"
    assert_failure 1 || return
    outcomes "$file" "${4:-$BATS_FILE_TMPDIR/altered}"
    [ -n "$(holders "$file")" ] || {
        fail "no test of $file calls holds_session"
        return 1
    }
    while IFS= read -r name; do
        case ${outcome[$name]-} in
        red | skipped) ;;
        *)
            echo "${outcome[$name]-not run} although the session was altered: $name"
            green=1 ;;
        esac
    done < <(holders "$file")
    [ $green = 0 ] || fail "these tests do not hold the session of $2"
}

# self_test UNIT PROGRAM: nothing outside licensed values may change. Where the
# test that holds the session is skipped, this one is, too, for the same reason.
self_test() {
    run "$book_lib/session" --self-test --bin "$root/out/bin/$1" \
        "$root/tangled/$1/$2.session"
    [ "$status" != 0 ] || return 0
    local said=$output name file=$root/tests/$1/$2.bats
    name=$(holders "$file" | head -n 1)
    run run_tests "$root" "$(pattern_of <<< "$name")" "$file"
    [[ $output != *$'\tskipped\t'* ]] || skip "${output##*$'\t'}"
    fail "$said"
}

# each_of UNIT FUNCTION: FUNCTION UNIT PROGRAM holds for each program of the unit.
each_of() {
    local unit name red=0
    while read -r unit name; do
        [ "$unit" != "$1" ] || "$2" "$unit" "$name" || red=1
    done < <(programs_of "$root")
    [ $red = 0 ]
}

last=
while read -r folder name; do
    if [ "$folder" != "$last" ]; then
        bats_test_function --description "stubs in place of the programs of $folder turn their tests red" \
            -- each_of "$folder" turns_red
        bats_test_function --description "altered sessions of $folder turn red" \
            -- each_of "$folder" altered_turns_red
        last=$folder
    fi
    bats_test_function --description "no alteration of the session of $folder/$name is accepted" \
        -- self_test "$folder" "$name"
done < <(programs_of "$root")

# The session of an exercise is held by the file of all exercises of its chapter.

# exercise_self_test SESSION: nothing may change in what the check says.
exercise_self_test() {
    local unit=${1%/exercises/*}
    run "$book_lib/session" --self-test --bin "$root/out/bin/${unit##*/}/exercises" "$1"
    assert_success
}

# altered_exercises_turn_red UNIT [PROJECT]: with one character of each session changed
# the tests that hold them are red, one for each session; exercises.bats may have others.
altered_exercises_turn_red() {
    local project=${2:-$root} all=$BATS_TEST_TMPDIR/tangled
    mkdir -p "$all/$1"
    cp -r "$project/tangled/$1" "$all/$1/exercises"
    perl -pi -e 'if (!$done{$ARGV} && !/^[\$>] /) { s/[a-z]/\$/i and $done{$ARGV} = 1 }' "$all/$1"/exercises/exercises/*.session
    run_tests "$project" '^the check of ' BOOK_TANGLED="$all" "$project/tests/$1/exercises.bats" > results
    assert_equal "$(grep -c $'\tred\t' results)" "$(find "$all/$1/exercises/exercises" -name '*.session' | wc -l)" || return
    run grep -v $'\tred\t' results
    assert_output ''
}

for folder in "$root"/tangled/*/exercises; do
    [ -d "$folder" ] || continue
    unit_of_it=${folder%/exercises} unit_of_it=${unit_of_it##*/}
    bats_test_function --description "altered sessions of the exercises of $unit_of_it turn red" \
        -- altered_exercises_turn_red "$unit_of_it"
    for session in "$folder"/*.session; do
        bats_test_function --description "no alteration of the session of $unit_of_it/exercises/$(basename "$session" .session) is accepted" \
            -- exercise_self_test "$session"
    done
done

# --- The tests above see what they look for -----------------------------------

# project: a unit x with a program and an honest test.
project() {
    mkdir -p p/tests/x p/out/bin/x p/tangled/x
    p=$PWD/p
    cp -r "$book_lib" p/tests/lib
    cp -r "$book_built" p/out/lib
    ln -s "$root/node_modules" p/node_modules
    printf '#!/bin/sh\necho "hello"\n' > p/out/bin/x/hello
    chmod +x p/out/bin/x/hello
    printf '$ ./hello\nhello\n' > p/tangled/x/hello.session
    {
        echo 'bats_require_minimum_version 1.13.0'
        echo 'load ../lib/helpers'
        echo '@test "it says hello" {'
        echo '    holds_session'
        echo '}'
    } > p/tests/x/hello.bats
    # the folders of this test, not those of the book
    BATS_FILE_TMPDIR=$PWD
}

# another: a second program of the unit with the tests of the first.
another() {
    cp p/out/bin/x/hello p/out/bin/x/other
    sed '1s/hello/other/' p/tangled/x/hello.session > p/tangled/x/other.session
    cp p/tests/x/hello.bats p/tests/x/other.bats
}

@test "an honest test is red with a stub and with an altered session" {
    project
    run run_tests "$p" . "$p/tests/x/hello.bats"
    assert_output "$p/tests/x/hello.bats"$'\tgreen\tit says hello'
    with_stubs "$p" > stubbed
    turns_red x hello "$p" stubbed
    with_altered_sessions "$p" > altered
    altered_turns_red x hello "$p" altered
}

@test "a test that passes with a stub is found" {
    project
    printf '@test "it ends" {\n    run_program ./hello\n    assert_success\n}\n' \
        >> p/tests/x/hello.bats
    with_stubs "$p" > stubbed
    run turns_red x hello "$p" stubbed
    assert_failure
    assert_line "green although hello does nothing: it ends"
    refute_line --partial "it says hello"
}

@test "a test that is about another program or another session only is found" {
    project
    printf '@test "%s" {\n    %s\n}\n' \
        'the other speaks' 'run_program ./other; assert_output hello' \
        'the other holds' 'holds_session "$book_tangled/other.session"' \
        >> p/tests/x/hello.bats
    another
    with_stubs "$p" > stubbed
    run turns_red x hello "$p" stubbed
    assert_failure
    assert_line "green although hello does nothing: the other speaks"
    with_altered_sessions "$p" > altered
    run altered_turns_red x hello "$p" altered
    assert_failure
    assert_line "green although the session was altered: the other holds"
}

@test "a test of the compiler may pass with a stub, but not if it runs a program" {
    project
    printf '@test "it compiles" {\n    echo "int x;" > x.c\n    compiles x.c\n}\n' \
        >> p/tests/x/hello.bats
    with_stubs "$p" > stubbed
    turns_red x hello "$p" stubbed
    printf '@test "both" {\n    echo "int x;" > x.c\n    compiles x.c\n    ./hello\n}\n' \
        >> p/tests/x/hello.bats
    with_stubs "$p" > stubbed
    run turns_red x hello "$p" stubbed
    assert_failure
    assert_line "green although hello does nothing: both"
}

@test "a file whose tests do not hold the session is found" {
    project
    sed -i 's/holds_session/run_program .\/hello; assert_output hello/' \
        p/tests/x/hello.bats
    with_altered_sessions "$p" > altered
    run altered_turns_red x hello "$p" altered
    assert_failure
    assert_output --partial "calls holds_session"
}

@test "an exercise whose session nobody holds is found" {
    project
    mkdir -p p/tangled/x/exercises p/out/bin/x/exercises
    printf '#!/bin/sh\necho "hello is right"\n' > p/out/bin/x/exercises/hello.check
    chmod +x p/out/bin/x/exercises/hello.check
    printf '$ ./hello.check ./hello.answer\nhello is right\n' > p/tangled/x/exercises/hello.session
    printf '%s\n' 'bats_require_minimum_version 1.13.0' 'load ../lib/helpers' hold_exercises > p/tests/x/exercises.bats
    run run_tests "$p" . "$p/tests/x/exercises.bats"
    assert_output "$p/tests/x/exercises.bats"$'\tgreen\tthe check of hello tells right answers from wrong ones'
    altered_exercises_turn_red x "$p"
    sed -i '3s/.*/@test "it" { true; }/' p/tests/x/exercises.bats
    run altered_exercises_turn_red x "$p"
    assert_failure
}

@test "a test that did not run is found" {
    project
    : > stubbed
    run turns_red x hello "$p" stubbed
    assert_failure
    assert_line "not run although hello does nothing: it says hello"
}
