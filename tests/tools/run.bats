# shellcheck disable=SC2154,SC2016 # helpers.bash sets it; other shells expand
bats_require_minimum_version 1.13.0
# takes about 30 s
load ../lib/helpers
# The driver of the tests: it counts what ran, and finds what is missing.

# setup: a project of its own with one chapter, one program and its test.
setup() {
    book_setup
    mkdir -p tree/chapters tree/tangled/01-one tree/tests/01-one tree/out/bin/01-one
    cp "$book_lib/../run" tree/tests
    cp -r "$book_lib" tree/tests/lib
    cp -r "$book_built" tree/out/lib
    cp "$root/kinds.tsv" tree
    mkdir -p tree/tools && cp -r "$root/tools/lib" tree/tools
    ln -s "$root/node_modules" tree/node_modules
    cd tree || return
    : > book.nw
    printf '[Pipes are old]{#P01 .claim .holds}.\n' > chapters/01-one.nw
    : > tangled/01-one/hello.c
    printf '$ ./hello\nhello\n' > tangled/01-one/hello.session
    printf '#!/bin/sh\necho hello\n' > out/bin/01-one/hello
    chmod +x out/bin/01-one/hello
    write_test 'it says hello [P01]' holds_session
}

# write_test NAME BODY: makes the test file of hello anew with one test.
write_test() {
    printf 'bats_require_minimum_version 1.13.0\nload ../lib/helpers\n' \
        > tests/01-one/hello.bats
    more_test "$@"
}

# more_test NAME BODY: one more test.
more_test() {
    printf '@test "%s" {\n    %s\n}\n' "$@" >> tests/01-one/hello.bats
}

# driver ARGUMENT...: the driver without the environment of this test.
driver() {
    run_program -t 60 env -i PATH="$PATH" HOME="$PWD" TMPDIR="${TMPDIR:-/tmp}" \
        ${CI_IS:+CI="$CI_IS"} tests/run "$@"
}

@test "all is well: counts, claims, and the last line" {
    driver 01-one
    assert_success
    assert_line '1 programs, 1 sessions, 1 tests in 1 files, 1 of 1 claims covered'
    assert_equal "${lines[-1]}" '1 passed, 0 failed, 0 skipped'
}

@test "the reports say what happened" {
    more_test 'it fails & <says> so' 'echo "a word"; false'
    more_test 'it skips' 'skip "needs the moon"'
    driver 01-one
    assert_failure 1
    assert_equal "${lines[-1]}" '1 passed, 1 failed, 1 skipped'
    assert_line 'skipped 1: needs the moon'
    assert_line '  FAILED tests/01-one/hello.bats: it fails & <says> so'
    assert_line '    a word'
    assert_equal "$(cut -f 2- out/report/tests.tsv)" \
        $'it fails & <says> so\tfailed\t\nit says hello [P01]\tpassed\t\nit skips\tskipped\tneeds the moon'
    # weave/site/stamp.lua makes these sums, too: what differs has changed since
    sum() { cat "$@" | sha1sum | cut -d ' ' -f 1; }
    day=$(date -u +%F)
    printf '%s\t%s\t%s\n' 01-one "$day" "$(sum chapters/01-one.nw)" 01-one/hello "$day" \
        "$(sum tangled/01-one/hello.{c,session} tests/01-one/hello.bats)" |
        diff - out/report/runs.tsv
    run cat out/report/programs.xml
    assert_line --partial 'tests="3" failures="1" errors="0" skipped="1"'
    assert_line --partial 'name="it fails &#38; &#60;says&#62; so"'
    run perl -ne 'exit 1 unless /^\S+\t[^\t]*\t\d+$/' out/report/timings.tsv
    assert_success
}

@test "tests.tsv is not touched when nothing changed, and keeps other files" {
    driver 01-one
    touch -d 2001-01-01 out/report/tests.tsv
    driver 01-one
    assert_equal "$(stat -c %Y out/report/tests.tsv)" "$(date -d 2001-01-01 +%s)"
    write_test "it says hello [P01]" true
    mv tests/01-one/hello.bats tests/01-one/other.bats
    write_test "it says hello [P01]" holds_session
    driver tests/01-one/other.bats
    assert_success
    run cut -f 1 out/report/tests.tsv
    assert_output $'tests/01-one/hello.bats\ntests/01-one/other.bats'
    rm tests/01-one/other.bats
    driver 01-one
    run cut -f 1 out/report/tests.tsv
    assert_output tests/01-one/hello.bats
}

