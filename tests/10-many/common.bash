# common - what several test files of this chapter need.
# shellcheck shell=bash disable=SC2016,SC2034,SC2154

# leaves_nothing PROGRAM [ARGUMENT...]: it succeeds, has no descriptor above 2 open at
# its own end (its children leave theirs to the kernel), hands none on, and waits for its
# children; and when it cannot print it says so and fails.
leaves_nothing() {
    : > open_files
    book_preload open_files.so
    leaves_no_zombie env LD_PRELOAD="$book_preloaded" \
        BOOK_OPEN_FILES="$PWD/open_files" BOOK_TARGET="${1#./}" "$@"
    assert_success
    [ -n "$output" ] || fail "it says nothing"
    local last
    last=$(grep -oP '^\d+(?= seen$)' open_files | tail -n 1)
    if [ -z "$last" ] || grep -E "^($last exit|[0-9]+ exec) " open_files; then
        fail "left open: the descriptors above"
    fi
    run_shell '"$@" > /dev/full' "$@"
    assert_failure 1
    assert_stderr "${1#./}: cannot write to standard output"
}

# For scripts, which are given this function in front: wait until process $1 sleeps,
# or give up when it is gone.
functions='sleeping() {
    while read -r _ _ state _ 2> /dev/null < "/proc/$1/stat" && [ "$state" != Z ]; do
        [ "$state" != S ] || return 0
    done
    echo "process $1 is gone" >&2; exit 9
}
'

# try: for programs of C made by a test: the headers, and a few words
try='
#pragma GCC diagnostic ignored "-Wunused-result"
#pragma GCC diagnostic ignored "-Wmisleading-indentation"
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
__attribute__((unused)) static char bytes[1 << 20];
__attribute__((unused)) static const char *no(void) { return strerrorname_np(errno); }
__attribute__((unused)) static void as(const char *what, long n) {
    if (n == -1) printf("%s %s\n", what, no()); else printf("%s %ld\n", what, n); fflush(stdout); }
__attribute__((unused)) static int look(int fd, short events) { struct pollfd p = { fd, events, 0 }; poll(&p, 1, 0); return p.revents; }
__attribute__((unused)) static int soon(int fd, short events) { struct pollfd p = { fd, events, 0 }; poll(&p, 1, -1); return p.revents; }
__attribute__((unused)) static void says(const char *what, int r) {
    printf("%s%s%s%s%s%s%s\n", what, r & POLLIN ? " IN" : "", r & POLLOUT ? " OUT" : "", r & POLLRDHUP ? " RDHUP" : "", r & POLLERR ? " ERR" : "", r & POLLHUP ? " HUP" : "", r & POLLNVAL ? " NVAL" : ""); fflush(stdout); }
__attribute__((unused)) static void tcp(int e[2]) { struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } }; socklen_t n = sizeof a;
    int d = socket(AF_INET, SOCK_STREAM, 0); e[1] = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(d, (void *)&a, n) || getsockname(d, (void *)&a, &n) || listen(d, 1) || connect(e[1], (void *)&a, n)) err(9, "tcp"); e[0] = accept(d, 0, 0); close(d); }
'
