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

@test "with no room for queues, or too few descriptors, it says so and stops" {
    needs strace
    needs queues
    says "A program that has too few descriptors, or no memory, or was interrupted, lacks something of its own, and says so and stops"
    local limit
    for limit in '-q 0' '-n 6'; do
        run_shell "ulimit $limit; exec ./count_trips"
        assert_failure 1
        assert_stderr_line --partial 'it could not be made'
    done
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
