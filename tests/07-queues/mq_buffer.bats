# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# mq_buffer: the buffer has to hold the longest message that the queue allows.

@test "the session holds: 15 bytes are too few for a message of 2 [G02]" {
    says "In a queue made without attributes the length is that of"
    says "so a buffer of 15 bytes is refused with EMSGSIZE although the message has two"
    says "Nothing is lost by that: the message stays"
    holds_session
    make_q
    default=$(< /proc/sys/fs/mqueue/msgsize_default)
    run_program ./q "open $queue bcxn 600 d" "unlink $queue" attr 'send two' "take $((default - 1))" "take $default"
    assert_line --index 2 --regexp "^[0-9]+ $default 0 n$"
    assert_line --index 4 EMSGSIZE
    assert_line --index 5 0:two
}

@test "a message of no bytes is a message, and a queue has no end of file" {
    says "And the message of no bytes is a message"
    says "when everybody who sends has left, a receiver waits"
    run_program ./mq_buffer
    assert_success
    assert_line --index 1 'send 0 bytes                         = 0'
    assert_line --index 6 'receive into 32 bytes                = 0'
    make_q
    run_shell "$functions"'
        ./q "open $1 wc" "send a"; ./q "open $1 r" take mark take > out & pid=$!
        marked $pid; kill $pid; wait $pid; cat out; ./q "unlink $1"' "$queue"
    assert_line 0:a
}

@test "it leaves nothing behind" {
    leaves_nothing ./mq_buffer
    killed_leaves_nothing mq_timedsend ./mq_buffer
}
