bats_require_minimum_version 1.13.0
load ../lib/helpers
# What is in a pipe can be duplicated before it is read, and moved unread.

@test "the duplicate and the original are as the chapter prints" {
    holds_session
}

@test "tee copies and takes nothing; read takes [P24]" {
    run_program ./pipe_splice
    assert_line --index 1 --regexp '^tee to the second += 4$'
    assert_line --index 2 --regexp '^waiting in the first += 4$'
    assert_line --index 6 --regexp '^read from the first += 4$'
    assert_line --index 7 --regexp '^waiting in the first += 0$'
}

@test "two readers of one pipe share the bytes [P24]" {
    run_program ./pipe_splice
    assert_line --regexp '^waiting in the first += 0$'
    run_shell 'seq 100000 | { cat > a & cat > b; wait; }
        cat a b | wc -c; seq 100000 | wc -c'
    assert_equal "${lines[0]}" "${lines[1]}"
    assert_line --regexp '^ *588895$'
    assert_equal "${#lines[@]}" 2
}

@test "the bytes get from pipe to file without a read or a write [P49]" {
    traced tee,splice,read,write,pread64 ./pipe_splice
    assert_line 'the file holds "once"'
    assert_call 'tee\(.*\) += 4'
    assert_call 'splice\(.*\) += 4'
    refute_call 'write\([0-9]{2,}|write\([4-9], '"'"
    assert_equal "$(grep -c '"once"' strace)" 3
}

@test "interruptions change nothing" {
    inject 'read:error=EINTR:when=1 write:error=EINTR:when=1' ./pipe_splice
    assert_success
    assert_line --regexp '^read from the first += 4$'
}

@test "a kernel without tee is reported" {
    inject 'tee:error=ENOSYS' ./pipe_splice
    assert_failure 1
    assert_stderr_line --partial "Function not implemented"
}

@test "a full standard output is noticed" {
    run_shell './pipe_splice > /dev/full'
    assert_failure 1
    assert_stderr_line --partial "cannot write to standard output"
}