@test "what fails is told with its line, and with the calls that led there" {
    more_test 'it asserts' 'run ./hello; assert_output no'
    more_test 'it calls' 'fails() { false; }; fails'
    more_test 'it holds' 'holds_session nothing'
    more_test 'it returns' 'return 3'
    more_test 'it leaves' 'exit 4'
    more_test 'it misses' ': "${nothing?}"'
    more_test 'it forks' '(false)'
    driver 01-one
    assert_failure 1
    assert_equal "${lines[-1]}" '1 passed, 7 failed, 0 skipped'
    local line
    for line in 7 10 13 16 19 22 25; do
        assert_line --regexp "in test file tests/01-one/hello.bats, line $line\)$"
    done
    assert_line --partial "from function \`assert_output' in "
    assert_line --partial "(from function \`fails' in file tests/01-one/hello.bats, line 10"
    assert_line --partial "(from function \`holds_session' in file tests/01-one/../lib/helpers.bash, line "
    assert_line "      \`return 3' failed with status 3"
    assert_line "      \`exit 4' failed with status 4"
    assert_line "      \`(false)' failed"
}

@test "no test at all is a failure" {
    rm tests/01-one/hello.bats
    driver 01-one
    assert_failure 1
    assert_line 'WRONG no test at all ran'
    : > tests/01-one/hello.bats
    driver 01-one
    assert_failure 1
}

@test "a test that cannot be read is a failure" {
    echo 'if' >> tests/01-one/hello.bats
    driver 01-one
    assert_failure 1
    refute_line --index -1 --partial ', 0 failed,'
}

@test "a file whose tests end early is a failure" {
    more_test 'it leaves' 'kill -KILL $PPID'
    driver 01-one
    assert_failure 1
    assert_line --partial 'WRONG tests/01-one/hello.bats: '
}

@test "a test that ends all of Bats is a failure, and leaves nothing" {
    more_test 'it ends all' 'kill -KILL 0'
    export TMPDIR=$PWD/tmp
    mkdir tmp
    driver 01-one
    assert_failure 1
    assert_line 'FAILED tests/01-one/hello.bats: it ends all'
    assert_line '    ended without a result'
}

@test "a test that is tried again counts once" {
    more_test 'it fails at first' 'BATS_TEST_RETRIES=1; [ "$BATS_TEST_TRY_NUMBER" = 2 ]'
    driver 01-one
    assert_success
    assert_line '2 passed, 0 failed, 0 skipped'
}

@test "what fails before the first test is a failure, and told" {
    echo 'setup_file() { echo "no luck"; false; }' >> tests/01-one/hello.bats
    driver 01-one
    assert_failure 1
    assert_line '  FAILED tests/01-one/hello.bats: setup_file failed'
    assert_line '    no luck'
}

# book COMMAND: a book that COMMAND makes, and a test of it.
book() {
    printf '.PHONY: book\nbook:\n\t@%s\n' "$1" > Makefile
    mkdir -p tests/book
    printf 'bats_require_minimum_version 1.13.0\nload ../lib/helpers\n%s\n' \
        'made=$root/out/made' '@test "it is made" { [ -e "$made" ]' '}' > tests/book/made.bats
}

@test "the book is made after the programs' tests, what does not read it runs meanwhile" {
    book 'grep -q "it says hello" out/report/tests.tsv && until [ -e meanwhile ]; do :; done; touch out/made'
    printf '@test "no book" { touch "$BATS_TEST_DIRNAME/../../meanwhile"\n}\n' \
        > tests/book/sources.bats
    driver -j 2 01-one book
    assert_success
    assert_equal "${lines[-1]}" '3 passed, 0 failed, 0 skipped'
}

@test "a book that cannot be made is a failure, and what was said is told" {
    book 'echo nonsense; false'
    driver book
    assert_failure 1
    assert_line 'WRONG the book cannot be made'
    assert_line '    nonsense'
}

