bats_require_minimum_version 1.13.0
load ../lib/helpers
# How much fits into a pipe, who knows it, and why: it is a ring of slots.

@test "kernel, pipe and shell answer as the chapter prints" {
    holds_session
}

@test "a pipe begins with 16 pages, not with 4 KiB [P20]" {
    page=$(getconf PAGESIZE)
    run_program ./pipe_capacity
    assert_success
    assert_line --regexp "^ *$((16 * page)) bytes, says the kernel$"
    assert_line --regexp "^write +of +$page bytes: +16 fit, +$((16 * page)) "
    assert_line --regexp '^ *4096 bytes are PIPE_BUF$'
}

@test "the number of bytes that fit depends on the size of the writes [P52]" {
    says "With 64 bytes a time it holds 65,536; with 2,049 a time, 32,784"
    page=$(getconf PAGESIZE)
    run_program ./pipe_capacity
    half=$((page / 2 + 1))
    assert_line --regexp "^write +of +64 bytes: +$((page / 4)) fit, +$((page * 16)) "
    assert_line --regexp "^write +of +$page bytes: +16 fit, +$((page * 16)) "
    assert_line --regexp "^write +of +$half bytes: +16 fit, +$((half * 16)) "
    assert_line --regexp '^packet +of +64 bytes: +16 fit, +1024 '
}

@test "ulimit -p prints PIPE_BUF in units of 512, whatever the capacity is [P21]" {
    run_shell './pipe_capacity 100000; ulimit -p'
    assert_line --regexp '^write .* 131072 bytes in all$'
    assert_line --index 6 "$(($(getconf PIPE_BUF /) / 512))"
}

@test "no limit of the kernel stands behind ulimit -p [P21]" {
    run_program ./pipe_capacity
    assert_line --partial "bytes are PIPE_BUF"
    run cat /proc/self/limits
    refute_output --partial -i pipe
    run_shell 'ulimit -p 16'
    assert_failure
    assert_stderr_line --partial "cannot modify limit"
}

@test "bash makes no system call to answer ulimit -p [P21]" {
    needs strace
    run_program ./pipe_capacity
    assert_line --partial "bytes are PIPE_BUF"
    calls() { traced prlimit64,getrlimit bash -c "$1" && wc -l < strace; }
    run calls :
    nothing=${lines[0]}
    run calls 'ulimit -p'
    assert_output "$nothing"
    run calls 'ulimit -n'
    refute_output "$nothing"
}

@test "in dash, -p is the number of processes [P21]" {
    needs dash
    run_program ./pipe_capacity
    assert_line --partial "bytes are PIPE_BUF"
    run_shell "dash -c 'ulimit -p'; ulimit -u"
    assert_equal "${lines[0]}" "${lines[1]}"
}

@test "the listing has the same lines today, and may have other numbers [P23]" {
    run_shell './pipe_capacity; ulimit -a'
    assert_line --partial "bytes in all"
    for what in 'core file size' 'data seg size' 'scheduling priority' \
        'file size' 'pending signals' 'max locked memory' \
        'max memory size' 'open files' 'pipe size' 'POSIX message queues' \
        'real-time priority' 'stack size' 'cpu time' 'max user processes' \
        'virtual memory' 'file locks'; do
        assert_line --regexp "^$what .*-[a-z]\) +(unlimited|[0-9]+)$"
    done
}

@test "a capacity is rounded up to a power of two pages [P46]" {
    page=$(getconf PAGESIZE)
    while read -r asked got; do
        run_program ./pipe_capacity "$asked"
        assert_success
        assert_line --regexp "^ *$got bytes, says the kernel$"
        assert_line --regexp "^write +of +$page bytes: .* $got bytes in all$"
    done << END
1 $page
$page $page
$((page + 1)) $((2 * page))
$((24 * page + 1)) $((32 * page))
$((32 * page)) $((32 * page))
END
}

@test "more than pipe-max-size is refused to an ordinary user [P46]" {
    most=$(< /proc/sys/fs/pipe-max-size)
    as_nobody ./pipe_capacity $((most + 1))
    assert_failure 1
    assert_stderr_line --partial "Operation not permitted"
}

@test "anything but one number is refused with a usage line" {
    for wrong in x 10x '' 0 -1 99999999999999999999; do
        run_program ./pipe_capacity "$wrong"
        assert_failure 2
        assert_stderr_line "pipe_capacity: usage: pipe_capacity [BYTES]"
    done
    run_program ./pipe_capacity 1 2
    assert_failure 2
}

@test "interrupted writes and reads change no count" {
    run_program ./pipe_capacity
    assert_success
    cp stdout expected
    inject 'write:error=EINTR:when=3+50 read:error=EINTR:when=2' ./pipe_capacity
    assert_success
    cmp stdout expected
}

@test "an error in the middle of filling ends the program" {
    inject 'write:error=EIO:when=100' ./pipe_capacity
    assert_failure 1
    assert_stderr_line --partial "Input/output error"
}

@test "a full standard output is noticed" {
    run_shell './pipe_capacity > /dev/full'
    assert_failure 1
    assert_stderr_line --partial "cannot write to standard output"
}
