# common - what several test files of this chapter need.
# shellcheck shell=bash disable=SC2016,SC2034,SC2154

# leaves_nothing PROGRAM [ARGUMENT...]: it succeeds, leaves no name in its
# temporary directory, no descriptor open and no child unwaited for; and when it
# cannot print it says so, fails, and leaves no name either.
leaves_nothing() {
    mkdir room
    export TMPDIR=$PWD/room
    no_leaked_fd "$@"
    assert_success
    leaves_no_zombie "$@"
    assert_success
    run_shell '"$@" > /dev/full' "$@"
    assert_failure 1
    assert_stderr "${1#./}: cannot write to standard output"
    assert_equal "$(ls room)" ""
}

# sleeping: a shell function for scripts: waits until process $1 sleeps.
sleeping='sleeping() {
    until read -r _ _ state _ < "/proc/$1/stat" && [ "$state" = S ]; do :; done
}
'