@test "files that took long before come first" {
    cp tests/01-one/hello.bats tests/01-one/long.bats
    cp tests/01-one/hello.bats tests/01-one/short.bats
    mkdir -p out/report
    printf 'tests/01-one/%s.bats\t\t%s\n' hello 2000 long 4000 short 1000 \
        > out/report/timings.tsv
    driver -j 1 01-one
    assert_equal "$(grep -oE '(hello|short|long)[.]bats +[01] passed' stdout | cut -d. -f 1 | tr '\n' ' ')" \
        'long hello short '
}

@test "a claim without a test that passed is a failure, told with its line" {
    printf 'A line.\n\n[Pipes are old]{#P01 .claim\n.holds}.\n' > chapters/01-one.nw
    write_test 'it says hello' holds_session
    driver 01-one
    assert_failure 1
    assert_line 'WRONG chapters/01-one.nw:3: the claim P01 has no test that passed; a test names it as [P01]'
    write_test 'it says hello [P01]' 'skip "needs the moon"'
    driver 01-one
    assert_failure 1
    assert_line --partial 'the claim P01 has no test that passed'
}

@test "a claim whose tests may be skipped here is counted as not tried, not as wrong" {
    write_test 'it says hello' holds_session
    more_test 'it needs a user [P01]' 'skip "needs an ordinary user"'
    more_test 'it needs root [P01]' 'skip "needs root"'
    local but=user
    [ "$(id -u)" = 0 ] || but=root
    sed -i "/needs $but\|an ordinary $but/s/\t[^\t]*$/\t-/; /needs root\|an ordinary user/s/\t[^\t]*$/\t-/" tests/lib/skips.tsv
    CI_IS=true driver 01-one
    assert_success
    assert_line '1 programs, 1 sessions, 3 tests in 1 files, 0 of 1 claims covered, 1 not tried here'
    more_test 'it fails [P01]' false
    driver 01-one
    assert_line --partial 'the claim P01 has no test that passed'
}

@test "a test of a claim that no chapter has is a failure, told with its line" {
    more_test 'another [P99]' holds_session
    driver 01-one
    assert_failure 1
    assert_line 'WRONG tests/01-one/hello.bats:6: no chapter has the claim P99'
}

@test "a program, a session or a test alone is a failure" {
    : > tangled/01-one/silent.c
    cp tangled/01-one/hello.session tangled/01-one/lonely.session
    cp tests/01-one/hello.bats tests/01-one/orphan.bats
    driver 01-one
    assert_failure 1
    assert_line 'WRONG tangled/01-one/silent.c has no session'
    assert_line 'WRONG tangled/01-one/silent.c has no tests/01-one/silent.bats'
    assert_line 'WRONG out/bin/01-one/silent is missing: run make build first'
    assert_line 'WRONG tangled/01-one/lonely.session has no program'
    assert_line 'WRONG tests/01-one/orphan.bats has no program'
}

@test "a skip for want of what the machine has is a failure" {
    more_test 'it needs a shell' 'skip "needs sh"'
    driver 01-one
    assert_failure 1
    assert_line --partial 'it needs a shell: skipped (needs sh), but there is one'
    write_test 'it says hello [P01]' 'holds_session; skip'
    driver 01-one
    assert_failure 1
    assert_line --partial 'skipped (): without a reason'
}

@test "in CI a skip that is not on the list is a failure" {
    more_test 'it needs the moon' 'skip "needs the moon"'
    driver 01-one
    assert_success
    CI_IS=true driver 01-one
    assert_failure 1
    assert_line --partial 'skipped (needs the moon): not allowed in CI'
    write_test 'it says hello [P01]' holds_session
    more_test 'it needs what is not here' 'needs user; needs root'
    CI_IS=true driver 01-one
    assert_success
}

@test "a skip for a reason of the list is a failure where the machine has it all the same" {
    printf 'needs luck\tit is rare\ttest -e luck\n' >> tests/lib/skips.tsv
    more_test 'it needs luck' 'skip "needs luck"'
    CI_IS=true driver 01-one
    assert_success
    touch luck
    driver 01-one
    assert_failure 1
    assert_line 'WRONG tests/01-one/hello.bats:6: it needs luck: skipped (needs luck), but there is one'
}

