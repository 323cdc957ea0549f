# helpers - what every .bats file of the book loads.
#
#   bats_require_minimum_version 1.13.0
#   load ../lib/helpers
#
# It brings assertions.bash (with needs), a private working directory with
# links ./NAME to every program of the unit, and the functions below. It builds
# nothing: `make build` ran before.
#
# Variables: $root (of the project), $unit (03-pipes), $program (pipe_hello),
# $book_lib (tests/lib), $book_bin (where the unit's programs are).
#
# Environment: BOOK_LIMIT, the seconds that a program may take, when they are not 10,
# on a slow machine; for the tests of the tests: BOOK_BIN/UNIT/PROGRAM takes the place
# of out/bin/UNIT in the file of that program, BOOK_TANGLED/UNIT/PROGRAM that of
# tangled/UNIT.
# shellcheck shell=bash disable=SC2034,SC2154

load ../lib/assertions

root=${BATS_TEST_DIRNAME%/*/*}
book_lib=$root/tests/lib
unit=${BATS_TEST_DIRNAME##*/}
program=${BATS_TEST_FILENAME##*/}
program=${program%.bats}
book_bin=${BOOK_BIN:-$root/out/bin}/$unit${BOOK_BIN:+/$program}
book_tangled=${BOOK_TANGLED:-$root/tangled}/$unit${BOOK_TANGLED:+/$program}
book_built=$root/out/lib
book_usual=${BOOK_LIMIT:-10}
book_prefix=()
# The tests of the tests ask whether a test fails, not what it says or where:
# finding that and putting it in columns would take them as long as all the rest.
if [ -n "${BOOK_BIN-}${BOOK_TANGLED-}" ]; then
    batslib_print_kv_single_or_multi() { :; }
    bats_print_stack_trace() { :; }
    bats_print_failed_command() { :; }
fi

# setup: the private directory. A file with a setup of its own calls it first:
# setup() { book_setup; ...; }
setup() { book_setup; }

# book_setup: makes the working directory $BATS_TEST_TMPDIR/work, links the
# unit's programs into it and goes there.
book_setup() {
    [ -x "$book_built/runner" ] ||
        fail "out/lib/runner is missing: run make build first"
    export LC_ALL=C TZ=UTC
    unset LANG LANGUAGE BASH_ENV ENV CDPATH COLUMNS LINES MAKEFLAGS MFLAGS MAKELEVEL
    umask 022
    mkdir -p "$BATS_TEST_TMPDIR/work"
    cd "$BATS_TEST_TMPDIR/work" || return
    [ ! -d "$book_bin" ] || ln -s "$book_bin"/* .
}

# teardown: a test fails when names of its programs outlive it. A file with a
# teardown of its own calls book_teardown first.
teardown() { book_teardown; }

# book_teardown: what programs under run_program made in /dev/shm, as POSIX queues
# or as objects of System V, is gone when the test ends, as far as the runner knows
# whose it is.
book_teardown() {
    local kept
    [ -s "$BATS_TEST_TMPDIR/kept" ] || return 0
    kept=$("$book_built/runner" -K "$BATS_TEST_TMPDIR/kept" | sort -u | grep -vE -e "${book_stays:-^$}") || return 0
    fail "the test leaves behind: $kept"
}

# stays REGEX: names that match (grep -E) may outlive the test.
stays() { book_stays=$1; }

# --- Running ----------------------------------------------------------------

# run_program [-t SECONDS] [-i FILE] COMMAND...: runs COMMAND under the runner.
# Sets $status, $output and ${lines[@]} (standard output), $stderr and
# ${stderr_lines[@]}, and $ended: "exited N", "killed SIGNAME", "timeout" or "stuck".
# The files stdout and stderr hold the bytes. Status 124: SECONDS (10; 1 for a
# program that was not done after those in an earlier test of the file) were over,
# or it hangs, and who waits for whom is told on standard error; 125: it left a
# process behind.
run_program() {
    book_options "$@"
    shift "$book_shift"
    book_run -o stdout -e stderr -- ${book_prefix[@]+"${book_prefix[@]}"} "$@"
}

# run_on_terminal [-t SECONDS] [-i FILE] COMMAND...: the same, but standard
# output and standard error are one pseudo terminal; all of it is in $output.
run_on_terminal() {
    book_options "$@"
    shift "$book_shift"
    : > stderr
    book_run -p -- ${book_prefix[@]+"${book_prefix[@]}"} "$@" > stdout
}

# run_shell [-t SECONDS] [-i FILE] SCRIPT [ARGUMENT...]: runs a bash script.
run_shell() {
    book_options "$@"
    local options=("${@:1:book_shift}")
    shift "$book_shift"
    run_program ${options[@]+"${options[@]}"} bash -c "$1" bash "${@:2}"
}

# as_nobody [FUNCTION] COMMAND...: runs COMMAND (or one of the functions above
# and below) as an ordinary user when we are root, directly when we are not.
# The working directory then belongs to that user.
as_nobody() {
    if [ "$(id -u)" = 0 ]; then
        needs setpriv
        book_open_to_nobody
        book_prefix=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    fi
    case $1 in
    run_program | run_on_terminal | run_shell | traced | inject | \
        holds_session | leaves_no_zombie | leaves_no_name | no_leaked_fd) "$@" ;;
    *) run_program "$@" ;;
    esac
    book_prefix=()
}

# --- Sessions ---------------------------------------------------------------

# holds_session [--terminal] [FILE]: every command of the session (of this
# program, unless FILE is given) does what is printed. With --terminal the
# commands write to a pseudo terminal.
holds_session() {
    local options=() file=
    while [ $# -gt 0 ]; do
        case $1 in
        -*) options+=("$1") ;;
        *) file=$1 ;;
        esac
        shift
    done
    : "${file:=$book_tangled/$program.session}"
    if [ ${#book_prefix[@]} -gt 0 ]; then options+=(--nobody); fi
    if book_hung_before "./$program"; then options+=(--limit 1); fi
    "$book_lib/session" check --bin "$book_bin" ${options[@]+"${options[@]}"} \
        "$file" 2> "$BATS_TEST_TMPDIR/session-says" || {
        cat "$BATS_TEST_TMPDIR/session-says" >&2
        book_note_hung "$BATS_TEST_TMPDIR/session-says" "./$program"
        fail "the session does not hold"
    }
}

# hold_exercises: a test for each exercise of the unit: its session, in which the check
# tries the start, every wrong answer and every right one, holds. Called outside of any
# test, in exercises.bats.
hold_exercises() {
    local session name
    book_bin=${BOOK_BIN:-$root/out/bin}/$unit/exercises
    for session in "$book_tangled"/exercises/*.session; do
        [ -e "$session" ] || continue
        name=${session##*/}
        bats_test_function --description "the check of ${name%.session} tells right answers from wrong ones" \
            -- holds_session "$session"
    done
}

