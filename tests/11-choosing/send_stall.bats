bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# send_stall: two small sends and a wait, and what cures it.

@test "the session holds: the stall, and who cures it [C25] [C26]" {
    needs loopback
    says "It cures this one pattern, two sends and a wait for the answer"
    says "Set where the parts arrive, it leaves the stall as it was"
    says "There TCP_QUICKACK helps, which tcp(7) calls not permanent; the program sets it again before each read"
    says "One measurement of sockets is known for a number that fits nothing else: 40 milliseconds for a round trip over the loopback address, thousands of times what it should be"
    holds_session
}

@test "without a network it says so" {
    needs namespaces
    run_program unshare -rn ./send_stall
    assert_failure 1
    assert_stderr_line --partial 'TCP over the loopback address'
}

@test "it leaves nothing behind" {
    needs loopback
    leaves_nothing ./send_stall
}
