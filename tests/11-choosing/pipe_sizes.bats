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

@test "a larger pipe can be asked for [C17]" {
    says "A larger pipe helps then (F_SETPIPE_SZ in fcntl(2))"
    makes a <<'C'
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main(void) { int p[2]; if (pipe(p)) return 9; printf("%d\n", fcntl(p[0], F_SETPIPE_SZ, 131072)); return fflush(stdout); }
C
    run_program ./a
    assert_output 131072
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
