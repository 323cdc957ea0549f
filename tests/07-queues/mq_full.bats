# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# mq_full: a queue is full when it has what it was made for.

@test "the session holds: a queue for two is full with two, and the third waits [G04]" {
    says "mq_setattr(3) succeeds with other numbers and leaves them as they are, because of all that it is given it takes the flag O_NONBLOCK alone"
    says "another flag is EINVAL"
    says "A queue that was opened with O_NONBLOCK does not let us wait"
    holds_session
    make_q
    run_program ./q "open $queue bcx" "unlink $queue" 'set 4 a' attr 'set 4 n' attr
    assert_line --index 2 EINVAL
    assert_line --index 3 '4 32 0 -'
    assert_line --index 5 '4 32 0 n'
}

@test "the child sleeps in a send until the parent takes" {
    traced mq_timedsend,mq_timedreceive ./mq_full
    assert_success
    assert_call 'mq_timedsend\(3, "c", 1, 0, NULL\) += 0'
    assert_call 'mq_timedsend\([0-9]+, "c", 1, 0, NULL\) += -1 EAGAIN'
}

@test "a child that cannot send is told" {
    inject mq_timedsend:error=ENOMEM:when=4 ./mq_full
    assert_failure 1
}

@test "it leaves nothing behind" {
    leaves_nothing ./mq_full
    killed_leaves_nothing mq_timedsend ./mq_full
}
