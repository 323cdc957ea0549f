# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# net_refused: what a connection says that fails, and one that should have.

@test "the session holds: asked once, tried again, and connected to oneself [N35] [N38] [N39]" {
    says "A refused one is writable, too"
    says "SO_ERROR tells what became of it, once: reading it puts it back to 0"
    says "If it does not wait, it answers once with the error before it does, or with ECONNABORTED if SO_ERROR has been read"
    says "A socket that is bound and does not listen keeps a port where nobody answers"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./net_refused
}
