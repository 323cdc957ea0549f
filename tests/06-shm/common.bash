# common - what several test files of this chapter need.
# shellcheck shell=bash disable=SC2016,SC2034,SC2154

# ours: what lies in /dev/shm that the programs of this chapter have made, and their
# tests. Others may use it at the same time, so each test has names of its own.
setup() {
    book_setup
    name=/book-test.$$.$BATS_TEST_NUMBER
}
teardown() { rm -f "/dev/shm$name"*; }

# leaves_nothing PROGRAM [ARGUMENT...]: it succeeds, leaves no name in /dev/shm, no child
# unwaited for, and says so when it cannot print. Its names end in what mkostemp
# makes, so the process itself is asked which it made.
leaves_nothing() {
    needs strace
    leaves_no_zombie "$@"
    assert_success
    traced openat,unlink,linkat,memfd_create "$@"
    assert_success
    # a name in /dev/shm that was opened with O_CREAT, or linked, is not there any more
    local made
    for made in $(grep -oE '"/dev/shm/[^"]+"' strace | tr -d '"' | sort -u); do
        [ ! -e "$made" ] || fail "$made is left"
    done
    run_shell '"$@" > /dev/full' "$@"
    assert_failure 1
    assert_stderr "${1#./}: cannot write to standard output"
}

# needs_shm: skips where /dev/shm is not the usual file system in memory.
needs_shm() {
    [ "$(stat -f -c %T /dev/shm)" = tmpfs ] || skip "needs a tmpfs on /dev/shm"
}

# For scripts, which are given this function in front: wait until process $1 sleeps.
functions='sleeping() {
    while read -r _ _ state _ 2> /dev/null < "/proc/$1/stat" && [ "$state" != Z ]; do
        [ "$state" != S ] || return 0
    done
    echo "process $1 is gone" >&2; exit 9
}
'

# in_own_mounts COMMAND...: run_program where it may mount, and nobody else sees it.
in_own_mounts() {
    if [ "$(id -u)" = 0 ]; then run_program unshare --mount "$@"; else run_program unshare -Ur --mount "$@"; fi
}

# alone COMMAND...: run_program as process 1 of a PID namespace of its own, with a /proc.
alone() {
    if [ "$(id -u)" = 0 ]; then run_program unshare --pid --fork --mount-proc "$@"; else run_program unshare -Ur --pid --fork --mount-proc "$@"; fi
}
