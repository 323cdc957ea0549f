# shellcheck shell=bash disable=SC2016,SC2154
bats_require_minimum_version 1.13.0
load ../lib/helpers
# A pipeline of any number of commands.

@test "three commands, an early end and a missing command, as printed" {
    holds_session
}

@test "it does what the shell's vertical bar does" {
    run_program ./pipe_line seq 20000 : tac : grep 9 : sort -n : tail -n 3
    assert_success
    assert_output "$(seq 20000 | tac | grep 9 | sort -n | tail -n 3)"
    run_program ./pipe_line seq 3
    assert_output "$(seq 3)"
}

@test "a row of forty commands works" {
    words=(seq 1000)
    for ((i = 0; i < 39; i++)); do words+=(: cat); done
    run_program ./pipe_line "${words[@]}"
    assert_success
    assert_output "$(seq 1000)"
    assert_equal "${#stderr_lines[@]}" 40
}

@test "no command is given an end that it does not need" {
    no_leaked_fd ./pipe_line seq 3 : cat : cat
    assert_output "$(seq 3)"
}

@test "the last command's status becomes the program's" {
    run_program ./pipe_line true : sh -c 'exit 3'
    assert_failure 3
    run_program ./pipe_line sh -c 'exit 3' : cat
    assert_success
    assert_stderr_line "pipe_line: sh left with status 3"
}

@test "empty commands are refused before anything runs" {
    for words in '' ':' 'echo :' ': echo' 'echo : : cat'; do
        # shellcheck disable=SC2086
        run_program ./pipe_line $words
        assert_failure 2
        assert_output ''
        assert_stderr_line "pipe_line: usage: pipe_line COMMAND [: COMMAND]..."
    done
}

@test "when a pipe or a process cannot be made, the others are waited for" {
    inject 'pipe2:error=EMFILE:when=2' ./pipe_line yes : cat : cat
    assert_failure 1
    assert_stderr_line "pipe_line: pipe2: Too many open files"
    assert_stderr_line "pipe_line: yes was killed by SIGPIPE"
    inject 'clone:error=EAGAIN:when=2' ./pipe_line yes : cat
    assert_failure 1
    assert_stderr_line "pipe_line: fork: Resource temporarily unavailable"
    assert_stderr_line "pipe_line: yes was killed by SIGPIPE"
}

@test "it works with standard input closed" {
    run_shell './pipe_line seq 3 : cat : cat <&-'
    assert_success
    assert_output "$(seq 3)"
}

@test "nobody is left behind, and interruptions change nothing" {
    leaves_no_zombie ./pipe_line seq 3 : cat
    assert_output "$(seq 3)"
    for call in wait4 dup2; do
        inject "$call:error=EINTR:when=1" ./pipe_line seq 3 : cat
        assert_success
        assert_output "$(seq 3)"
    done
}
