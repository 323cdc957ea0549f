bats_require_minimum_version 1.13.0
load ../lib/assertions
# tools/fresh, with a system made of a shell and little more, and a project whose
# ./bootstrap says what it was asked for. make fresh itself is the real test.

setup_file() {
    [ "$(id -u)" = 0 ] || return 0
    # what stands in for mmdebstrap's system: some commands of this machine with
    # their libraries
    mkdir -p "$BATS_FILE_TMPDIR/small/etc/apt/apt.conf.d"
    cd "$BATS_FILE_TMPDIR/small" || return
    mkdir -p proc sys dev home root tmp usr/local/share bin usr/bin
    local command library
    for command in sh bash cat awk id touch; do
        cp -L "$(command -v "$command")" "usr/bin/$command"
        [ -e "bin/$command" ] || ln "usr/bin/$command" "bin/$command"
        ldd "$(command -v "$command")" | grep -o '/[^ ]*' | while read -r library; do
            mkdir -p ".${library%/*}"
            cp -L "$library" ".$library"
        done
    done
    tar -cf ../small.tar .
}

# shellcheck disable=SC2016  # the stand-ins expand
setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    mkdir -p "$BATS_TEST_TMPDIR/bin" "$BATS_TEST_TMPDIR/project/tools"
    cd "$BATS_TEST_TMPDIR/project" || return
    mkdir tools/lib
    cp "$root/tools/fresh" tools/
    cp "$root/tools/lib/debian.bash" tools/lib/
    printf '#!/bin/sh\necho "bootstrap $*"\n[ "$1" != fails ]\n' > bootstrap
    printf '#!/bin/sh\nwhile [ "$1" != -- ]; do echo "lacks $1"; shift; done\nshift\nexec "$@"\n' > tools/without
    printf 'Two\n\n```sh\n./bootstrap book\n./bootstrap check  # tests\n```\n' > README.md
    chmod +x bootstrap tools/without
    git init -q .
    git add .
    git -c user.name=x -c user.email=x@example.org commit -qm x
    printf '#!/bin/sh\necho "$*" >> "%s/made"\nfor word; do case $word in *.new) cp "%s/small.tar" "$word" ;; esac; done\n' \
        "$BATS_TEST_TMPDIR" "$BATS_FILE_TMPDIR" > ../bin/mmdebstrap
    chmod +x ../bin/mmdebstrap
    PATH=$BATS_TEST_TMPDIR/bin:$PATH
    export TMPDIR=$BATS_TEST_TMPDIR
}

may_enter() {
    [ "$(id -u)" = 0 ] || skip 'needs root'
    unshare --mount --pid --fork --net mount -t tmpfs none /mnt 2> /dev/null || skip 'needs namespaces'
}

@test "the README's commands run in a new Debian 13 and a new Debian 12, and once more without a network" {
    may_enter
    run -0 tools/fresh
    local suite
    for suite in trixie bookworm; do
        assert_line --regexp "^fresh: $suite: ./bootstrap book: ok"
        assert_line --regexp "^fresh: $suite: ./bootstrap check: ok"
        assert_line "fresh: $suite: packets sent 0, tried without a route 0"
        assert_equal "$(cat "out/fresh/$suite/2.log")" 'bootstrap check'
        assert_equal "$(grep -c " $suite " ../made)" 1
    done
    run -0 tools/fresh      # the minimal systems are kept
    assert_equal "$(wc -l < ../made)" 2
    assert_equal "$(ls -d "$TMPDIR"/fresh.* 2> /dev/null)" ''
}

@test "one suite, and commands of one's own" {
    may_enter
    run -0 tools/fresh --suite sid 'echo one' 'cat /proc/sys/kernel/hostname'
    assert_line 'one'
    assert_line 'fresh'
    assert_equal "$(ls out/fresh)" 'sid'
}

@test "a command that fails is named with its log, and the other suite is tried all the same" {
    may_enter
    run -1 tools/fresh './bootstrap fails'
    assert_line --regexp '^fresh: trixie: ./bootstrap fails: status 1 .*out/fresh/trixie/1.log$'
    assert_line --regexp '^fresh: bookworm: ./bootstrap fails: status 1 .*out/fresh/bookworm/1.log$'
}

@test "without something: the packages come first, then the commands lack it" {
    may_enter
    run -0 tools/fresh --suite sid --without ptrace,root 'id -u && touch mine && echo "it'\''s"'
    assert_equal "$(cat out/fresh/sid/0.log)" 'bootstrap --packages check'
    assert_equal "$(cat out/fresh/sid/1.log)" "lacks ptrace
lacks root
0
it's"
}

@test "a second run that tries the network is told" {
    may_enter
    run -1 tools/fresh --suite sid '/usr/bin/bash -c "echo > /dev/udp/192.0.2.1/9" || true'
    assert_line 'fresh: sid: the second run used the network'
}

@test "called wrongly: status 2; --help: what it is" {
    for words in '--no' '--suite' '--suite a/b' '--without' '--without a;b'; do
        # shellcheck disable=SC2086  # words
        run -2 tools/fresh $words
        assert_output --partial 'try --help'
    done
    run -0 tools/fresh --help
    assert_line --partial 'tools/fresh [--suite SUITE]'
}
