# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# net_families: two versions of the protocol at one machine.

setup() { book_setup; needs loopback; needs ipv6; }

@test "the session holds: two places, or one for both [N30] [N49]" {
    says "::1 leads back as 127.0.0.1 does, :: stands for all addresses of this machine"
    says "Its name is IPv6, and the family is AF_INET6"
    says "A client of the fourth version then has an address that begins with ::ffff:, and 0.0.0.0 is taken at this port, unless both doors have SO_REUSEPORT"
    says "With the option on, :: and 0.0.0.0 can be served apart"
    holds_session
}

@test "it leaves nothing behind" {
    leaves_nothing ./net_families
}
