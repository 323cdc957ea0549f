# assertions - what every .bats file has: bats-support and bats-assert, a cheaper
# way to say where a test failed, and needs. helpers.bash loads it; a file that has
# no use for those loads it by itself, after bats_require_minimum_version.
# shellcheck shell=bash disable=SC2034,SC2154

# Before each command Bats (1.13) notes the calls that led to it, for the message
# of a test that fails; that takes as long as all else in a test. These two take
# the place of its own: until a command fails it is enough to have noted the line
# of the test, and then the calls that led there can still be asked for.
# tests/tools/run.bats says what must come of it.
bats_debug_trap() {
    case $1 in */node_modules/* | */tests/*/lib/*) return 0 ;; esac
    BATS_DEBUG_LASTLAST_STACK_TRACE=$BATS_DEBUG_LAST_STACK_TRACE
    BATS_DEBUG_LAST_STACK_TRACE="${BASH_LINENO[0]} ${FUNCNAME[1]} $1"
}
bats_error_trap() {
    bats_check_status_from_trap
    bats::on_failure "$BATS_ERROR_STATUS"
    [ -z "$BATS_DEBUG_LAST_STACK_TRACE_IS_VALID" ] || return 0
    local noted=$BATS_DEBUG_LAST_STACK_TRACE
    bats_capture_stack_trace
    : "${BATS_DEBUG_LAST_STACK_TRACE:=$noted}"
    BATS_DEBUG_LAST_STACK_TRACE_IS_VALID=1
}

# each of them by itself: their own load.bash starts a process for every file,
# and all of this is read anew for every test
for book_file in "${BATS_TEST_DIRNAME%/*/*}"/node_modules/bats-{support,assert}/src/*.bash; do
    # shellcheck disable=SC1090 # not ours
    source "$book_file"
done

# needs WHAT...: skips the test when the machine lacks one of them. WHAT is a
# command, or root, user (not root), namespaces, mounts (root who may mount), strace
# (which must be allowed to trace), or what else tests/lib/has knows. It is tried, by tests/lib/has, once a file.
needs() {
    local what tried
    for what; do
        tried=$BATS_FILE_TMPDIR/has-${what//\//%}
        [ -s "$tried" ] || {
            if "${BATS_TEST_DIRNAME%/*/*}/tests/lib/has" "$what"; then echo yes; else echo no; fi > "$tried"
        }
        [ "$(< "$tried")" = no ] || continue
        case $what in
        user) skip "needs an ordinary user" ;;
        browser) skip "needs a browser" ;;
        *) skip "needs $what" ;;
        esac
    done
}
