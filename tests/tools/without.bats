bats_require_minimum_version 1.13.0
load ../lib/assertions
# tools/without: what a command can no longer do, and all that it still can.

setup() {
    without=$BATS_TEST_DIRNAME/../../tools/without
    TMPDIR=$BATS_TEST_TMPDIR
    export TMPDIR
    chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/test "$BATS_TEST_TMPDIR"   # for the ordinary user
    cd "$BATS_TEST_TMPDIR" || return
    "$without" ptrace -- true 2> /dev/null || skip 'needs filters of system calls'
}

# can_trace: strace may trace here
can_trace() { command -v strace > /dev/null && strace -qq -o /dev/null true 2> /dev/null; }
can_unshare() { unshare --mount true 2> /dev/null || unshare -Ur true 2> /dev/null; }

@test "without ptrace nothing traces, and namespaces are left" {
    can_trace || skip 'needs strace'
    run -1 "$without" ptrace -- strace -o log true
    assert_output --partial 'Operation not permitted'
    if can_unshare; then
        "$without" ptrace -- sh -c 'unshare --mount true 2> /dev/null || unshare -Ur true'
    fi
}

@test "without namespaces there is no new one by unshare or clone, no mount, and tracing is left" {
    can_unshare || skip 'needs namespaces'
    run -1 "$without" namespaces -- unshare --mount true
    assert_output --partial 'Operation not permitted'
    run -1 "$without" namespaces -- unshare -Ur true
    assert_output --partial 'Operation not permitted'
    run ! "$without" namespaces -- sh -c 'mount -t tmpfs none .'
    if can_trace; then "$without" namespaces -- strace -qq -o log true; fi
    # processes and threads are made as before, although clone3 is not there
    run -0 "$without" namespaces -- perl -e 'print "child\n" if !fork; wait'
    assert_output 'child'
}

@test "without privileges root keeps the capabilities of a container" {
    [ "$(id -u)" = 0 ] || skip 'needs root'
    run -0 "$without" privileges -- sed -n 's/^CapEff:\t*0*//p' /proc/self/status
    assert_output 'a80425fb'
    run -0 "$without" privileges -- id -u
    assert_output '0'
    run -1 "$without" privileges -- setarch -R true
    run -0 "$without" privileges -- setarch "$(uname -m)" true
    run -1 "$without" privileges -- unshare --mount true
}

@test "without root the command runs as an ordinary user with a home it can write" {
    # shellcheck disable=SC2016  # the inner shell expands
    run -0 "$without" root -- sh -c 'id -u; : > "$HOME/file" && echo "$HOME"'
    if [ "$(id -u)" = 0 ]; then
        assert_line '65534'
        assert_line --regexp "^$BATS_TEST_TMPDIR/without\..*/home$"
    else
        assert_line "$(id -u)"
    fi
}

@test "a hidden command is not found, all others are, wherever PATH has them" {
    mkdir 'a b' c
    for dir in 'a b' c; do
        printf '#!/bin/sh\necho "of %s"\n' "$dir" | tee "$dir/hidden" > "$dir/other"
        chmod +x "$dir/hidden" "$dir/other"
    done
    PATH="$PWD/a b:$PWD/c:$PATH"
    run -0 "$without" hidden -- sh -c 'command -v hidden; other; command -v perl > /dev/null'
    assert_output 'of a b'
    run -0 "$without" -- hidden
    assert_output 'of a b'
}

@test "a name that is no situation and no command is told" {
    run -0 "$without" ptrac perl -- true
    assert_output 'without: there is no command ptrac here to take away'
}

@test "several things may be missing at once" {
    can_trace || skip 'needs strace'
    run -0 "$without" ptrace namespaces root perl -- sh -c '
        strace -o /dev/null true 2> /dev/null || echo "no strace"
        unshare -Ur true 2> /dev/null || echo "no namespaces"
        command -v perl || echo "no perl"'
    assert_output 'no strace
no namespaces
no perl'
}

@test "the command's words, input and status are kept, and nothing is left behind" {
    run -7 "$without" ptrace sed -- sh -c 'cat; printf "<%s>\n" "$@"; exit 7' sh 'a  b' '' '*' <<< 'input'
    assert_output 'input
<a  b>
<>
<*>'
    assert_equal "$(ls)" ''
}

@test "called wrongly: status 2 and how to call it; --help: what it is" {
    for words in '' 'ptrace' 'ptrace --' '--' '--no -- true' '/bin/ls -- true'; do
        # shellcheck disable=SC2086  # words
        run -2 "$without" $words
        assert_output --partial 'try --help'
    done
    run -0 "$without" --help
    assert_line --partial 'tools/without WHAT... -- COMMAND'
}
