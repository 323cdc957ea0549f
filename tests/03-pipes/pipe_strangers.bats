bats_require_minimum_version 1.13.0
load ../lib/helpers
# A process uses a pipe that was made after it was born, by another.

# Where a container refuses pidfd_getfd, the program says so.
all_three_ways() {
    run_program ./pipe_strangers
    if [[ $output == *"pidfd_getfd refused"* ]]; then
        skip "needs pidfd_getfd, which is refused here"
    fi
}

@test "the stranger's words reach the maker in three ways" {
    all_three_ways
    holds_session
}

@test "a descriptor that is sent or opened is enough to talk [P27]" {
    run_program ./pipe_strangers
    assert_success
    assert_line --regexp '^stranger [0-9]+: sent$'
    assert_line --regexp '^stranger [0-9]+: opened$'
    assert_line --regexp '^maker [0-9]+: read sent opened'
}

@test "the pipe is made after the fork, by the child [P27]" {
    traced pipe2,sendmsg,recvmsg ./pipe_strangers
    maker=$(sed -n 's/.*maker \([0-9]*\).*/\1/p' stdout)
    [ -n "$maker" ]
    assert_equal "$(grep -c 'pipe2(' strace)" 1
    assert_call "^$maker +pipe2\("
    assert_call "^$maker +sendmsg\(.*SCM_RIGHTS"
    assert_call 'recvmsg.*SCM_RIGHTS'
    assert_call 'recvmsg.*MSG_CMSG_CLOEXEC'
}

@test "though it has no name, the pipe has a path under /proc [P28]" {
    traced openat ./pipe_strangers
    assert_line --regexp '^stranger [0-9]+: opened$'
    assert_call 'openat\(AT_FDCWD, "/proc/[0-9]+/fd/[0-9]+", O_WRONLY'
}

@test "an ordinary user may do all this with processes of that user [P27]" {
    as_nobody ./pipe_strangers
    assert_success
    assert_line --regexp '^maker [0-9]+: read sent opened'
}

@test "where pidfd_getfd is refused the rest goes on" {
    inject 'pidfd_getfd:error=EPERM' ./pipe_strangers
    assert_success
    assert_line "pidfd_getfd refused: EPERM"
    assert_line --regexp '^maker [0-9]+: read sent opened$'
}

@test "interruptions change nothing" {
    for call in read sendmsg recvmsg wait4; do
        inject "$call:error=EINTR:when=1" ./pipe_strangers
        assert_success
        assert_line --regexp '^maker [0-9]+: read sent opened'
    done
}

@test "a maker without a pipe makes the stranger fail" {
    inject 'pipe2:error=EMFILE' ./pipe_strangers
    assert_failure 1
    assert_stderr_line --partial "Too many open files"
    assert_stderr_line --partial "the maker sent no descriptor"
}

@test "the maker is waited for" {
    leaves_no_zombie ./pipe_strangers
    assert_success
    assert_line --regexp '^maker [0-9]+: read sent'
}
