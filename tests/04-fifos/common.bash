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

# For scripts, which are given these functions in front: wait until process $1
# sleeps, or until the file $1 is there, or give up when the process is gone.
functions='sleeping() {
    while read -r _ _ state _ 2> /dev/null < "/proc/$1/stat" && [ "$state" != Z ]; do
        [ "$state" != S ] || return 0
    done
    echo "process $1 is gone" >&2; exit 9
}
there() {
    until [ -e "$1" ]; do
        kill -0 "$2" || exit 9
    done
}
gone() {
    while [ -e "$1" ]; do
        kill -0 "$2" || exit 9
    done
}
'
