bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# count_trips: two calls a round trip on each side, whatever blocks.

@test "the session holds: 200 calls for a hundred round trips, and none for spinning [C29] [C07]" {
    needs strace
    needs queues
    needs loopback
    says "One call to say a word and one to hear the answer are two calls a round trip on each side, and a hundred trips are 200 calls: for the pipe, the FIFO, the sockets, the event counter and the queue alike"
    says "It needs none while somebody spins"
    holds_session
}

@test "where there is no network and no queue, the other ways are counted all the same" {
    needs strace
    run_shell 'ulimit -q 0; exec ./count_trips'
    assert_success
    assert_line --regexp '^(POSIX queue +not here: .*|POSIX queue +200 calls)$'
    assert_line --regexp '^pipe +200 calls$'
    assert_line --regexp '^spinning +0 calls$'
}

@test "a word of memory that one sleeps on needs up to the same two calls [C07]" {
    needs strace
    says "A process that sleeps has to be woken by a call, whatever the word is made of, and then shared memory has up to the same two calls"
    run_program ./count_trips
    assert_success
    assert_line --regexp '^semaphore +at most 200 calls$'
    assert_line --regexp '^futex +at most 200 calls$'
}

@test "it leaves nothing behind" {
    needs strace
    leaves_nothing ./count_trips
}
