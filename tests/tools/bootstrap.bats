bats_require_minimum_version 1.13.0
load ../lib/assertions
# bootstrap: what it asks of apt-get, npm and sudo, and when it asks nothing.
# Each test runs a copy of it in a folder of its own, with a PATH in which these
# are stand-ins that note how they were called. make fresh tries the real ones.

# shellcheck disable=SC2016  # the stand-ins expand
setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    cd "$BATS_TEST_TMPDIR" || return
    unset MAKEFLAGS MFLAGS MAKELEVEL  # this may itself run under make
    mkdir bin checkout
    calls=$BATS_TEST_TMPDIR/calls
    installed=$BATS_TEST_TMPDIR/installed
    : > "$calls"
    : > "$installed"
    cp "$root/bootstrap" checkout/
    # shellcheck disable=SC2016  # make expands
    printf '%%:\n\t@echo "make $@"\nbad:\n\t@exit 7\nshow:\n\t@echo "value $(VALUE)"\n' > checkout/Makefile
    echo '{}' > checkout/package-lock.json
    for tool in sh dash dirname sed cut sort tail find mkdir tr make touch env cat grep; do
        ln -s "$(command -v $tool)" bin/
    done
    stand_in id 'echo "${FAKE_UID:-0}"'
    stand_in node 'echo "${FAKE_NODE:-v18.20.4}"'
    stand_in apt-get 'echo "apt-get $*" >> "$CALLS"; echo "what apt said"; exit "${APT_STATUS:-0}"'
    stand_in sudo 'echo "sudo" >> "$CALLS"; exec "$@"'
    stand_in npm 'echo "npm $*" >> "$CALLS"; [ -z "${NPM_STATUS:-}" ] || exit "$NPM_STATUS"
        mkdir -p node_modules; echo > node_modules/.package-lock.json'
    # as dpkg-query prints it; what is not installed has a status of its own
    stand_in dpkg-query 'cat "$INSTALLED"; exit 1'
    # the commands that count as there although dpkg does not know them
    export CALLS=$calls INSTALLED=$installed
}

# stand_in NAME SCRIPT
stand_in() {
    printf '#!%s\n%s\n' "$(command -v sh)" "$2" > "bin/$1"
    chmod +x "bin/$1"
}

# dpkg knows PACKAGE... as installed
knows() { printf 'installed %s\n' "$@" >> "$installed"; }

book_packages='ca-certificates fonts-jetbrains-mono fonts-texgyre fonts-texgyre-math gcc
    libc6-dev librsvg2-bin lmodern make man-db manpages manpages-dev nodejs noweb npm pandoc perl
    texlive-fonts-recommended texlive-xetex unzip zip'
check_packages='chromium-headless-shell clang cppcheck dash default-jre-headless epubcheck git
    libc6-dbg libclang-rt-dev parallel poppler-utils procps shellcheck strace stress-ng util-linux valgrind'
# shellcheck disable=SC2086  # words
everything_there() {
    knows $book_packages $check_packages
    mkdir -p checkout/node_modules
    echo > checkout/node_modules/.package-lock.json
}

# bootstrap WORD...: runs the copy with the stand-ins
bootstrap() { PATH=$BATS_TEST_TMPDIR/bin "$BATS_TEST_TMPDIR/bin/dash" checkout/bootstrap "$@"; }

@test "nothing is missing: nothing is asked of apt-get, npm or sudo" {
    everything_there
    run -0 bootstrap book
    assert_output 'make book'
    run -0 bootstrap check
    assert_output 'make check'
    assert_equal "$(cat "$calls")" ''
}

@test "a second run asks nothing, after a first that installed" {
    run -0 bootstrap book
    assert_equal "$(wc -l < "$calls")" 3
    # shellcheck disable=SC2086  # words
    knows $book_packages
    : > "$calls"
    run -0 bootstrap book
    assert_output 'make book'
    assert_equal "$(cat "$calls")" ''
}

@test "only what is missing is installed, without recommended packages, and then make runs" {
    everything_there
    sed -i '/ pandoc$/d; / lmodern$/d; / strace$/d' "$installed"
    run -0 bootstrap book
    assert_equal "$(cat "$calls")" "apt-get -o DPkg::Lock::Timeout=120 update
apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends lmodern pandoc"
    assert_output 'bootstrap: asking apt-get for its lists of packages
bootstrap: installing with apt-get: lmodern pandoc
make book'
}

@test "what only the tests need is installed for them alone" {
    everything_there
    sed -i '/ strace$/d' "$installed"
    for target in book html pdf epub tangle build clean help; do
        run -0 bootstrap "$target"
    done
    assert_equal "$(cat "$calls")" ''
    run -0 bootstrap check-03-pipes
    assert_output --partial 'installing with apt-get: strace'
}

@test "a package of which only the configuration is left counts as missing" {
    everything_there
    sed -i 's/^installed zip$/config-files zip/' "$installed"
    run -0 bootstrap book
    assert_output --partial 'installing with apt-get: zip'
}

