# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# mq_readers: a message goes to one taker, the one that has waited longest.

@test "the session holds: the first to wait gets the first message, the other sleeps on [G11] [G11b]" {
    says "Each message goes to one of them"
    says "What has been taken is in the hands of the taker and nowhere else"
    holds_session
}

@test "a taker that takes nothing is seen" {
    inject mq_timedreceive:error=ENOMEM:when=1 ./mq_readers
    assert_failure 1
    assert_stderr_line --partial 'the child does not wait'
}

@test "it leaves nothing behind" {
    leaves_nothing ./mq_readers
    killed_leaves_nothing mq_timedsend ./mq_readers
}