# --- Looking at system calls ------------------------------------------------

# traced SYSCALLS COMMAND...: like run_program, while strace logs SYSCALLS
# (write,execve or %process) of COMMAND and its children to the file strace,
# from the first line of main on.
traced() {
    needs strace
    local calls=$1
    shift
    book_traced "-e trace=$calls,getcpu" "$@"
}

# inject SPEC COMMAND...: like run_program, with strace's fault injection from
# the first line of main on, SPEC as in read:error=EINTR:when=1 (several may
# be separated by blanks). Fails when nothing was injected. Programs that
# COMMAND executes are left alone. The log is in the file strace.
inject() {
    needs strace
    local specs=$1 spec calls="" injections=""
    shift
    for spec in $specs; do
        calls+=${spec%%:*},
        injections+=" -e inject=$spec"
    done
    book_traced "-b execve -e trace=${calls}getcpu$injections" "$@"
    book_injected "$specs" ||
        fail "nothing was injected by '$specs' into: $*"
}

# assert_call REGEX: the file strace has a line that matches (grep -E).
assert_call() {
    grep -qE -e "$1" strace ||
        fail "no system call matches '$1' in:
$(cat strace)"
}

# refute_call REGEX: the file strace has no line that matches.
refute_call() {
    [ -s strace ] || fail "there is no trace to look at"
    if grep -E -e "$1" strace; then fail "a system call matches '$1'"; fi
}

# --- What is left behind ----------------------------------------------------

# leaves_no_zombie COMMAND...: like run_program; fails when COMMAND ended
# without waiting for one of its children, dead or alive.
leaves_no_zombie() {
    run_program "$@"
    if grep -E '^(orphan|left) ' "$BATS_TEST_TMPDIR/how"; then
        fail "not waited for by their parent: the processes above"
    fi
}

# leaves_no_name COMMAND...: like run_program; fails when COMMAND leaves a name
# behind: in /dev/shm, of a queue, of an object of System V, or of a socket in its
# folder. Without it, a name may stay until the test ends.
leaves_no_name() {
    book_strict=1
    run_program "$@"
    book_strict=
    if grep -E '^remains ' "$BATS_TEST_TMPDIR/how"; then
        fail "not removed: the names above"
    fi
}

