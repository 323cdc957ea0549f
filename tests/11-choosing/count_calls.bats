bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# count_calls: how many system calls a thousand questions, and a thousand lines, are.

@test "the session holds: the clocks cost none, getpid and CPU time one each [C01] [C02] [C18] [C28]" {
    needs strace
    needs_vdso
    says "Now a thousand questions are a thousand calls"
    says "Otherwise the lines gather in a buffer, here of 4096 bytes, and a thousand of them are three writes"
    says "A short call takes more than ten times as long"
    holds_session
}

@test "it leaves nothing behind" {
    needs strace
    leaves_nothing ./count_calls
}
