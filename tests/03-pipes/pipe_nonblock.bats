bats_require_minimum_version 1.13.0
load ../lib/helpers
# A pipe that does not wait, and what poll says at every stage of its life.

@test "the flag and the calls behave as the chapter prints" {
    holds_session
}

@test "the notes' fragment compiles with its semicolon, and not without [P43]" {
    run_program ./pipe_nonblock
    assert_success
    assert_line --regexp '^empty: read += -1 EAGAIN$'
    printf '%s\n' '#include <fcntl.h>' 'void set(int *fd);' \
        'void set(int *fd)' '{' \
        '    int flag = fcntl(fd[0], F_GETFL);' \
        '    flag |= O_NONBLOCK;' \
        '    fcntl(fd[0], F_SETFL, flag);' '}' > with.c
    compiles with.c
    sed 's/F_GETFL);/F_GETFL)/' with.c > without.c
    compile_fails without.c "expected '[,;]'.* before|expected ';'"
}

@test "a read that would wait says EAGAIN, one at the end says 0 [P44]" {
    run_program ./pipe_nonblock
    assert_line --regexp '^empty: read += -1 EAGAIN$'
    assert_line --regexp '^empty, no writer: read += 0$'
}

@test "up to PIPE_BUF a write is done or refused, a longer one is cut [P44]" {
    page=$(getconf PAGESIZE)
    run_program ./pipe_nonblock
    assert_line --regexp "^empty: write twice what fits += $((16 * page))$"
    assert_line --regexp '^full: write 1 += -1 EAGAIN$'
    assert_line --regexp '^full: write twice what fits += -1 EAGAIN$'
}

@test "poll tells the end of the file at the read end [P47]" {
    run_program ./pipe_nonblock
    assert_line --regexp '^empty: poll the read end +-$'
    assert_line --regexp '^full: poll the read end +POLLIN$'
    assert_line --regexp '^full, no writer: poll +POLLIN POLLHUP$'
    assert_line --regexp '^empty, no writer: poll +POLLHUP$'
}

@test "poll tells breakage at the write end [P47]" {
    run_program ./pipe_nonblock
    assert_line --regexp '^empty: poll the write end +POLLOUT$'
    assert_line --regexp '^full: poll the write end +-$'
    assert_line --regexp '^empty, no reader: poll +POLLOUT POLLERR$'
    assert_line --regexp '^full, no reader: poll +POLLERR$'
}

@test "interruptions change nothing" {
    run_program ./pipe_nonblock
    assert_success
    cp stdout expected
    for call in read poll; do
        inject "$call:error=EINTR:when=1" ./pipe_nonblock
        assert_success
        cmp stdout expected
    done
}

@test "a poll that fails ends the program" {
    inject 'poll:error=ENOMEM:when=2' ./pipe_nonblock
    assert_failure 1
    assert_stderr_line --partial "poll: Cannot allocate memory"
}

@test "an error that was not expected ends the program" {
    inject 'read:error=EIO:when=1' ./pipe_nonblock
    assert_failure 1
    assert_stderr_line --partial "empty: read: Input/output error"
}

@test "a full standard output is noticed" {
    run_shell './pipe_nonblock > /dev/full'
    assert_failure 1
    assert_stderr_line --partial "cannot write to standard output"
}
