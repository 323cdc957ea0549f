bats_require_minimum_version 1.13.0
load ../lib/helpers
# When a read from a pipe returns, with how much, and when it waits.

@test "reads return, wait and end as the chapter prints" {
    holds_session
}

@test "read returns at most what it asked for and at most what is there [P35]" {
    traced read ./pipe_eof
    assert_call 'read\([0-9]+, "onefour", 100\) += 7'
    assert_call 'read\([0-9]+, "0123", 4\) += 4'
    assert_call 'read\([0-9]+, "456789", 100\) += 6'
}

@test "a read from an empty pipe waits while somebody could write [P36] [P18]" {
    run_program ./pipe_eof
    assert_line --regexp '^empty pipe: reader [0-9]+ sleeps$'
    assert_line --regexp '^empty again: reader [0-9]+ sleeps$'
}

@test "only the last write end's closing ends the wait [P37]" {
    run_program ./pipe_eof
    assert_line --index 10 --regexp '^one of two write ends closed: .* sleeps$'
    assert_line --index 11 --regexp '^reader [0-9]+: read = 8$'
    assert_line --index 12 --regexp '^reader [0-9]+: read = 0$'
}

@test "0 says that the data has been read to the end, and goes on saying it [P38]" {
    run_program ./pipe_eof
    assert_line --index 12 --regexp '^reader [0-9]+: read = 0$'
    assert_line --index 13 --regexp '^reader [0-9]+: read = 0$'
    assert_line --regexp '^read up to 0 bytes += 0$'
    assert_equal "${#lines[@]}" 14
}

@test "interrupted reads and waits are tried again" {
    for call in read wait4; do
        inject "$call:error=EINTR:when=1" ./pipe_eof
        assert_success
        assert_line --index 11 --regexp '^reader [0-9]+: read = 8$'
    done
}

@test "the reader is waited for" {
    leaves_no_zombie ./pipe_eof
    assert_success
    assert_line --index 13 --regexp '^reader [0-9]+: read = 0$'
}

@test "a full standard output is noticed" {
    run_shell './pipe_eof > /dev/full'
    assert_failure 1
}
