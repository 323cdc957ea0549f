bats_require_minimum_version 1.13.0
load ../lib/assertions
# bootstrap: what it asks of apt-get, npm and sudo, when it asks nothing, and what
# it says where it cannot help. Each test runs a copy of it in a folder of its own,
# with a PATH in which all that it looks for are stand-ins. make fresh tries the
# real ones.

# shellcheck disable=SC2016  # make expands
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    mkdir -p all bin checkout/tools/lib
    : > there
    : > calls
    local root=$BATS_TEST_DIRNAME/../.. tool
    cp "$root/bootstrap" checkout/
    cp "$root/tools/needs.tsv" checkout/tools/
    cp "$root/tools/lib/browser" checkout/tools/lib/
    printf '%%:\n\t@echo "make $@"\nbad:\n\t@exit 7\nshow:\n\t@echo "value $(VALUE)"\nnoweb:\n\t@echo "noweb in $(NOWEB_LIB)"\n' > checkout/Makefile
    echo '{}' > checkout/package-lock.json
    for tool in sh dash dirname sed cut sort tail find mkdir tr make touch env cat grep mktemp rm; do
        ln -s "$(command -v $tool)" bin/
    done
    helpers_of_bootstrap
    commands
    provider
}

setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    cd "$BATS_TEST_TMPDIR" || return
    unset MAKEFLAGS MFLAGS MAKELEVEL CHROMIUM  # this may itself run under make
    cp -a "$BATS_FILE_TMPDIR"/* .
    export HERE=$BATS_TEST_TMPDIR CALLS=$BATS_TEST_TMPDIR/calls REAL_PATH=$PATH
    export NOWEB_LIB=$HERE/noweb
}

# helpers_of_bootstrap: what it asks about the system and packages.
# shellcheck disable=SC2016  # the stand-ins expand
helpers_of_bootstrap() {
    stand_in id 'echo "${FAKE_UID:-0}"'
    stand_in uname 'case $1 in -s) echo "${FAKE_SYSTEM:-Linux}" ;; *) echo "${FAKE_KERNEL:-6.1.0-28-amd64}" ;; esac'
    stand_in getconf 'echo glibc 2.36'
    stand_in fc-list 'grep -x "$*" "$HERE/there"; exit 0'
    stand_in sudo 'echo "sudo" >> "$CALLS"; exec "$@"'
    stand_in apt-cache '! grep -qx "no $2" "$HERE/there"'
    stand_in apt-get 'echo "apt-get $*" >> "$CALLS"; echo "what apt said"
        [ -z "${APT_STATUS:-}" ] || exit "$APT_STATUS"
        case " $* " in *" install "*) "$HERE/provide" "$@" ;; esac'
}

# stand_in NAME SCRIPT [FOLDER]
stand_in() {
    printf '#!%s\n%s\n' "$(command -v sh)" "$2" > "${3:-bin}/$1"
    chmod +x "${3:-bin}/$1"
}

# commands: what packages bring, in all/. Those that have to do more than say
# their version look into the file "there".
# shellcheck disable=SC2016  # the stand-ins expand
commands() {
    for name in pandoc perl rsvg-convert lexgrog zip unzip node strace ps unshare setpriv \
        parallel stress-ng epubcheck java pdftotext shellcheck cppcheck git mmdebstrap bash \
        chromium-headless-shell xmllint lsof fuser ss gdb; do
        stand_in "$name" "echo $name 2025.1.1" all
    done
    stand_in gcc 'case $1 in
        --version) echo "gcc (Debian 12.2.0-14) 12.2.0" ;;
        *) grep -qx headers "$HERE/there" ;; esac' all
    stand_in clang 'case $1 in
        --version) echo "Debian clang version 14.0.6" ;;
        *) grep -qx sanitizers "$HERE/there" ;; esac' all
    stand_in valgrind 'case $1 in
        --version) echo "valgrind-3.19.0" ;;
        *) grep -qx names "$HERE/there" ;; esac' all
    stand_in man 'grep -qx "$2 $3" "$HERE/there"' all
    stand_in kpsewhich 'grep -x "$1" "$HERE/there"' all
    stand_in xelatex 'echo "XeTeX 3.141592653-2.6-0.999994 (TeX Live 2022/Debian)"' all
    stand_in npm 'case $1 in --version) echo 9.2.0; exit ;; esac
        echo "npm $*" >> "$CALLS"; [ -z "${NPM_STATUS:-}" ] || exit "$NPM_STATUS"
        mkdir -p node_modules; echo > node_modules/.package-lock.json' all
    stand_in markup true all
}

# provider: a script that does what the packages named would: their commands into
# bin/, their other things into the file "there".
# shellcheck disable=SC2016  # the script expands
provider() {
    stand_in provide 'PATH=$REAL_PATH
    commands=
    for package; do
        case $package in
        libc6-dev) set -- headers ;;            libclang-rt-dev) set -- sanitizers ;;
        libc6-dbg) set -- names ;;
        manpages) set -- "7 pipe" ;;            manpages-dev) set -- "2 pipe" ;;
        texlive-latex-recommended) set -- scrlayer-scrpage.sty unicode-math.sty booktabs.sty ;;
        texlive-latex-extra) set -- fvextra.sty tcolorbox.sty adjustbox.sty marginfix.sty xurl.sty ;;
        texlive-fonts-recommended) set -- pzdr.tfm ;; lmodern) set -- lmodern.sty ;;
        fonts-texgyre) set -- "TeX Gyre Pagella" ;;
        fonts-texgyre-math) set -- "TeX Gyre Pagella Math" ;;
        fonts-jetbrains-mono) set -- "JetBrains Mono" ;;
        *)
            case $package in
            noweb) mkdir -p "$HERE/noweb"; cp "$HERE/all/markup" "$HERE/noweb/"; continue ;;
            librsvg2-bin) set -- rsvg-convert ;;    man-db) set -- man lexgrog ;;
            texlive-xetex) set -- xelatex kpsewhich ;; nodejs) set -- node ;;
            procps) set -- ps ;;                    util-linux) set -- unshare setpriv ;;
            libxml2-utils) set -- xmllint ;;         psmisc) set -- fuser ;;
            iproute2) set -- ss ;;
            default-jre-headless) set -- java ;;    poppler-utils) set -- pdftotext ;;
            *) set -- "$package" ;;
            esac
            for name; do
                [ ! -e "$HERE/all/$name" ] || commands="$commands $HERE/all/$name"
            done
            continue ;;
        esac
        printf "%s\n" "$@" >> "$HERE/there"
    done
    [ -z "$commands" ] || cp $commands "$HERE/bin/"' .
}

book_packages='fonts-jetbrains-mono fonts-texgyre fonts-texgyre-math gcc libc6-dev librsvg2-bin
    lmodern man-db manpages manpages-dev nodejs noweb npm pandoc perl texlive-fonts-recommended
    texlive-latex-extra texlive-latex-recommended texlive-xetex unzip zip'
check_packages='bash chromium-headless-shell clang cppcheck default-jre-headless epubcheck gdb git
    iproute2 libc6-dbg libclang-rt-dev libxml2-utils lsof parallel poppler-utils procps psmisc shellcheck strace stress-ng
    util-linux valgrind'

# everything_there [but PACKAGE...]
everything_there() {
    local package packages=()
    shift $(( $# > 0 ))
    for package in $book_packages $check_packages; do
        case " $* " in *" $package "*) ;; *) packages+=("$package") ;; esac
    done
    ./provide "${packages[@]}"
    mkdir -p checkout/node_modules
    echo > checkout/node_modules/.package-lock.json
}

# bootstrap WORD...: runs the copy with the stand-ins
bootstrap() { PATH=$HERE/bin "$HERE/bin/dash" checkout/bootstrap "$@"; }

# installed PACKAGES: that is what apt-get was asked for, once
installed() { assert_equal "$(sed -n 's/^apt-get .*--no-install-recommends //p' "$CALLS")" "$1"; }

@test "nothing is missing: nothing is asked of apt-get, npm or sudo" {
    everything_there
    run -0 bootstrap book
    assert_output 'make book'
    run -0 bootstrap check
    assert_output 'make check'
    assert_equal "$(cat "$CALLS")" ''
}

@test "where there is nothing all of it is installed, and a second run asks nothing" {
    run -0 bootstrap check
    # shellcheck disable=SC2086  # words
    installed "$(printf '%s\n' $book_packages $check_packages | LC_ALL=C sort | tr '\n' ' ' | sed 's/ $//')"
    assert_line 'make check'
    : > "$CALLS"
    run -0 bootstrap check
    assert_output 'make check'
    assert_equal "$(cat "$CALLS")" ''
}

@test "only what is missing is installed, without recommended packages, and then make runs" {
    everything_there but pandoc lmodern strace
    run -0 bootstrap book
    assert_equal "$(sed 's/ -o [^ ]*//g' "$CALLS")" "apt-get update
