# shellcheck shell=bash disable=SC2016
bats_require_minimum_version 1.13.0
load ../lib/helpers
# The shortest conversation through a pipe, and what it leaves open.

@test "the word comes, and is lost without a word on a full disk" {
    says "its word is lost, and it reports success"
    holds_session
}

@test "one process makes the pipe before the fork, and element 0 is read [P29]" {
    traced pipe,pipe2,read,write,fork,clone,clone3 ./pipe_first
    assert_output "the child said hello"
    run grep -m 1 -E 'pipe|clone|fork' strace
    assert_output --regexp 'pipe2?\(\[[0-9]+, [0-9]+\]'
    in=$(sed -n 's/.*pipe2\{0,1\}(\[\([0-9]*\), .*/\1/p' strace)
    out=$(sed -n 's/.*pipe2\{0,1\}(\[[0-9]*, \([0-9]*\)\].*/\1/p' strace)
    assert_call "write\($out, \"hello\", 5\) += 5"
    assert_call "read\($in, \"hello\", 64\) += 5"
}

@test "a child that says nothing leaves the parent asleep" {
    says "the parent sleeps and is not woken, because it could still write into the pipe itself"
    inject 'write:error=EIO:when=1' -t 0.3 ./pipe_first
    assert_failure 124
    assert_output ''
}

@test "with descriptor 1 closed the pipe gets that number, and the output is lost" {
    says "If descriptor 1 is closed at the start, the pipe gets that number, and the output is lost"
    traced pipe,pipe2,write sh -c 'exec ./pipe_first >&-'
    assert_success
    assert_output ''
    assert_call 'pipe2?\(\[1, 3\]'
    assert_call 'write\(1, "the child said hello.n", 21\) += -1 EBADF'
}

@test "of a word in two pieces it takes the first for the whole" {
    says "the parent would take the first for the whole"
    run_program ./pipe_first
    assert_output "the child said hello"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2];
    make(p, WAIT);
    is("one piece", write(p[1], "he", 2), 2);
    is("read", read(p[0], data, 64), 2);
    is("the other", write(p[1], "llo", 3), 3);
    is("read", read(p[0], data, 64), 3);
}
C
    run_program ./t
    assert_success
}

@test "the child is waited for" {
    leaves_no_zombie ./pipe_first
    assert_output "the child said hello"
}
