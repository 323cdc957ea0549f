bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# net_hello: one word through a connection.

@test "the session holds: a client connects, a child accepts and sends" {
    holds_session
}
