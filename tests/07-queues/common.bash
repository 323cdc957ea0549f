# common - what several test files of this chapter need.
# shellcheck shell=bash disable=SC2016,SC2034,SC2154

# alone [-m DIR] COMMAND...: like run_shell with COMMAND's words as a script and its
# arguments, in an IPC namespace of its own, where $1... are the words behind the script.
alone() {
    needs namespaces
    local who=()
    [ "$(id -u)" = 0 ] || who=(--map-root-user)
    run_program unshare "${who[@]}" --ipc --mount bash -c "$1" bash "${@:2}"
}

# left: for scripts that run alone: prints the queues that are there, of both kinds.
left='left() { mkdir -p "$PWD/left.d"; mount -t mqueue none "$PWD/left.d"; ls "$PWD/left.d"; umount "$PWD/left.d"
    tail -n +2 /proc/sysvipc/msg; }
'

# leaves_nothing PROGRAM [ARGUMENT...]: it succeeds, leaves no queue behind, no descriptor
# open and no child unwaited for; and when it cannot print it says so, fails, and leaves no
# queue either.
leaves_nothing() {
    no_leaked_fd "$@"
    assert_success
    leaves_no_zombie "$@"
    assert_success
    run_shell '"$@" > /dev/full' "$@"
    assert_failure 1
    assert_stderr --partial "cannot write to standard output"
    alone "$left"'"$@" > /dev/null || exit; "$@" > /dev/full 2> /dev/null; left' "$@"
    assert_success
    assert_output ''
}

# killed_leaves_nothing CALL PROGRAM [ARGUMENT...]: killed by SIGKILL in its first call CALL
# it leaves no queue behind.
killed_leaves_nothing() {
    needs strace
    alone "$left"'call=$1; shift
        strace -f -o log -e trace=$call -e inject=$call:signal=KILL:when=1 "$@" > out 2>&1
        [ $? = 137 ] || { cat log out; exit 1; }
        until [ -z "$(left)" ]; do kill -0 $$ && n=$((${n-0} + 1)); [ $n -lt 300 ] || { left; exit 1; }; done' "$@"
    assert_success
}

# make_q: makes ./q, which plays with queues; queue is a name that nobody else uses.
make_q() {
    makes q < "$BATS_TEST_DIRNAME/q.c"
    queue=/test.$$.$BATS_TEST_NUMBER
}

# make_v: the same, ./v, for those of System V.
make_v() { makes v < "$BATS_TEST_DIRNAME/v.c"; }

# poor COMMAND...: for scripts of root: without CAP_SYS_RESOURCE, wherever root has it.
poor='poor() { setpriv --inh-caps=-sys_resource --bounding-set=-sys_resource "$@"; }
'

# For scripts: wait until process $1 sleeps, or give up when it is gone.
functions='sleeping() {
    seen=0
    while [ $seen -lt 2 ]; do
        read -r _ _ state _ 2> /dev/null < "/proc/$1/stat" && [ "$state" != Z ] || { echo "process $1 is gone" >&2; exit 9; }
        if [ "$state" = S ]; then seen=$((seen + 1)); else seen=0; fi
    done
}
marked() { until [ -s mark ]; do kill -0 "$1" || exit 9; done; read -r visitor < mark; rm mark; sleeping "$visitor"; }
'
