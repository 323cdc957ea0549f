# takes about 10 s
bats_require_minimum_version 1.13.0
load ../lib/assertions
# tools/coverage: which lines of a chapter its tests run, whatever becomes of the
# processes that ran them. Each test works in a small book of its own.

setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    book="$BATS_TEST_TMPDIR/the \"small\" one's book"
    mkdir -p "$book/chapters" "$book/tests/01-one" "$book/out"
    cd "$book" || return
    export TMPDIR=$book/out/a\ \"place\"
    mkdir "$TMPDIR"
    unset MAKEFLAGS MFLAGS MAKELEVEL CC BOOK_BIN BOOK_TANGLED
    cp -r "$root/tools" "$root/kinds.tsv" .
    cp -r "$root/tests/lib" "$root/tests/run" tests/
    ln -s "$root/node_modules" node_modules
    ln -s "$root/out/lib" out/lib
    cat > book.nw <<'END'
---
title: A small book
chapters:
- 01-one
---

# Preface {#preface}

<<headers>>=
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
@

<<answer a question>>=
static int answer(int n)
{
    if (n == 42)
        return 1; /* in the first program only */
    return 0;     /* in neither */
}
@
END
    cat > chapters/01-one.nw <<'END'
# One {#one}

<<leave.c>>=
<<headers>>
<<answer a question>>

static void child(int n)
{
    if (n == 0)
        _exit(answer(42)); /* leaves */
    if (n == 1) {
        execl("/bin/true", "true", (char *)NULL); /* becomes another */
        _exit(127); /* nobody */
    }
    kill(getpid(), SIGKILL); /* is killed */
    _exit(9); /* nobody */
}

int main(int argc, char *argv[])
{
    for (int n = 0; n < 3; n++) {
        pid_t pid = fork();
        if (pid == 0)
            child(n);
        waitpid(pid, NULL, 0);
    }
    if (argc > 1)
        return argv[1][0]; /* nobody */
    return EXIT_SUCCESS; /* ends */
}
@

<<alone.c>>=
<<answer a question>>

int main(void)
{
    return answer(1); /* nobody */
}
@
END
    cat > tests/01-one/leave.bats <<'END'
bats_require_minimum_version 1.13.0
load ../lib/helpers
@test "it ends well" {
    run_program ./leave
    assert_success
}
END
    tools/tangle
}

# counted WORDS [PROGRAM]: the counts of the lines of the program (leave) whose
# text has the words.
counted() {
    grep -nF -e "$1" "tangled/01-one/${2:-leave}.c" | while IFS=: read -r line _; do
        awk -F '\t' -v p="01-one/${2:-leave}" -v l="$line" '$1 == p && $2 == l { print $5 }' out/report/coverage.tsv
    done
}

@test "lines run by processes that leave by _exit, become another program or are killed are counted" {
    run tools/coverage
    assert_success
    assert_equal "$(counted leaves)" 1
    assert_equal "$(counted becomes)" 1
    assert_equal "$(counted 'is killed')" 1
    assert_equal "$(counted ends)" 1
    assert_equal "$(counted 'pid = fork')" 3
}

@test "a line behind a call that does not come back, and a branch never taken, are told" {
    run tools/coverage
    assert_success
    assert_equal "$(counted nobody)" "0
0
0"
    for line in $(grep -n 'nobody' chapters/01-one.nw | cut -d: -f1); do
        assert_line --regexp "^chapters/01-one\.nw:$line: .*nobody"
    done
    refute_line --partial 'leaves'
    refute_line --partial 'is killed'
}

@test "a shared line is run when one program runs it, and counted for each" {
    run tools/coverage
    assert_success
    refute_line --partial 'in the first program only'
    assert_line --regexp '^book\.nw:21: return 0;'
    assert_equal "$(counted 'first program')" 1
    assert_equal "$(counted 'first program' alone)" 0
    assert_line --regexp '^  book\.nw +3 of +4 +75\.0 %$'
}

@test "the report says which program it measured, and keeps what it knew of others" {
    tools/coverage > /dev/null
    before=$(cat out/report/coverage.tsv)
    run cut -f 3 out/report/coverage-runs.tsv
    assert_output "$(sha1sum tangled/01-one/alone.c tangled/01-one/leave.c | cut -d' ' -f1)"
    printf '%s\t1\tx\n' 00-gone/gone 01-one/leave > out/report/coverage-runs.tsv
    printf '%s\t1\tchapters/x.nw\t1\t1\n' 00-gone/gone 02-two/kept 01-one/leave > out/report/coverage.tsv
    mkdir tangled/02-two
    touch tangled/02-two/kept.c
    run tools/coverage 01-one
    assert_success
    assert_equal "$(cat out/report/coverage.tsv)" "$before
02-two/kept	1	chapters/x.nw	1	1"
    refute_line --partial 'book.nw'
}

@test "a test that fails with the counters in is told and no fault, and what gcc cannot count is left out" {
    printf 'sh\tbash\t-\tcp IN OUT\ttrue\t-\n' >> kinds.tsv
    echo true > tangled/01-one/other.sh
    printf '@test "it fails" { false; }\n' >> tests/01-one/leave.bats
    run tools/coverage
    assert_success
    assert_line '1 of 2 tests failed with the counters in, which says nothing here'
    assert_line '01-one/other.sh is left out: gcc does not count the lines of bash'
    assert_equal "$(counted leaves)" 1
}

@test "a program tested as another user counts too" {
    [ "$(id -u)" = 0 ] || skip "needs root"
    unset TMPDIR # one that another user can reach
    sed -i 's/run_program/as_nobody/' tests/01-one/leave.bats
    run tools/coverage
    assert_success
    refute_line --partial 'failed'
    assert_equal "$(counted leaves)" 1
}

@test "a wrong call, a program that does not compile and a missing build are refused" {
    run tools/coverage --nonsense
    assert_failure 2
    run tools/coverage 09-none
    assert_failure 2
    assert_output --partial "'09-none' is no unit (book 01-one)"
    echo 'int main(' > out/build/01-one/alone.c
    run tools/coverage
    assert_failure 1
    rm -r tangled
    run tools/coverage
    assert_failure 1
    assert_output --partial 'make build'
    run tools/coverage --help
    assert_success
    assert_line --partial 'tools/coverage [UNIT...]'
}
