# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# net_port: what port 0 gives, and which ports a connection has.

@test "the session holds: bound by listen, one port for all that were accepted, no port twice [N20] [N21] [N48]" {
    says "A server that does not call bind(2) is bound by listen(2), to a free port and all addresses of the machine"
    says "the address is then 0.0.0.0, all addresses of this machine"
    says "A number of 16 bits, from 1 to 65535, tells the servers of one machine apart"
    says "127.0.0.1 is INADDR_LOOPBACK"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./net_port
}
