# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# net_address: what is read as an address, and where addresses lead.

@test "the session holds: texts that no person means, and other addresses of this machine [N32] [N33]" {
    says "inet_aton(3) takes 127.1, numbers with a zero in front as octal, so that 010.0.0.1 is 8.0.0.1, and it stops at a blank, whatever follows"
    says "inet_pton(3) takes four decimal numbers from 0 to 255"
    says "inet_addr cannot tell 255.255.255.255 from its own error"
    says "On Linux a connection to 0.0.0.0 reaches this machine, and each address that begins with 127 leads back, but for the last, 127.255.255.255"
    says "They are different places: a server at 127.9.9.9 is not reached through 127.0.0.1"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./net_address
}