# no_leaked_fd COMMAND...: like run_program; fails when a process of COMMAND
# ends with a descriptor above 2 open, or passes one on to another program.
no_leaked_fd() {
    local target=$1
    target=${target##*/}
    : > open_files
    [ ${#book_prefix[@]} -eq 0 ] || chmod 666 open_files
    book_preload open_files.so
    run_program env LD_PRELOAD="$book_preloaded" \
        BOOK_OPEN_FILES="$PWD/open_files" BOOK_TARGET="$target" "$@"
    grep -q ' seen$' open_files || fail "$target was not watched"
    if grep -E '^[0-9]+ (exit|exec) ' open_files; then
        fail "left open: the descriptors above"
    fi
}

# assert_killed SIGNAME: the last command was ended by that signal (SIGPIPE).
assert_killed() {
    [ "$ended" = "killed $1" ] ||
        fail "expected to be killed by $1, but: $ended"
}

# --- What the book says -------------------------------------------------------

# says [--in UNIT] "WORDS": the chapter (of the test's folder, or UNIT; book is the
# preface) has one sentence with these WORDS, which the test tries. WORDS is a literal,
# alone on its line: tools/statements finds it there, and looked it up before the tests
# ran.
says() {
    local where=$unit quotes
    if [ "$1" = --in ]; then where=$2; shift 2; fi
    quotes=$root/out/build/quotes/$where
    [ -e "$quotes" ] || fail "it is not known what is quoted from $where: run tools/statements"
    quotes=$'\n'$(< "$quotes")$'\n'
    [[ $quotes != *$'\n'"$1"$'\t\n'* ]] || return 0
    [[ $quotes == *$'\n'"$1"$'\t'* ]] || fail "\"$1\" is not known yet: run tools/statements"
    quotes=${quotes#*$'\n'"$1"$'\t'}
    fail "${quotes%%$'\n'*}"
}

# --- Compiling --------------------------------------------------------------

# makes NAME < C: makes ./NAME of a C program that only the test has, for trying what
# the book says with another program than the book's. It may include what lies beside the
# file of tests.
makes() {
    "${CC:-gcc}" -std=gnu17 -D_GNU_SOURCE -O1 -Wall -Wextra -Werror -pthread -I "$BATS_TEST_DIRNAME" -o "$1" -x c - > compiler 2>&1 ||
        fail "$1 does not compile:
$(cat compiler)"
}

# compiles FILE: $CC (gcc) accepts the C file.
compiles() {
    book_compile "$1" || fail "$1 does not compile:
$(cat compiler)"
}

# compile_fails FILE REGEX: $CC refuses the C file, and says REGEX.
compile_fails() {
    if book_compile "$1"; then fail "$1 compiles"; fi
    grep -qE -e "$2" compiler || fail "'$2' is not what the compiler says:
$(cat compiler)"
}

# --- Checkers written in Java -----------------------------------------------

# checked_by JAR ARGUMENT...: `run` of a checker in Java, which works for seconds
# only: its compiler does less, for half the time in all.
checked_by() {
    run java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xss4m -jar "$@"
}

# --- Inside -----------------------------------------------------------------

# book_options [-t SECONDS] [-i FILE] ...: reads the options into $book_limit
# and $book_input, and sets $book_shift to how many words they were.
book_options() {
    book_limit=$book_usual book_input=/dev/null book_shift=0
    while [ $# -gt 1 ]; do
        case $1 in
        -t) book_limit=$2 ;;
        -i) book_input=$2 ;;
        *) break ;;
        esac
        shift 2
        book_shift=$((book_shift + 2))
    done
}

# book_run ARGUMENT...: the runner with ARGUMENTs; the result into variables.
book_run() {
    local how=$BATS_TEST_TMPDIR/how log=$BATS_TEST_TMPDIR/runner-says
    status=0
    # the test stands still meanwhile, so that nobody else opens a FIFO of COMMAND's
    if [ "$BASH_SUBSHELL" = 0 ] && [ -z "$(jobs -p)" ]; then set -- -n "$@"; fi
    [ -n "${book_strict-}" ] || set -- -k "$BATS_TEST_TMPDIR/kept" "$@"
    if [ "$book_limit" = "$book_usual" ] && book_hung_before "$@"; then book_limit=1; fi
    "$book_built/runner" -t "$book_limit" -i "$book_input" -s "$how" "$@" \
        2> "$log" || status=$?
    [ ! -s "$log" ] || cat "$log" >&2
    [ -s "$how" ] || fail "the runner did not run: $*"
    read -r ended < "$how"
    if [ "$ended" = timeout ]; then book_note_hung "$log" "$@"; fi
    { output=$(< stdout) stderr=$(< stderr); } 2> /dev/null
    lines=() stderr_lines=()
    [ -z "$output" ] || mapfile -t lines <<< "$output"
    [ -z "$stderr" ] || mapfile -t stderr_lines <<< "$stderr"
}

# A program that does not end in ten seconds would cost each test of its file as
# much again. The file hung in $BATS_FILE_TMPDIR has "PROGRAM<TAB>TEST" of each.

# book_hung_before WORD...: one of the WORDs calls ./PROGRAM, and it is in hung;
# then that is told on standard error.
book_hung_before() {
    local name test
    [ -s "$BATS_FILE_TMPDIR/hung" ] || return 1
    while IFS=$'\t' read -r name test; do
        [[ " $* " =~ \./"$name"[^[:alnum:]_-] ]] || continue
        echo "only 1 s for ./$name: it did not end in the test \"$test\"" >&2
        return 0
    done < "$BATS_FILE_TMPDIR/hung"
    return 1
}

# book_note_hung FILE WORD...: when the runner, which wrote FILE, had to end what
# the WORDs call after the usual ten seconds: puts into hung the programs of the
# unit among what was ended or, when none has a name of theirs, among WORDs.
book_note_hung() {
    local path name found=()
    grep -qF "still there after $book_usual s: process " "$1" || return 0
    for path in "$book_bin"/*; do
        name=${path##*/}            # a process is called by the first 15 bytes
        if grep -qF "(${name:0:15}), killed" "$1"; then found+=("$name"); fi
    done
    [ ${#found[@]} -gt 0 ] || for path in "$book_bin"/*; do
        name=${path##*/}
        if [[ " ${*:2} " =~ \./"$name"[^[:alnum:]_-] ]]; then found+=("$name"); fi
    done
    for name in ${found[@]+"${found[@]}"}; do
        printf '%s\t%s\n' "$name" "$BATS_TEST_DESCRIPTION" >> "$BATS_FILE_TMPDIR/hung"
    done
}

# book_traced ARGUMENTS [-t SECONDS] [-i FILE] COMMAND...: COMMAND with strace
# from main on; the log of all its processes into the file strace.
book_traced() {
    local arguments=$1 log
    shift
    book_options "$@"
    local options=("${@:1:book_shift}")
    shift "$book_shift"
    rm -f strace strace.[0-9]*
    book_preload at_main.so
    run_program ${options[@]+"${options[@]}"} env \
        LD_PRELOAD="$book_preloaded" BOOK_TARGET="${1##*/}" \
        BOOK_STRACE="$arguments" BOOK_STRACE_LOG="$PWD/strace" "$@"
    : > strace
    for log in strace.[0-9]*; do
        case $log in
        *.err) if [ -s "$log" ]; then cat "$log" >&2; fi ;;
        *) book_join < "$log" >> strace ;;
        esac
    done
    [ -e "$log" ] || fail "strace was not started in ${1##*/}"
}

# book_preload LIBRARY: sets $book_preloaded to a name of the library for
# LD_PRELOAD, where a blank or a colon ends a name; the project may lie below
# any, and be closed to the ordinary user. tests/run has a TMPDIR without them.
book_preload() {
    book_preloaded=$BATS_RUN_TMPDIR/$1
    case $book_preloaded in
    *[\ :]*) fail "TMPDIR has a blank or a colon in its name, where ld.so finds no library" ;;
    esac
    [ -e "$book_preloaded" ] || cp "$book_built/$1" "$book_preloaded"
}

# book_join: a log of strace on standard input without the call that starts it;
# a call that another process interrupted ("<unfinished ...>") in one line, at
# the place where it returned.
book_join() {
    perl -ne 'next if /^(?:\d+ +)?getcpu\(/;
        my ($pid) = /^(\d+) /; $pid //= 0;
        if (s/ <unfinished \.\.\.>$// && !/^\d+ +</) { chomp; $begun{$pid} = $_; next }
        s/^(?:\d+ +)?<\.\.\. \w+ resumed>/delete $begun{$pid}/e
            if exists $begun{$pid};
        print; END { print "$_ <unfinished ...>\n" for values %begun }'
}

# book_injected SPECS: the file strace shows that one of SPECS came true.
book_injected() {
    local name=
    if grep -qE '\((INJECTED|DELAYED)' strace; then return 0; fi
    case $1 in *signal=*) name=${1#*signal=} name=${name%%:*} ;; esac
    [ -n "$name" ] &&
        grep -qE "^[^(]*--- (SIG)?$name [{].*si_code=SI_KERNEL" strace
}

# book_open_to_nobody: gives the working directory to the ordinary user, with
# copies of the programs instead of links into a tree that may be closed to it.
book_open_to_nobody() {
    local p
    chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/test "$BATS_TEST_TMPDIR"
    for p in *; do
        if [ -L "$p" ] && [ -f "$p" ]; then cp --remove-destination -- \
            "$(readlink -f "$p")" "$p"; fi
    done
    find . -exec chown -h 65534:65534 {} +
}

# book_compile FILE: compiles only; what the compiler says into compiler.
book_compile() {
    [ -r "$1" ] || fail "$1 cannot be read"
    "${CC:-gcc}" -std=c17 -Wall -Wextra -c -o compiled.o "$1" > compiler 2>&1
}
