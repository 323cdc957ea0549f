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
    [ -n "$output" ] || fail "it says nothing"
    leaves_no_zombie "$@"
    assert_success
    run_shell '"$@" > /dev/full' "$@"
    assert_failure 1
    assert_stderr "${1#./}: cannot write to standard output"
    assert_equal "$(ls room)" ""
}

# two_at_once PROGRAM [ARGUMENT...]: two of it at the same time say the same, and
# leave no name in their temporary directory.
two_at_once() {
    mkdir -p room
    TMPDIR=$PWD/room run_shell '"$@" > one & "$@" > two; first=$?; wait $! && cmp one two && exit $first' "$@"
    assert_success
    assert_equal "$(ls room)" ""
}

# For scripts, which are given these functions in front: wait until process $1
# sleeps, or until the socket or file $1 is there, or give up when $2 is gone.
functions='sleeping() {
    while read -r _ _ state _ 2> /dev/null < "/proc/$1/stat" && [ "$state" != Z ]; do
        [ "$state" != S ] || return 0
    done
    echo "process $1 is gone" >&2; exit 9
}
there() {
    until [ -e "$1" ]; do kill -0 "$2" || exit 9; done
}
'

# try: for programs of C made by a test: the headers, and functions for sockets
try='
#pragma GCC diagnostic ignored "-Wunused-result"
#pragma GCC diagnostic ignored "-Wmisleading-indentation"
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
__attribute__((unused)) static int pair[2];
__attribute__((unused)) static char bytes[4096];
__attribute__((unused)) static const char *no(void) { return strerrorname_np(errno); }
__attribute__((unused)) static void two(int type) { if (socketpair(AF_UNIX, type, 0, pair) == -1) err(9, "socketpair"); }
__attribute__((unused)) static struct sockaddr_un named;
__attribute__((unused)) static struct sockaddr *at(const char *path) {
    named = (struct sockaddr_un){ .sun_family = AF_UNIX }; strcpy(named.sun_path, path); return (struct sockaddr *)&named; }
__attribute__((unused)) static int sock(int type) { int s = socket(AF_UNIX, type, 0); if (s == -1) err(9, "socket"); return s; }
__attribute__((unused)) static int bound(int type, const char *path) {
    int s = sock(type); if (bind(s, at(path), sizeof named) == -1) err(9, "bind"); return s; }
__attribute__((unused)) static int heard(int type, const char *path, int n) {
    int s = bound(type, path); if (listen(s, n) == -1) err(9, "listen"); return s; }
__attribute__((unused)) static int came(int type, const char *path) {
    int s = sock(type); if (connect(s, at(path), sizeof named) == -1) err(9, "connect"); return s; }
__attribute__((unused)) static void as(const char *what, long n) {
    if (n == -1) printf("%s %s\n", what, no()); else printf("%s %ld\n", what, n); fflush(stdout); }
'
