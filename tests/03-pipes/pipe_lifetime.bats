bats_require_minimum_version 1.13.0
load ../lib/helpers
# A pipe outlives the process that made it.

@test "the heir finds the bytes, and the pipe still works [P17]" {
    holds_session
}

@test "the creator has really ended before the heir reads [P17]" {
    traced exit_group,read ./pipe_lifetime
    assert_success
    ended=$(grep -n -m 1 'exit_group(0)' strace | cut -d : -f 1)
    found=$(grep -n -m 1 'left behind' strace | cut -d : -f 1)
    [ -n "$ended" ] && [ -n "$found" ]
}

@test "the heir got both ends because they existed before it did [P13]" {
    traced pipe2,clone,clone3,fork,sendmsg,recvmsg ./pipe_lifetime
    assert_success
    assert_line --partial 'found "left behind"'
    assert_equal "$(grep -c 'pipe2(' strace)" 3
    refute_call 'sendmsg|recvmsg'
}

@test "nobody is left behind, dead or alive" {
    leaves_no_zombie ./pipe_lifetime
    assert_success
    assert_line --partial 'read "still alive"'
}

@test "interruptions change nothing" {
    for call in read wait4; do
        inject "$call:error=EINTR:when=1" ./pipe_lifetime
        assert_success
        assert_line --partial 'read "still alive"'
    done
}

@test "a creator that fails makes the witness fail, and nobody hangs" {
    inject 'write:error=EIO:when=1' ./pipe_lifetime
    assert_failure 1
    assert_stderr_line --partial "Input/output error"
}

@test "a full standard output is noticed" {
    run_shell './pipe_lifetime > /dev/full'
    assert_failure 1
}
