bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# send_alias: which calls copy, and which hand over the page.

@test "the session holds: write and send copy, the others do not [C03] [C04] [C30]" {
    needs loopback
    says "With write(2) and send(2) nobody does"
    says "The first two lines say so"
    says "Between two processes of one machine the kernel copies after all, and says so"
    holds_session
}

@test "an ordinary user sees the same [C03] [C30]" {
    needs loopback
    as_nobody holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./send_alias
}
