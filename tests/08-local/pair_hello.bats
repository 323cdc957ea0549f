# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# pair_hello: one pair of sockets, a question and an answer.

@test "the session holds: a parent asks its child, and is answered" {
    holds_session
}

@test "each writes and reads through one descriptor, and does not hear itself" {
    says "The parent writes and reads through the same descriptor, and does not read its own word back"
    traced socketpair,read,write ./pair_hello
    assert_success
    assert_call 'socketpair\(AF_UNIX, SOCK_STREAM, 0, \[3, 4\]\)'
    assert_call 'write\(3, "hello", 5\)'
    assert_call 'read\(3, "hello yourself"'
    assert_call 'read\(4, "hello", 60\)'
    assert_call 'write\(4, "hello yourself", 14\)'
}

@test "it takes what one read returns, and tells an error of a call" {
    says "It takes what one read(2) returns for all of the answer"
    inject socketpair:error=EMFILE ./pair_hello
    assert_failure 1
    assert_stderr 'pair_hello: socketpair: Too many open files'
    traced read ./pair_hello
    [ "$(grep -c 'read(3' strace)" = 1 ]
}

@test "the child is waited for" {
    leaves_no_zombie ./pair_hello
    assert_success
    assert_output 'hello yourself'
}
