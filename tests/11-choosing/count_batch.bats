bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# count_batch: several messages, clients and reads in one call, and what that saves.

@test "the session holds: eight datagrams in two calls, poll 6, epoll 7, the ring 16 [C27] [C15] [C16]" {
    needs strace
    needs io_uring
    says "eight together took one call to send and one to receive"
    says "A client that comes, asks once and goes costs the server six calls with poll and seven with epoll"
    says "One request at a time takes as many calls as pread(2), and each of them does more"
    says "With 64 at a time the 1024 calls become 16"
    holds_session
}

@test "where io_uring is refused, it says so and counts the rest" {
    needs strace
    run_program ./count_batch
    assert_success
    assert_line --regexp '^8 datagrams together +2$'
    assert_line --regexp '^100 clients, by poll +600$'
    assert_line --regexp '^100 clients, by epoll +700$'
    assert_line --regexp '^1024 reads, pread +1024$'
}

@test "it leaves nothing behind" {
    needs strace
    leaves_nothing ./count_batch
}
