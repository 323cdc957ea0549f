# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# mq_wait: on Linux a queue is a descriptor.

@test "the session holds: poll, copies, reading and writing [G07] [G21] [G06]" {
    says "POLLIN says that there is a message, POLLOUT that there is room"
    says "a copy made by dup(2) or fork(2) shares it, a second mq_open(3) does not"
    says "What read(2) returns is a line"
    holds_session
}

@test "what fails is told" {
    inject mq_open:error=EMFILE:when=2 ./mq_wait
    assert_failure 1
    assert_stderr_line --partial 'Too many open files'
}

@test "it leaves nothing behind" {
    leaves_nothing ./mq_wait
    killed_leaves_nothing dup ./mq_wait
}
