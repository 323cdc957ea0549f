bats_require_minimum_version 1.13.0
load ../lib/helpers
# A child says one word to its parent through a pipe.

@test "the parent reads what the child wrote, then end of file [P02]" {
    holds_session
    traced read,write ./pipe_hello
    assert_call 'write\([0-9]+, "hello", 5\) += 5'
    assert_call 'read\([0-9]+, "hello", [0-9]+\) += 5'
    assert_call 'read\([0-9]+, "", [0-9]+\) += 0'
}

@test "the word passes through the kernel: no file is opened for it [P01]" {
    traced openat,open,creat,mmap,pipe2 ./pipe_hello
    assert_success
    assert_output --partial "said hello"
    assert_call 'pipe2\('
    refute_call 'open'
    refute_call 'MAP_SHARED'
}

@test "one process makes the pipe, before the fork, and gets two ends [P29]" {
    traced pipe2,fork,vfork,clone,clone3 ./pipe_hello
    assert_equal "$(grep -c 'pipe2(' strace)" 1
    grep -m 1 -E 'pipe2|clone|fork' strace > first
    run cat first
    assert_output --regexp 'pipe2\(\[[0-9]+, [0-9]+\], O_CLOEXEC\) += 0'
}

@test "element 0 of the array is the read end [P29]" {
    traced pipe2,read ./pipe_hello
    end=$(sed -n 's/.*pipe2(\[\([0-9]*\), .*/\1/p' strace)
    assert_call "read\($end, \"hello\""
}

@test "element 1 of the array is the write end [P29]" {
    traced pipe2,write ./pipe_hello
    end=$(sed -n 's/.*pipe2(\[[0-9]*, \([0-9]*\)\].*/\1/p' strace)
    assert_call "write\($end, \"hello\""
}

@test "unistd.h declares pipe, and takes an array of two int [P30]" {
    run_program ./pipe_hello
    assert_output --partial "said hello"
    printf '%s\n' '#define _POSIX_C_SOURCE 200809L' '#include <unistd.h>' \
        'int pipe(int pipefd[2]);' \
        'int main(void) { int p[2]; return pipe(p); }' > with.c
    compiles with.c
    sed 's/int pipe(int/int pipe(long/' with.c > other.c
    compile_fails other.c 'conflicting types'
}

@test "each process closes the end that it does not use" {
    says "It closes the one that it does not use"
    traced pipe2,close,write ./pipe_hello
    parent=$(sed -n 's/^\([0-9]*\) *pipe2(.*/\1/p' strace)
    in=$(sed -n 's/.*pipe2(\[\([0-9]*\), .*/\1/p' strace)
    out=$(sed -n 's/.*pipe2(\[[0-9]*, \([0-9]*\)\].*/\1/p' strace)
    child=$(sed -n "s/^\([0-9]*\) *write($out, .*/\1/p" strace)
    [ -n "$child" ] && [ "$child" != "$parent" ]
    assert_call "^$child +close\($in\) += 0"
    assert_call "^$parent +close\($out\) += 0"
}

@test "a signal in the middle of a read or a wait changes nothing" {
    for call in read wait4; do
        inject "$call:error=EINTR:when=1" ./pipe_hello
        assert_success
        assert_output --partial "said hello"
    done
}

@test "the child is waited for" {
    leaves_no_zombie ./pipe_hello
    assert_output --partial "said hello"
}

@test "a full standard output is noticed" {
    run_shell './pipe_hello > /dev/full'
    assert_failure 1
    assert_stderr_line --partial "cannot write to standard output"
}

@test "a child that cannot write makes the parent fail" {
    inject 'write:error=EIO:when=1' ./pipe_hello
    assert_failure 1
    assert_stderr_line --partial "the child failed"
}
