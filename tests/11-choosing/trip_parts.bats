bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# trip_parts: what of a round trip is calls, copies, and page tables.

@test "the session holds [C10] [C11] [C12]" {
    holds_session
}

@test "the calls alone take less, and 4096 bytes and threads take about as long [C10] [C11] [C12]" {
    says "The four calls by themselves are the smaller part of a round trip"
    says "four thousand bytes more in each direction do not double the time of a round trip"
    says "A round trip between two threads took about as long as one between two processes"
    says "Alone, one process makes the same four calls, and is never put to sleep"
    # shellcheck disable=SC2016 # for perl
    measures '/^the same four.* ([0-9.]+)$/ and $a = $1; /4096 bytes +([0-9.]+)/ and $b = $1; /two threads +([0-9.]+)/ and $c = $1;
        END { exit !($a > 0 && $a < 1 && $b < 2 && $c > 0.5 && $c < 2) }' ./trip_parts
}

@test "it leaves nothing behind" {
    leaves_nothing ./trip_parts
}
