# shellcheck shell=bash disable=SC2016
bats_require_minimum_version 1.13.0
load ../lib/helpers
# A question to a command and its answer, with a poll loop.

@test "commands that answer early, late, first, or not at all, as printed" {
    holds_session
}

@test "the loop is right whatever the order in which a command reads and writes" {
    says "The loop is right for each of them, since it does not assume an order"
    for command in cat 'sort -R' 'dd bs=1000 status=none' 'head -c 1000000 /dev/zero; cat' \
        'cat > all; cat all' 'sleep 0.1; cat'; do
        head -c 3000000 /dev/urandom | base64 > question
        run_shell './pipe_both sh -c "$1" < question > answer' "$command"
        assert_success
        case $command in
        sort*) assert_equal "$(sort question | cksum)" "$(sort answer | cksum)" ;;
        head*) assert_equal "$(cksum < question)" "$(tail -c +1000001 answer | cksum)" ;;
        *) cmp question answer ;;
        esac
    done
}

@test "an early end is no error, and the status is the command's" {
    says "A command that leaves early, or reads nothing, is no error: it had enough"
    run_shell 'seq 100000 | ./pipe_both sh -c "exec <&-; echo x; exit 7"; echo "${PIPESTATUS[1]}"'
    assert_output "x
7"
    run_shell 'seq 100000 | ./pipe_both sh -c "kill -TERM \$\$"; echo "${PIPESTATUS[1]}"'
    assert_output 143
    run_shell 'seq 100000 | ./pipe_both ./missing; echo "${PIPESTATUS[1]}"'
    assert_output 127
    run_shell './pipe_both cat < /dev/null'
    assert_success
    assert_output ''
}

@test "a command that closes its output is fed to the end" {
    run_shell 'seq 100000 | ./pipe_both sh -c "exec >&-; cat > rest"; wc -c < rest'
    assert_output 588895
}

@test "our end does not wait, the command's does, and SIGPIPE is ignored by us alone" {
    says "The flag is set after the fork and on our end alone, for the command expects a standard input that waits"
    says "The command has been started with the default"
    says "So our end of that pipe gets the flag O_NONBLOCK: then a write takes what fits, or fails with EAGAIN"
    echo question > question
    run_shell './pipe_both sh -c "cat /proc/self/fdinfo/0; grep SigIgn /proc/self/status" < question'
    assert_success
    flags=$(sed -n 's/^flags:[^0-9]*//p' stdout)
    assert_equal $((flags & 04000)) 0
    ignored=$(sed -n 's/^SigIgn:[^0-9a-f]*//p' stdout)
    assert_equal $((0x$ignored & 1 << 12)) 0
    traced fcntl,rt_sigaction -i question ./pipe_both cat
    assert_call 'fcntl\([0-9]+, F_SETFL, O_WRONLY\|O_NONBLOCK\) += 0'
    assert_call 'rt_sigaction\(SIGPIPE, \{.*SIG_IGN'
}

@test "after the talk SIGPIPE has its default again" {
    says "SIGPIPE is ignored from here on and until the talk is over"
    run_shell 'seq 100000 | ./pipe_both cat | head -n 1; echo "${PIPESTATUS[@]}"'
    assert_line --index 0 1
    assert_line --index 1 "0 141 0"
}

@test "a second child can do the writing" {
    says "writes to a temporary file in place of the pipe, or leaves the writing to a second child"
    run_shell 'seq 100000 | tr 0-9 a-j | tail -n 1; seq 100000 > question
        tr 0-9 a-j < question > answer; tail -n 1 answer; ./pipe_both tr 0-9 a-j < question | tail -n 1'
    assert_output "baaaaa
baaaaa
baaaaa"
}

@test "the command has no descriptor above 2 open, and nobody is left" {
    seq 3 > question
    no_leaked_fd ./pipe_both echo word
    assert_output word
    leaves_no_zombie ./pipe_both echo word
    assert_output word
}

@test "interruptions change nothing" {
    seq 100000 > question
    for call in read write poll wait4 dup2; do
        inject "$call:error=EINTR:when=1+7" -i question ./pipe_both cat
        assert_success
        assert_equal "$(cksum < stdout)" "$(cksum < question)"
    done
}

@test "a call that fails is told" {
    seq 3 > question
    inject 'poll:error=ENOMEM:when=1' -i question ./pipe_both cat
    assert_failure 1
    assert_stderr_line "pipe_both: poll: Cannot allocate memory"
    inject 'pipe2:error=EMFILE:when=2' -i question ./pipe_both cat
    assert_failure 1
    run_shell 'seq 3 | ./pipe_both cat > /dev/full'
    assert_failure 1
    assert_stderr_line "pipe_both: standard output: No space left on device"
    run_program ./pipe_both
    assert_failure 2
}