@test "a test file that a run of all tests does not find is a failure then" {
    book 'mkdir -p out && touch out/made'
    mkdir -p tests/site tests/tools tests/01-one/more tests/09-nine
    for file in tests/{site,tools,01-one/more,09-nine}/other.bats; do
        sed 's/ \[P01\]//; s/holds_session/true/' tests/01-one/hello.bats > "$file"
    done
    driver 01-one
    assert_success
    driver
    assert_failure 1
    assert_line 'WRONG tests/01-one/more/other.bats is not run: it lies in no unit'"'s folder of tests/"
    assert_line --partial 'WRONG tests/09-nine/other.bats is not run'
    assert_line '4 passed, 2 failed, 0 skipped'
}

@test "what the caller has in the environment for a shell or another Bats does not matter" {
    printf 'exit 1\n' > env.sh
    run_program -t 60 env -i PATH="$PATH" BASH_ENV="$PWD/env.sh" ENV="$PWD/env.sh" SHELLOPTS=noexec \
        CDPATH=/ BATS_TEST_NAME_PREFIX=x BATS_SUITE_TEST_NUMBER=7 tests/run 01-one
    assert_success
    assert_equal "$(cut -f 2 out/report/tests.tsv)" 'it says hello [P01]'
}

@test "tests begin with default signals, whatever the caller ignores" {
    more_test 'it ignores nothing' 'run grep -E "^Sig(Blk|Ign):.0000000000000000" /proc/self/status; [ ${#lines[@]} = 2 ]'
    (
        trap '' PIPE ALRM CHLD USR1 TERM INT HUP
        exec env -i PATH="$PATH" tests/run 01-one
    ) > stdout 2>&1 3>&-
    tail -n 1 stdout
}

@test "two tests of one name are a failure" {
    more_test 'it says hello [P01]' true
    driver 01-one
    assert_failure 1
}