apt-get install -y --reinstall --no-install-recommends lmodern pandoc"
    assert_output 'bootstrap: asking apt-get for its lists of packages
bootstrap: installing with apt-get: lmodern pandoc
make book'
}

@test "an image without manual pages is given them" {
    everything_there but manpages
    run -0 bootstrap manual
    run -0 grep -c -e '-o DPkg::Options::=--path-include=/usr/share/man/\* install .*--reinstall.* manpages$' "$CALLS"
    assert_output 1
    everything_there but manpages
    run -0 bootstrap book
    refute_output --partial 'installing'
}

@test "what only the tests need is installed for them alone" {
    everything_there but strace
    for target in book html pdf epub tangle build clean help; do
        run -0 bootstrap "$target"
    done
    assert_equal "$(cat "$CALLS")" ''
    run -0 bootstrap check-03-pipes
    assert_output --partial 'installing with apt-get: strace'
}

@test "what works counts as there, wherever it is and whoever brought it" {
    everything_there but noweb pandoc chromium-headless-shell
    mkdir -p opt/lib
    cp all/pandoc bin/
    cp all/markup opt/lib/
    printf '#!/bin/sh\nLIB=%s\n' "$HERE/opt/lib" > bin/noweb
    cp all/chromium-headless-shell bin/google-chrome
    chmod +x bin/noweb
    NOWEB_LIB=$HERE/none run -0 bootstrap check
    assert_output 'make check'
    assert_equal "$(cat "$CALLS")" ''
}

