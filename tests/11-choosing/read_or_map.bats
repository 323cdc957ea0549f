bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# read_or_map: calls and faults of reading a file in three ways.

@test "the session holds: 1024 pages, 60 faults to load, 1020 to store [C05] [C06]" {
    says "We read a file of 1024 pages from front to back in both ways, and then eight bytes here and there"
    says "Where a page is only loaded, the kernel maps its neighbours as well, if they are in memory already, and one fault serves several"
    holds_session
}

@test "eight bytes here and there are loaded much faster than read [C06]" {
    says "Where a program looks here and there, again and again, the faults are paid once, and each look is a load instead of a call; that is where a mapping wins by far"
    # shellcheck disable=SC2016 # for perl
    measures '/pread takes ([0-9.]+) times/ and $a = $1; END { exit !($a > 5) }' ./read_or_map
}

@test "it leaves nothing behind" {
    leaves_nothing ./read_or_map
}
