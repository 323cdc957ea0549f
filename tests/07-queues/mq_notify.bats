# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# mq_notify: one is told once, of a message that comes into an empty queue.

@test "the session holds: told of C, and of neither B nor D nor E; a sleeper goes first [G08]" {
    says "Here nothing was told of B, because A lay there already, and nothing of D and E, because C had used up the asking"
    says "While another process sleeps in mq_receive(3) the message goes to that one, nobody is told, and the asking stands"
    holds_session
}

@test "the signal comes before the sending returns" {
    says "The kernel sends the signal inside of mq_send(3), before that returns"
    traced mq_timedsend,rt_sigtimedwait,mq_notify ./mq_notify
    assert_success
    sed -nE '/mq_timedsend\(3, "C"/{n;p}' strace > next
    run grep -E 'rt_sigtimedwait\(.*\) += 10 \(SIGUSR1\)' next
    assert_success
}

@test "what fails is told" {
    inject mq_notify:error=ENOMEM:when=1 ./mq_notify
    assert_failure 1
    assert_stderr 'mq_notify: ask: Cannot allocate memory'
    inject mq_timedreceive:error=ENOMEM:when=1 ./mq_notify
    assert_failure 1
    assert_stderr 'mq_notify: mq_receive: Cannot allocate memory'
}

@test "it leaves nothing behind" {
    leaves_nothing ./mq_notify
    killed_leaves_nothing mq_notify ./mq_notify
}
