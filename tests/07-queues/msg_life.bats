# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# msg_life: a System V queue stays, is full by bytes and by messages, and goes at once.

@test "the session holds: the sender dies, the queue is full, and is removed under a sleeper [G15] [G16] [G19]" {
    says "The owner may lower it"
    says "The queue is gone with all its messages when the call returns"
    says "Who sleeps in it is woken with EIDRM, and who calls later gets EINVAL, as for a number without a queue"
    holds_session
}

@test "what fails is told" {
    inject 'msgrcv:error=ENOMEM:when=1' ./msg_life
    assert_failure 1
    assert_stderr 'msg_life: take its message: Cannot allocate memory'
}

@test "it leaves nothing behind" {
    leaves_nothing ./msg_life
    killed_leaves_nothing msgrcv ./msg_life
}
