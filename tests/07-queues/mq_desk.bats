# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# mq_desk: strangers put orders into a queue and take them.

@test "the session holds: orders wait for those who come later, and takers for orders [G05]" {
    says "By the time of the first take, both processes that had put something in were gone"
    holds_session
}

@test "it takes from a queue with longer messages than its own" {
    make_q
    run_program ./q "open $queue wc 600 2 200" "send $(printf '%0200d' 7) 3"
    run_program ./mq_desk take "$queue"
    assert_success
    assert_output "3 $(printf '%0200d' 7)"
    run_program ./mq_desk close "$queue"
    assert_success
}

@test "the mode is 0600 whatever the umask, and the queue that is there is taken" {
    says "O_CREAT without O_EXCL takes the queue that is there, and then the attributes that we give do not count"
    says "The permissions are what the"
    make_q
    alone "$left"'umask 277; ./mq_desk put /here 1 x && mkdir m && mount -t mqueue none m && stat -c %a m/here
        ./q "open /here rc 600 3 9" attr "unlink /here"; left'
    assert_success
    assert_output "600
ok
8 128 1 -
0"
}

@test "a signal ends neither the waiting for an order nor that for room" {
    says "When the queue is full, mq_send(3) waits for room, and like mq_receive(3) it can be interrupted"
    make_q
    inject 'mq_timedsend:error=EINTR:when=1..3' ./mq_desk put "$queue" 7 hello
    assert_success
    inject 'mq_timedreceive:error=EINTR:when=1..3' ./mq_desk take "$queue"
    assert_success
    assert_output '7 hello'
    run_shell "$functions"'for i in 1 2 3 4 5 6 7 8; do ./mq_desk put "$1" $i text; done
        ./mq_desk put "$1" 9 urgent & pid=$!
        sleeping $pid; ./mq_desk take "$1"; wait $pid; ./mq_desk take "$1"; ./mq_desk close "$1"' "$queue"
    assert_output "8 text
9 urgent"
}

@test "what is wrong is told" {
    make_q
    for words in '' 'take' 'put /a 1' 'take /a b' 'look /a'; do
        # shellcheck disable=SC2086 # words
        run_program ./mq_desk $words
        assert_failure 2
        assert_stderr_line --partial usage:
    done
    says "A number is read with care: an empty text is none, and neither is -1"
    for priority in '' x 1x -1 ' 1' 32768 18446744073709551617 -18446744073709551615; do
        run_program ./mq_desk put "$queue" "$priority" text
        assert_failure 2
    done
    run_program ./mq_desk put "$queue" 32767 text
    assert_success
    run_program ./mq_desk take "$queue"
    assert_output '32767 text'
    run_program ./mq_desk put "$queue" 1 "$(printf '%0129d' 7)"
    assert_failure 1
    assert_stderr_line --partial 'Message too long'
    run_shell './mq_desk put "$1" 1 x; ./mq_desk take "$1" > /dev/full' "$queue"
    assert_failure 1
    assert_stderr 'mq_desk: cannot write to standard output'
    run_program ./mq_desk take desk
    assert_failure 1
    assert_stderr_line --partial 'Invalid argument'
}

@test "an order that cannot be printed goes back" {
    says "An order that was taken and cannot be printed would be gone, so it goes back as soon as there is room, behind those that are as urgent"
    says "With two signals ignored that is so, too, when nobody reads, and when the file may not grow (ulimit -f)"
    make_q
    run_shell './mq_desk put "$1" 1 first; ./mq_desk put "$1" 1 second; ./mq_desk take "$1" > /dev/full; echo $?
        mkfifo p; exec 7<> p 8> p 7<&-; ./mq_desk take "$1" >&8; echo $?; (ulimit -f 0; ./mq_desk take "$1" > grows); echo $?
        ./mq_desk put "$1" 1 third; ./mq_desk take "$1"; ./mq_desk take "$1"; ./mq_desk take "$1"; ./mq_desk take "$1"; ./mq_desk close "$1"' "$queue"
    assert_output "1
1
1
1 second
1 first
1 third"
    # the taker's own place may be gone to one who waits for room
    run_shell "$functions"'for i in 8 7 6 5 4 3 2 1; do ./mq_desk put "$1" $i text; done; ./mq_desk put "$1" 9 urgent & pid=$!; sleeping $pid
        ./mq_desk take "$1" > /dev/full & taker=$!; wait $pid; sleeping $taker; ./mq_desk take "$1"; wait $taker
        ./mq_desk take "$1"; ./mq_desk close "$1"' "$queue"
    assert_output "9 urgent
8 text"
}

@test "it leaves no descriptor open, and close leaves no queue" {
    make_q
    no_leaked_fd ./mq_desk put "$queue" 1 x
    assert_success
    no_leaked_fd ./mq_desk take "$queue"
    assert_output '1 x'
    run_program ./mq_desk close "$queue"
    assert_success
    run_program ./q "open $queue r"
    assert_output ENOENT
}
