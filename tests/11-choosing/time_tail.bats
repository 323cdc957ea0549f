bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# time_tail: faults of the first touch, the tail of round trips, the shortest sleep.

# number REGEX: the number of the line that begins so.
number() {
    sed -nE "s/^$1:? ?([0-9.]+) ms\$/\1/p" stdout
}

@test "the session holds: a thousand faults, then none [C20] [C21] [C22]" {
    says "The first pass over the memory took a fault for each page, the second took none"
    says "so the number is rounded down to full hundreds"
    holds_session
}

@test "the slowest of many round trips is far from the median, and above the mean [C21]" {
    says "A few took many times as long, because somebody else had the processor, and each of them moves the mean"
    # shellcheck disable=SC2016 # for perl
    measures '/^the median of 10000 round trips:? ?([0-9.]+) ms$/ and $a = $1; /^the slowest:? ?([0-9.]+) ms$/ and $b = $1;
        END { exit !($a > 0 && $b > 5 * $a) }' ./time_tail
}

@test "a sleep of a nanosecond takes more than the slack [C22]" {
    says "It sleeps until a moment that the kernel may put off by the slack, which is 50 microseconds for an ordinary task (PR_SET_TIMERSLACK in prctl(2))"
    run_program ./time_tail
    perl -e 'exit !($ARGV[0] >= 0.05)' "$(number 'the shortest sleep, slack of 50000 ns')"
    makes a <<'C'
#include <stdio.h>
#include <sys/prctl.h>
int main(void) { printf("%d\n", prctl(PR_GET_TIMERSLACK)); return fflush(stdout); }
C
    run_program ./a
    assert_output 50000
}

@test "with huge pages a touch may bring more than one page" {
    says "MADV_NOHUGEPAGE asks for ordinary pages; with huge ones there would be fewer faults, and larger"
    traced madvise ./time_tail
    assert_call 'MADV_NOHUGEPAGE'
}

@test "it leaves nothing behind" {
    leaves_nothing ./time_tail
}