@test "make is told where noweb is" {
    everything_there
    run -0 bootstrap noweb
    assert_output "noweb in $HERE/noweb"
    mkdir -p opt/lib
    mv noweb/markup opt/lib/
    printf '#!/bin/sh\nLIB=%s\n' "$HERE/opt/lib" > bin/noweb
    chmod +x bin/noweb
    run -0 bootstrap noweb
    assert_output "noweb in $HERE/opt/lib"
}

@test "what is there and does not work counts as missing" {
    everything_there but libclang-rt-dev libc6-dev libc6-dbg
    run -0 bootstrap check
    installed 'libc6-dbg libc6-dev libclang-rt-dev'
}

@test "a browser in CHROMIUM is enough" {
    everything_there but chromium-headless-shell
    cp all/chromium-headless-shell mine
    CHROMIUM=$HERE/mine run -0 bootstrap check
    assert_output 'make check'
}

@test "of two packages the one that apt-get has is installed" {
    everything_there but chromium-headless-shell
    echo 'no chromium-headless-shell' >> there
    mv all/chromium-headless-shell all/chromium
    run -0 bootstrap check
    installed 'chromium'
    assert_line 'make check'
}

@test "what tests alone need and apt-get does not have is told, and the rest goes on" {
    everything_there but chromium-headless-shell
    printf 'no %s\n' chromium-headless-shell chromium >> there
    run -0 bootstrap check
    assert_line --partial 'apt-get does not have it, so what needs it is not tested: a browser'
    assert_line 'make check'
    installed ''
}

@test "what the book needs and apt-get does not have ends it" {
    everything_there but noweb
    echo 'no noweb' >> there
    run -1 bootstrap check
    assert_line --regexp '^  noweb.*: not found$'
    refute_line --regexp '^make'
}

@test "an ordinary user installs by sudo" {
    everything_there but zip
    FAKE_UID=1000 run -0 bootstrap book
    assert_equal "$(grep -c '^sudo' "$CALLS")" 2
    assert_line 'make book'
}

@test "an ordinary user without sudo is told what to install" {
    everything_there but zip chromium-headless-shell
    rm bin/sudo
    FAKE_UID=1000 run -1 bootstrap check
    assert_output --partial 'apt-get install --no-install-recommends chromium-headless-shell zip'
    assert_equal "$(cat "$CALLS")" ''
    refute_line --regexp '^make'
}

@test "a tool that is too old is replaced" {
    everything_there
    stand_in pandoc 'echo pandoc 2.9.2.1'
    run -0 bootstrap book
    installed 'pandoc'
    assert_line 'make book'
}

@test "a tool that stays too old is told by name, place, version found and version wanted, before anything is built" {
    everything_there
    rm -r checkout/node_modules
    stand_in pandoc 'echo pandoc 2.9.2.1'
    cp bin/pandoc all/
    run -1 bootstrap book
    assert_line "  pandoc: 2.9.2.1 found ($HERE/bin/pandoc), 2.17 or newer is needed"
    refute_output --partial 'npm'
    refute_line --regexp '^make'
}

@test "a version is read as numbers" {
    everything_there
    rm bin/apt-get
    local version
    for version in 2.17 2.17.1.1 2.18 2.100 3 3.1.11.1 10.0; do
        stand_in pandoc "echo 'pandoc $version'; echo 1.0"
        run -0 bootstrap book
    done
    for version in 2.9.2 2.16.9 2 1.19 0.1 unknown; do
        stand_in pandoc "echo 'pandoc $version'"
        run -1 bootstrap book
        assert_line --partial '2.17 or newer is needed'
    done
}

