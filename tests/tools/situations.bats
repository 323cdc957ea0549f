bats_require_minimum_version 1.13.0
load ../lib/assertions
# tests/situations, on a project whose tests only say what they find.

# shellcheck disable=SC2016  # the stand-ins expand
setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    "$root/tools/without" ptrace -- true 2> /dev/null || skip 'needs filters of system calls'
    chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/test "$BATS_TEST_TMPDIR"   # for the ordinary user
    mkdir -p "$BATS_TEST_TMPDIR/project/tests" "$BATS_TEST_TMPDIR/project/tools/lib" "$BATS_TEST_TMPDIR/modules"
    cd "$BATS_TEST_TMPDIR/project" || return
    cp "$root/tests/situations" tests/
    cp "$root/tools/without" tools/
    cp "$root/tools/lib/without.c" tools/lib/
    printf 'check: build\n\t@tests/run\nbuild:\n\t@echo built > built\n' > Makefile
    printf '%s\n' '#!/bin/sh' 'echo "user $(id -u) CI $CI for $*"' \
        'strace -qq -o strace.log true 2> /dev/null && echo "traces"' \
        'unshare --mount true 2> /dev/null || unshare -Ur true 2> /dev/null && echo "has namespaces"' \
        'cat built' 'echo "1 passed, 0 failed, 0 skipped"' '[ "$1" != bad ] || { echo "WRONG this"; exit 1; }' > tests/run
    chmod +x tests/run
    echo /node_modules > .gitignore
    ln -s ../modules node_modules
    git init -q .
    git add .
    git -c user.name=x -c user.email=x@example.org commit -qm x
    export TMPDIR=$BATS_TEST_TMPDIR
}

@test "each situation lacks what its name says, as root and as an ordinary user, in a clone that is built" {
    run -0 tests/situations
    assert_line --regexp '^no-ptrace +ok +1 passed, 0 failed, 0 skipped$'
    run -0 cat out/situations/no-ptrace.log
    assert_line "user $(id -u) CI true for "
    refute_line 'traces'
    assert_line 'built'
    refute [ -e built ]
    run -0 cat out/situations/no-namespaces.log
    refute_line 'has namespaces'
    run -0 cat out/situations/neither.log
    refute_line 'traces'
    refute_line 'has namespaces'
    [ "$(id -u)" = 0 ] || return 0
    assert [ -e out/situations/container.log ]
    run -0 cat out/situations/neither-user.log
    assert_line 'user 65534 CI true for '
    assert_equal "$(find "$TMPDIR" -maxdepth 1 -name 'situations.*')" ''
}

@test "one situation, and some tests" {
    run -0 tests/situations --only no-ptrace 01-ends 'a b'
    assert_output --regexp '^no-ptrace .*
1 passed, 0 failed, 0 skipped$'
    assert_equal "$(ls out/situations)" 'no-ptrace.log'
    run -0 grep -c "CI true for 01-ends a b" out/situations/no-ptrace.log
}

@test "what is wrong in a situation is told, and the others are tried all the same" {
    run -1 tests/situations --only no-ptrace --only no-namespaces bad
    assert_line --regexp '^no-ptrace +FAILED'
    assert_line --regexp '^no-namespaces +FAILED'
    assert_line '  WRONG this'
    assert_line '0 passed, 2 failed, 0 skipped'
}

@test "called wrongly: status 2; --help: what it is" {
    for words in '--no' '--only' '--only nothing'; do
        # shellcheck disable=SC2086  # words
        run -2 tests/situations $words
        assert_output --partial 'try --help'
    done
    run -0 tests/situations --help
    assert_line --partial 'tests/situations [--only NAME]'
}
