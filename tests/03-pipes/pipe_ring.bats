bats_require_minimum_version 1.13.0
load ../lib/helpers
# The queue inside a pipe is a ring of slots.

@test "the counts are those the chapter prints" {
    holds_session
}

@test "what was written over the end of the ring comes out in order [P19]" {
    run_program ./pipe_ring
    assert_line --index 0 "16 slots: efghijklmnopABCD"
}

@test "the number of bytes that fit depends on the size of the writes [P52]" {
    page=$(getconf PAGESIZE)
    run_program ./pipe_ring
    half=$((page / 2 + 1))
    assert_line --regexp "^write +of +64 bytes: +$((page / 4)) fit, +$((page * 16)) "
    assert_line --regexp "^write +of +$page bytes: +16 fit, +$((page * 16)) "
    assert_line --regexp "^write +of +$half bytes: +16 fit, +$((half * 16)) "
    assert_line --regexp '^packet +of +64 bytes: +16 fit, +1024 '
}

@test "a slot is free when its last byte has been read, not before" {
    run_program ./pipe_ring
    assert_line --regexp '^page read but for one byte, write 1 += -1 EAGAIN$'
    assert_line --regexp '^the last byte read too, write 1 += 1$'
}

@test "interrupted writes and reads change no count" {
    run_program ./pipe_ring
    assert_success
    cp stdout expected
    inject 'write:error=EINTR:when=3+50 read:error=EINTR:when=2' ./pipe_ring
    assert_success
    cmp stdout expected
}

@test "an error in the middle of filling ends the program" {
    inject 'write:error=EIO:when=100' ./pipe_ring
    assert_failure 1
    assert_stderr_line --partial "Input/output error"
}

@test "a full standard output is noticed" {
    run_shell './pipe_ring > /dev/full'
    assert_failure 1
    assert_stderr_line --partial "cannot write to standard output"
}