@test "each tool with an oldest version is refused below it" {
    everything_there
    rm bin/apt-get
    local name
    for name in node npm strace java xelatex gcc; do
        mv "bin/$name" kept
        stand_in "$name" 'echo "nothing 1.2 (TeX Live 2.0)"'
        run -1 bootstrap check
        assert_line --regexp '^  .*: (1\.2|2) found .* or newer is needed$|: 2 found, 2022'
        mv kept "bin/$name"
    done
    FAKE_KERNEL=4.4.0-19041-Microsoft run -1 bootstrap check
    assert_line --regexp '^  Linux: 4\.4\.0 found .*, 5\.6 or newer is needed$'
}

@test "another Linux: what is missing, and a line to paste for Fedora, Arch and Debian" {
    rm bin/apt-get bin/apt-cache
    everything_there but pandoc man-db noweb shellcheck
    run -1 bootstrap check
    assert_line '  pandoc: not found, 2.17 or newer is needed'
    assert_line --regexp '^  noweb.*nr/noweb.*: not found$'
    assert_line '  dnf install ShellCheck man-db man-pages pandoc'
    assert_line '  pacman -S --needed man-db man-pages pandoc-cli shellcheck'
    assert_line '  apt-get install --no-install-recommends man-db manpages manpages-dev noweb pandoc shellcheck'
    refute_line --partial 'strace'      # it is there
    refute_line --regexp '^make'
    assert_equal "$(cat "$CALLS")" ''
}

@test "another Linux that has all of it goes on" {
    rm bin/apt-get bin/apt-cache
    everything_there
    run -0 bootstrap check
    assert_output 'make check'
}

@test "a system that is not Linux is told where the book can be made, and no packages" {
    everything_there but pandoc
    for system in Darwin FreeBSD MINGW64_NT-10.0-19045; do
        FAKE_SYSTEM=$system run -1 bootstrap book
        assert_line --partial "this is $system."
        assert_line --partial 'docker run '
        refute_output --partial 'pandoc'
    done
    assert_line --partial 'WSL 2'
    assert_equal "$(cat "$CALLS")" ''
    run -0 env FAKE_SYSTEM=Darwin PATH="$HERE/bin" dash checkout/bootstrap --help
}

@test "npm runs when nothing is installed, when the lock file is newer, and else not" {
    everything_there
    rm -r checkout/node_modules
    run -0 bootstrap book
    assert_equal "$(cat "$CALLS")" 'npm ci --ignore-scripts --no-audit --no-fund'
    : > "$CALLS"
    touch -d '2001-01-01' checkout/node_modules/.package-lock.json
    run -0 bootstrap book
    assert_equal "$(cat "$CALLS")" 'npm ci --ignore-scripts --no-audit --no-fund'
    : > "$CALLS"
    run -0 bootstrap book
    assert_equal "$(cat "$CALLS")" ''
}

@test "a folder of npm's that is a link is left alone" {
    everything_there
    mv checkout/node_modules theirs
    ln -s ../theirs checkout/node_modules
    touch -d '2001-01-01' theirs/.package-lock.json
    run -0 bootstrap book
    assert_output 'make book'
    assert_equal "$(cat "$CALLS")" ''
}

@test "when apt-get fails: its last words, its log, status 1, and no make" {
    everything_there but zip
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
    assert_equal "$(grep -c '^npm ci' "$CALLS")" 2
}

@test "--packages installs packages, and neither asks npm nor makes anything" {
    everything_there but zip strace
    rm -r checkout/node_modules
    run -0 bootstrap --packages book
    installed 'zip'
    refute_output --partial 'npm'
    refute_line --regexp '^make'
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
    PATH=$HERE/bin run -0 ../checkout/bootstrap book
    assert_output 'make book'
}

@test "no target: status 2 and how to call it; --help: what it is" {
    everything_there
    run -2 bootstrap
    assert_output --partial 'name a target'
    run -0 bootstrap --help
    assert_line --partial './bootstrap [--packages] TARGET...'
    assert_equal "$(cat "$CALLS")" ''
}

@test "each line of the table has its seven columns" {
    # shellcheck disable=SC2016  # awk expands
    run -0 awk -F '\t' '/^#/ { next }
        NF != 7 || $1 !~ /^(book|manual|check|fresh|elsewhere)$/ || $3 !~ /^(-|[0-9.]+)$/ { print FILENAME ":" FNR ": " $0 }
        { for (i = 1; i <= NF; i++) if ($i == "") print FILENAME ":" FNR ": column " i " is empty" }' \
        "$root/tools/needs.tsv"
    assert_output ''
}

@test "bootstrap is plain POSIX sh" {
    command -v shellcheck > /dev/null || skip 'needs shellcheck'
    run -0 head -n 1 "$root/bootstrap"
    assert_output '#!/bin/sh'
    run -0 shellcheck "$root/bootstrap" "$root/tools/lib/browser"
    run -0 dash -n "$root/bootstrap"
}
