bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# pipe_sizes: the same bytes in parts of five sizes.

@test "the session holds [C17]" {
    needs two_cpus
    holds_session
}

@test "parts of 512 bytes are slower than parts of 4096 on one processor [C17]" {
    says "Parts of 512 bytes were slower than parts of 4096 in both columns: more calls for the same bytes"
    # shellcheck disable=SC2016 # for perl
    measures '/^parts of +512 bytes: ([0-9.]+) on one/ and $a = $1; END { exit !($a > 0 && $a < 1) }' ./pipe_sizes
}

@test "bytes that are missing would be noticed" {
    says "The receiver adds them up, so that somebody has looked at each of them, and the sum has to be right"
    inject read:retval=4096:when=20 ./pipe_sizes
    assert_failure 1
    assert_stderr_line --partial 'bytes are missing'
}

@test "it leaves nothing behind" {
    leaves_nothing ./pipe_sizes
}
