# shellcheck shell=bash disable=SC2016
bats_require_minimum_version 1.13.0
load ../lib/helpers
# Writing all of a question before reading the answer.

@test "a short question is answered, a long one hangs, an early end kills" {
    says "the command did not read the text, and SIGPIPE killed us"
    holds_session
}

@test "both sides sleep in a write when both pipes are full" {
    says "When the answers fill the second pipe, the command waits for room there and does not read any more"
    says "Then the first pipe fills, and we wait for room, too"
    run_shell 'seq 100000 | ./pipe_both_wrong tr 0-9 a-j & us=$!
        until [ -n "$tr" ]; do tr=$(pgrep -P "$us" tr); done
        for pid in $us $tr; do
            until [ "$(cat /proc/$pid/wchan)" = pipe_write ] ||
                [ "$(cat /proc/$pid/wchan)" = anon_pipe_write ]; do :; done
        done
        kill $us $tr; echo both'
    assert_output both
}

@test "nobody is left behind after a short question" {
    run_shell 'seq 3 > question'
    leaves_no_zombie -i question ./pipe_both_wrong cat
    assert_success
    assert_output "$(seq 3)"
    run_program ./pipe_both_wrong
    assert_failure 2
}

@test "interruptions change nothing" {
    run_shell 'seq 3 > question'
    for call in read write wait4 dup2; do
        inject "$call:error=EINTR:when=1" -i question ./pipe_both_wrong cat
        assert_success
        assert_output "$(seq 3)"
    done
}
