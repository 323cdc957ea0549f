# common - what several test files of this chapter need.
# shellcheck shell=bash disable=SC2016,SC2034,SC2154

setup() { book_setup; needs loopback; }

# leaves_nothing PROGRAM [ARGUMENT...]: it succeeds, leaves no descriptor open and no
# child unwaited for; when it cannot print it says so, and fails; and two of it at the
# same time say the same.
leaves_nothing() {
    no_leaked_fd "$@"
    assert_success
    [ -n "$output" ] || fail "it says nothing"
    leaves_no_zombie "$@"
    assert_success
    run_shell '"$@" > /dev/full' "$@"
    assert_failure 1
    assert_stderr "${1#./}: cannot write to standard output"
    run_shell '"$@" > one & "$@" > two; first=$?; wait $! && cmp one two && exit $first' "$@"
    assert_success
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

# try: for programs of C made by a test: the headers, and functions for sockets
try='
#pragma GCC diagnostic ignored "-Wunused-result"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmisleading-indentation"
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
__attribute__((unused)) static char bytes[65536];
__attribute__((unused)) static int us, peer;
static const char *no(void) { return strerrorname_np(errno); }
static void as(const char *what, long n) {
    if (n == -1) printf("%s %s\n", what, no()); else printf("%s %ld\n", what, n); fflush(stdout); }
static int sock(int type) { int s = socket(AF_INET, type, 0); if (s == -1) err(9, "socket"); return s; }
static struct sockaddr_in at(in_port_t port) {
    return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = port, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) }; }
static struct sockaddr_in name(int s) {
    struct sockaddr_in a; socklen_t n = sizeof a; if (getsockname(s, (struct sockaddr *)&a, &n) == -1) err(9, "getsockname"); return a; }
static int put(int s, struct sockaddr_in a) { return bind(s, (struct sockaddr *)&a, sizeof a); }
static int to(int s, struct sockaddr_in a) { return connect(s, (struct sockaddr *)&a, sizeof a); }
static int bound(int type) { int s = sock(type); if (put(s, at(0)) == -1) err(9, "bind"); return s; }
static int heard(int n) { int s = bound(SOCK_STREAM); if (listen(s, n) == -1) err(9, "listen"); return s; }
static void two(void) { int l = heard(1); us = sock(SOCK_STREAM); if (to(us, name(l)) == -1) err(9, "connect");
    peer = accept(l, NULL, NULL); if (peer == -1) err(9, "accept"); close(l); }
static void cut(int s) { struct linger l = { 1, 0 }; setsockopt(s, SOL_SOCKET, SO_LINGER, &l, sizeof l); close(s); }
static short until(int s, short events) { struct pollfd p = { .fd = s, .events = events }; poll(&p, 1, -1); return p.revents; }
static void has(int s, int n) { for (int k = 0; k < n; ioctl(s, FIONREAD, &k)) usleep(1000); }
'