@test "a command that came from elsewhere counts as there: Debian's is not put beside it" {
    everything_there
    sed -i '/ nodejs$/d; / npm$/d; / pandoc$/d' "$installed"
    stand_in pandoc true
    run -0 bootstrap book
    assert_output 'make book'
    assert_equal "$(cat "$calls")" ''
}

@test "an ordinary user installs by sudo" {
    everything_there
    sed -i '/ zip$/d' "$installed"
    FAKE_UID=1000 run -0 bootstrap book
    assert_equal "$(grep -c '^sudo' "$calls")" 2
    assert_line 'make book'
}

@test "an ordinary user without sudo is told what to install" {
    everything_there
    sed -i '/ zip$/d' "$installed"
    rm bin/sudo
    FAKE_UID=1000 run -1 bootstrap book
    assert_output --partial 'apt-get install --no-install-recommends zip'
    assert_equal "$(cat "$calls")" ''
    refute_line --regexp '^make'
}

@test "another system: what is needed, by name and version, and status 1" {
    rm bin/apt-get bin/dpkg-query
    run -1 bootstrap check
    assert_line --regexp '^  pandoc 2\.17$'
    assert_line --regexp '^  texlive-xetex 2022$'
    assert_line --regexp '^  strace 6\.1$'
    refute_line --regexp '^  make '     # its command is there
    refute_line --regexp '^make'
    assert_equal "$(cat "$calls")" ''
}

# shellcheck disable=SC2016  # the stand-ins expand
@test "another system that has all of it goes on" {
    rm bin/apt-get bin/dpkg-query
    for tool in gcc pandoc perl rsvg-convert zip unzip lexgrog; do stand_in "$tool" true; done
    stand_in kpsewhich 'echo "/tex/$1"'
    stand_in fc-list 'echo "$1"'
    if [ ! -x /usr/lib/noweb/markup ]; then skip 'needs noweb'; fi
    [ -e /usr/share/man/man2/pipe.2.gz ] || skip 'needs the manual pages'
    run -0 bootstrap book
    assert_line 'make book'
    stand_in fc-list 'true'
    run -1 bootstrap book
    assert_line '  fonts-jetbrains-mono 2.242'
}

@test "npm runs when nothing is installed, when the lock file is newer, and else not" {
    everything_there
    rm -r checkout/node_modules
    run -0 bootstrap book
    assert_equal "$(cat "$calls")" 'npm ci --ignore-scripts --no-audit --no-fund'
    : > "$calls"
    touch -d '2001-01-01' checkout/node_modules/.package-lock.json
    run -0 bootstrap book
    assert_equal "$(cat "$calls")" 'npm ci --ignore-scripts --no-audit --no-fund'
    : > "$calls"
    run -0 bootstrap book
    assert_equal "$(cat "$calls")" ''
}

@test "when apt-get fails: its last words, its log, status 1, and no make" {
    everything_there
    sed -i '/ zip$/d' "$installed"
    APT_STATUS=100 run -1 bootstrap book
    assert_line 'what apt said'
    assert_line --partial 'out/bootstrap/apt-update.log'
    assert_equal "$(cat checkout/out/bootstrap/apt-update.log)" 'what apt said'
    refute_line --regexp '^make'
}

@test "when npm fails: its log, status 1, no make, and the next run tries again" {
    everything_there
    rm -r checkout/node_modules
    NPM_STATUS=1 run -1 bootstrap book
    assert_line --partial 'out/bootstrap/npm-ci.log'
    refute_line --regexp '^make'
    run -0 bootstrap book
    assert_line 'make book'
    assert_equal "$(grep -c '^npm ci' "$calls")" 2
}

@test "a Node that is too old is refused" {
    everything_there
    FAKE_NODE=v16.1.0 run -1 bootstrap book
    assert_output 'bootstrap: node v16.1.0 is too old; Node 18 or newer is needed'
}

@test "several targets, options and variables reach make; its status is ours" {
    everything_there
    run -0 bootstrap -s book show VALUE=7
    assert_output 'make book
value 7'
    run -2 bootstrap bad
    assert_output --partial 'Error 7'
}

@test "it can be called from another folder" {
    everything_there
    mkdir elsewhere
    cd elsewhere
    PATH=$BATS_TEST_TMPDIR/bin run -0 ../checkout/bootstrap book
    assert_output 'make book'
}

@test "no target: status 2 and how to call it; --help: what it is" {
    everything_there
    run -2 bootstrap
    assert_output --partial 'name a target'
    run -0 bootstrap --help
    assert_line --partial './bootstrap TARGET...'
    assert_equal "$(cat "$calls")" ''
}

@test "bootstrap is plain POSIX sh" {
    command -v shellcheck > /dev/null || skip 'needs shellcheck'
    run -0 head -n 1 "$root/bootstrap"
    assert_output '#!/bin/sh'
    run -0 shellcheck "$root/bootstrap"
    run -0 dash -n "$root/bootstrap"
}
