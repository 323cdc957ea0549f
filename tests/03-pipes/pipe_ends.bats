bats_require_minimum_version 1.13.0
load ../lib/helpers
# What each end of a pipe can do, and where it is not like a file.

@test "the two ends answer as the chapter prints" {
    holds_session
}

@test "both ends are one inode of pipefs, which no directory leads to [P03]" {
    run_program ./pipe_ends
    assert_line --regexp '^pipe:\[[0-9]+\]: a FIFO, .* both ends one inode$'
    run grep pipefs /proc/mounts
    assert_failure 1
}

@test "the file of a named pipe stays empty, however full the pipe is [P04]" {
    run_program ./pipe_ends
    assert_line --regexp '^write to the write end += 1$'
    run_shell 'mkfifo name; exec 3<> name; head -c 65536 /dev/zero >&3
        stat -c "%F %s %b" name; head -c 65536 <&3 | wc -c'
    assert_line --index 0 "fifo 0 0"
    assert_line --index 1 "65536"
}

@test "a pipe has no name, no bytes on a disk, no file [P12]" {
    traced openat,open,creat ./pipe_ends
    assert_line --regexp '^pipe:\[[0-9]+\]: a FIFO, 0 bytes'
    if [ -s strace ]; then refute_call 'O_CREAT'; fi
}

@test "positions, lengths, syncing and mapping are refused, locking is not [P05]" {
    run_program ./pipe_ends
    assert_line --regexp '^lseek += -1 ESPIPE$'
    assert_line --regexp '^pread += -1 ESPIPE$'
    assert_line --regexp '^ftruncate += -1 EINVAL$'
    assert_line --regexp '^fsync += -1 EINVAL$'
    assert_line --regexp '^mmap += -1 ENODEV$'
    assert_line --regexp '^flock += 0$'
}

@test "there is one buffer with two open files, not a buffer in two parts [P14]" {
    traced pipe2,read,write,fstat,newfstatat ./pipe_ends
    assert_line --partial "both ends one inode"
    assert_line --regexp '^write to the write end += 1$'
    assert_line --regexp '^read from the read end += 1$'
}

@test "the read end reads, and does not write [P15]" {
    run_program ./pipe_ends
    assert_line --regexp '^read from the read end += 1$'
    assert_line --regexp '^write to the read end += -1 EBADF$'
}

@test "the write end writes, and does not read [P15]" {
    run_program ./pipe_ends
    assert_line --regexp '^write to the write end += 1$'
    assert_line --regexp '^read from the write end += -1 EBADF$'
}

@test "data flows one way, and the way cannot be turned round [P25] [P26]" {
    traced read,write ./pipe_ends
    assert_call 'write\([0-9]+, "x", 1\) += 1'
    assert_call 'write\([0-9]+, "x", 1\) += -1 EBADF'
    assert_call 'read\([0-9]+, .* -1 EBADF'
}

@test "a failed call leaves the array as it was [P30]" {
    run_program ./pipe_ends
    assert_line --regexp '^pipe, no descriptor left += -1 EMFILE$'
    assert_line "the array still holds -7 and -8"
}

@test "pipe returns 0, or -1 and an error [P34]" {
    traced pipe,pipe2 ./pipe_ends
    assert_call 'pipe2\(\[[0-9]+, [0-9]+\], O_CLOEXEC\) += 0'
    assert_call 'pipe2?\(.* = -1 EMFILE'
    assert_call 'pipe2\(.* = -1 EINVAL'
}

@test "interrupted reads and writes are tried again" {
    inject 'read:error=EINTR:when=1 write:error=EINTR:when=2' ./pipe_ends
    assert_success
    assert_line --regexp '^read from the read end += 1$'
}

@test "an error that was not expected ends the program" {
    inject 'fsync:error=EIO' ./pipe_ends
    assert_failure 1
    assert_stderr_line --partial "fsync: Input/output error"
}

@test "a full standard output is noticed" {
    run_shell './pipe_ends > /dev/full'
    assert_failure 1
    assert_stderr_line --partial "cannot write to standard output"
}
