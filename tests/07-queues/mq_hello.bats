# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# mq_hello: a queue gives the urgent first, and of two equals the older.

@test "the session holds: priority, then age [G01b]" {
    says "The order of taking is not the order of putting"
    holds_session
}

@test "three messages are sent, each with its length, and taken one by one, and the name is gone before that" {
    says "What one mq_send put in is what one mq_receive takes out; two messages are not joined and none is torn"
    says "makes a queue, because of O_CREAT, and says how many messages it holds and how long each of them may be"
    traced mq_open,mq_unlink,mq_timedsend,mq_timedreceive ./mq_hello
    assert_success
    assert_equal "$(grep -oE 'mq_[a-z]+\(' strace | tr -d '\n(' )" \
        mq_openmq_unlinkmq_timedsendmq_timedsendmq_timedsendmq_timedreceivemq_timedreceivemq_timedreceive
    assert_call 'mq_timedsend\(3, "put out the fire\\0", 17, 9, NULL\)'
    assert_call 'mq_timedreceive\(3, "put out the fire\\0", 32, \[9\], NULL\) = 17'
}

@test "it leaves no queue behind, killed or not" {
    alone "$left"'./mq_hello > /dev/null && left'
    assert_success
    assert_output ''
    killed_leaves_nothing mq_timedsend ./mq_hello
}

@test "what cannot be made or printed is told" {
    inject mq_open:error=ENOSPC ./mq_hello
    assert_failure 1
    assert_stderr_line --partial 'No space left on device'
    run_shell './mq_hello > /dev/full'
    assert_failure 1
}