@test "a project may lie below any name, and TMPDIR may have one with blanks" {
    "${CC:-gcc}" -o out/bin/01-one/hello -x c - <<< 'int printf(const char *, ...);
        int main(void) { printf("hello\n"); return 0; }'
    more_test 'it is traced' 'needs strace; traced write ./hello; assert_call "^([0-9]+ +)?write"'
    more_test 'it leaks nothing' 'no_leaked_fd ./hello'
    more_test 'it is held on a terminal' 'holds_session --terminal'
    local name=$'-a b\'c\t"$d [x] \\*?~%&;#{y,z}<>|()!^` \303\274\377' strange="$BATS_TEST_TMPDIR/work/t m:p"
    mkdir "$strange" "../$name"
    mv ./* "../$name"
    cd "../$name"
    run_program -t 60 env -i PATH="$PATH" TMPDIR="$strange" tests/run 01-one
    assert_success
    assert_line --regexp '^[34] passed, 0 failed, [01] skipped$'
    run ls -A "$strange"
    assert_output ''
}

@test "a locale that is not installed changes nothing" {
    printf 'bats_require_minimum_version 1.13.0\nload ../lib/assertions\n@test "%s" { %s\n}\n' \
        'it is quiet [P01]' 'run bash -c "perl -e 1; echo quiet"; assert_output quiet' \
        > tests/01-one/hello.bats
    run_program -t 60 env -i PATH="$PATH" LC_ALL=nonsense LANG=nonsense LC_CTYPE=UTF-8 tests/run 01-one
    assert_success
}

@test "below a name that Bats cannot live with, that is said" {
    mkdir ../a=b
    cp -r tests ../a=b
    mkdir -p ../a=b/out ../a=b/node_modules/bats
    cp -r "$book_built" ../a=b/out/lib
    cd ../a=b
    driver
    assert_failure
    assert_stderr --partial 'Bats finds nothing below a folder with a colon, an equals sign'
}

# --- What tests leave behind ---------------------------------------------------

# left_by NAME BODY [NAME BODY]...: runs these tests, which take no minute although
# their sleeps would, and nothing of them is left. $long is what they sleep.
left_by() {
    export long=7$$
    while [ $# -gt 0 ]; do more_test "$1" "$2"; shift 2; done
    sed -i "s/LONG/$long/g" tests/01-one/hello.bats
    driver 01-one
    assert_failure 1
    run pgrep -f "^sleep $long"
    assert_output ''
    run cat stdout
}

@test "a process that a test leaves behind fails the test, which is named with it, and is killed" {
    left_by 'it leaves one' 'sleep LONG1 & true' 'it passes' true
    assert_line '  FAILED tests/01-one/hello.bats: it leaves one'
    assert_line --regexp '^    left behind: process [0-9]+ \(sleep\), killed$'
    assert_line '2 passed, 1 failed, 0 skipped'
}

@test "a process that run waits for in vain is one left behind" {
    left_by 'it hangs' 'run bash -c "sleep LONG1 & echo hello"; assert_output hello'
    assert_line 'FAILED tests/01-one/hello.bats: it hangs'
    assert_line '1 passed, 1 failed, 0 skipped'
}

@test "sessions of their own, deaf, stopped, orphaned twice, without environment: all are left behind" {
    left_by 'one' '(setsid nohup sleep LONG1 > /dev/null 2>&1 &)' \
        'two' '(trap "" TERM HUP INT; while :; do sleep LONG2; done) & kill -STOP $!' \
        'three' 'setsid bash -c "(setsid sleep LONG3 &) & wait"' \
        'four' 'env -i PATH="$PATH" setsid sleep LONG4 > /dev/null 2>&1 3>&- & true' \
        'five' true \
        'six' '(sleep LONG6 & sleep LONG7 & wait) &'
    for name in one two three four six; do
        assert_line "FAILED tests/01-one/hello.bats: $name"
    done
    assert_line '2 passed, 5 failed, 0 skipped'
}

@test "who hands on to another again and again is left behind, after the test and in run" {
    printf 'next() { [ -e %q ] || return 0; sleep 0.3; next & }\n' "$PWD/on" >> tests/01-one/hello.bats
    touch on
    more_test 'it hands on' 'next &'
    more_test 'it waits in vain' 'run next'
    driver --limit 3 01-one
    rm on
    assert_failure 1
    assert_line 'FAILED tests/01-one/hello.bats: it hands on'
    assert_line 'FAILED tests/01-one/hello.bats: it waits in vain'
    assert_line --regexp 'left behind: process [0-9]+ \((bash|sleep)\), killed'
}

@test "what setup_file or teardown leaves behind is told" {
    echo 'teardown() { sleep LONG1 & }' >> tests/01-one/hello.bats
    left_by
    assert_line 'FAILED tests/01-one/hello.bats: it says hello [P01]'
    write_test 'it says hello [P01]' holds_session
    echo 'setup_file() { sleep LONG1 & }' >> tests/01-one/hello.bats
    left_by
    assert_line --regexp '^WRONG tests/01-one/hello.bats: in setup_file, teardown_file or outside every test: left behind: process [0-9]+ \(sleep\), killed$'
    assert_line '1 passed, 1 failed, 0 skipped'
}

@test "a child that a test waits for, and an orphan that ends at once, are left in peace" {
    more_test 'it waits' 'sleep 0.1 & wait $!; (sleep 0.3 &)'
    driver 01-one
    assert_success
}

@test "a test that never ends is ended at its limit, and the next ones run" {
    more_test 'it never ends' 'while :; do sleep 0.1; done'
    more_test 'it sleeps' "run sleep 7$$"
    more_test 'it passes' true
    driver --limit 1 01-one
    assert_failure 1
    assert_line --regexp '^    still running after 1 s, the limit of a test .* killed: .*[0-9]+ \(sleep\)'
    assert_line 'FAILED tests/01-one/hello.bats: it never ends'
    assert_line 'FAILED tests/01-one/hello.bats: it sleeps'
    assert_line '2 passed, 2 failed, 0 skipped'
}

@test "a file that hangs outside its tests is ended at the limit" {
    for hang in 'setup_file() { sleep 60; }' 'sleep 60'; do
        write_test 'it says hello [P01]' true
        echo "$hang" >> tests/01-one/hello.bats
        driver --limit 1 01-one
        assert_failure 1
        assert_line --partial 'WRONG tests/01-one/hello.bats: in setup_file, teardown_file or outside every test: still running after 1 s'
    done
}

@test "a signal to tests/run, or its end, leaves nothing behind" {
    more_test 'it sleeps' "touch \"\$BATS_TEST_DIRNAME/../began\"; sleep 7$$; :"
    for signal in TERM INT KILL; do
        rm -f tests/began
        mkdir -p tmp
        env -i PATH="$PATH" TMPDIR="$PWD/tmp" tests/run 01-one > says 2>&1 3>&- &
        until [ -e tests/began ]; do sleep 0.05; done
        kill -"$signal" $!
        wait $! || status=$?
        for _ in {1..200}; do pgrep -f "^sleep 7$$\$" > left || break; sleep 0.05; done
        [ ! -s left ]
        [ "$signal" = KILL ] || {
            grep "tests/run: stopped by SIG$signal" says
            [ "$status" -gt 128 ]
            run ls tmp
            assert_output ''
        }
    done
}

# --- The reports -----------------------------------------------------------------

@test "the JUnit files are XML whatever a test prints or is called" {
    needs xmllint
    more_test $'caf\351 \033[1m ]]> \357\277\276' \
        'printf "caf\351 \355\240\200 \033[1m\a\v\r]]> \357\277\276 \357\277\277 \360\237\230\200 <&\">\n"; false'
    more_test 'it skips' $'skip "needs \001 & \377"'
    driver 01-one
    assert_failure 1
    for file in out/report/*.xml; do xmllint --noout "$file"; done
    run xmllint --xpath 'string(//failure)' out/report/programs.xml
    assert_output --partial 'caf\xE9 \xED\xA0\x80 \x1B[1m\x07\x0B'
    assert_output --partial $'\360\237\230\200 <&">'
}

@test "the JUnit files have a test that failed for each thing that is wrong" {
    needs xmllint
    : > tangled/01-one/silent.c
    more_test 'another [P99]' 'skip "needs sh"'
    echo 'if' > tests/01-one/silent.bats
    printf '[Fifos are older]{#P02 .claim .holds}.\n' >> chapters/01-one.nw
    driver 01-one
    assert_failure 1
    assert_equal "$(xmllint --xpath 'count(//failure)' out/report/run.xml)" "$(grep -c '^WRONG ' stdout)"
    for what in 'silent.c has no session' 'no chapter has the claim P99' 'but there is one' \
        'tests/01-one/silent.bats' 'the claim P02 has no test'; do
        run xmllint --xpath "count(//testcase[contains(@name, \"$what\")]/failure) > 0" out/report/run.xml
        assert_output true
    done
    rm -r tests/01-one/silent.bats tangled/01-one/silent.c
    printf '[Pipes are old]{#P01 .claim .holds}.\n' > chapters/01-one.nw
    write_test 'it says hello [P01]' holds_session
    driver 01-one
    assert_success
    assert_equal "$(xmllint --xpath 'count(//failure)' out/report/run.xml)" 0
}

@test "programs are what kinds.tsv says, and the sum is over all their files" {
    printf 'sh\tbash\t-\tcp IN OUT && chmod 755 OUT\tcp NAME.sh NAME\tsh -n IN\n' >> kinds.tsv
    printf 'echo hello\n' > tangled/01-one/hello.sh
    printf 'echo hello\n' > tangled/01-one/script.sh
    driver 01-one
    assert_failure 1
    assert_line 'WRONG tangled/01-one/script.sh has no session'
    refute_line --partial 'hello.sh'
    sum=$(cat tangled/01-one/hello.{c,sh,session} tests/01-one/hello.bats | sha1sum)
    assert_equal "$(grep hello out/report/runs.tsv | cut -f 3)" "${sum%% *}"
}

@test "machine.tsv is what tests/lib/machine.tsv asks for" {
    printf '# comment\nday\techo monday; echo tuesday\tday of the week\tyes\nmoon\tno-such-command\tmoon\tno\ncc\techo "$CC"\tcompiler\tno\n' \
        > tests/lib/machine.tsv
    driver 01-one
    assert_success
    assert_equal "$(cat out/report/machine.tsv)" $'day\tmonday\ncc\tgcc'
    printf 'day\techo\n' > tests/lib/machine.tsv
    driver 01-one
    assert_failure
    assert_stderr --partial "tests/lib/machine.tsv:1: not 'KEY COMMAND WORDS yes|no'"
}

@test "what is not known is refused with status 2" {
    driver 09-nine
    assert_failure 2
    assert_stderr --partial "'09-nine' is no unit (book 01-one)"
    for wrong in --nonsense '-j 0' '-j -1' '--limit 0' '-j x'; do
        # shellcheck disable=SC2086 # two words
        driver $wrong
        assert_failure 2
    done
}

@test "--help says what it does" {
    driver --help
    assert_success
    assert_output --partial 'usage: tests/run'
}
