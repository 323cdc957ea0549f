bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# poll_many: one ready among 1, 10, 100 and 1000.

@test "the session holds [C14]" {
    holds_session
}

@test "with a hundred and a thousand descriptors epoll is many times as fast [C14]" {
    says "For one ready among a hundred or a thousand epoll_wait(2) is many times as fast"
    # shellcheck disable=SC2016 # for perl
    measures '/^ *(\d+) watched: poll takes ([0-9.]+) times/ and $t{$1} = $2; END { exit !($t{100} > 2 && $t{1000} > 10) }' ./poll_many
}

@test "with too few descriptors it says so" {
    run_shell 'ulimit -n 500; exec ./poll_many'
    assert_failure 1
    assert_stderr_line --partial '1000 descriptors'
}

@test "it leaves nothing behind" {
    leaves_nothing ./poll_many
}
