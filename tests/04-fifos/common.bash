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

# perl: for scripts, runs Perl with the constants of open(2) as $R, $W and $N;
# o opens, r reads and w writes once and tell the result. mark says that what
# follows is the only call in which the process can sleep.
perl='perl() { command perl -MFcntl -MErrno -MPOSIX=:signal_h -e "
    \$| = 1;
    sub mark { open my \$m, q(>), q(mark) or die; print \$m qq(\$\$\n) }
    sub o { sysopen my \$f, \$_[0], \$_[1] or die qq(\$_[0]: \$!\n); \$f }
    sub r { my \$n = sysread \$_[0], my \$b, \$_[1] // 1; defined \$n ? \$n ? \$b : q(end) : \$!{EAGAIN} ? q(EAGAIN) : \$! }
    sub w { my \$n = syswrite \$_[0], \$_[1]; \$n // (\$!{EPIPE} ? q(EPIPE) : \$!{EAGAIN} ? q(EAGAIN) : \$!) }
    \$R = O_RDONLY; \$W = O_WRONLY; \$N = O_NONBLOCK;
    $1" -- "${@:2}"; }
# waits JOB: a process of JOB has made its mark, and sleeps; it is $visitor
waits() {
    until read -r visitor 2> /dev/null < mark; do kill -0 "$1" || exit 9; done
    sleeping "$visitor"; rm mark
}
'
