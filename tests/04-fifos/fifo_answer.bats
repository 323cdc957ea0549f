# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# fifo_answer: answers whoever asks, and waits for no client.

@test "the session holds: a question from one that does not wait is told" {
    holds_session
}

# question PID WORD: for scripts, prints a question as fifo_ask sends it.
question='question() { perl -e "print pack(q(i a60), @ARGV)" -- "$@"; }
'

@test "a client that does not read, or has left, neither stops nor ends it" {
    says "A client that does not read its answer should not make the server wait, and a client that has left should not end it"
    says "ENXIO tells of the one that has closed its FIFO, ENOENT of the one that has removed it"
    run_shell "$question"'
        mkfifo questions.7; exec 7<> questions.7
        ./fifo_answer questions 4 > journal & pid=$!
        until [ -p questions ]; do kill -0 $pid || exit 9; done
        question 7 unread > questions
        question 8 removed > questions
        mkfifo questions.9; question 9 closed > questions
        ./fifo_ask questions word; wait $pid; echo $?'
    assert_success
    assert_output "WORD
0"
    assert_stderr 'fifo_answer: questions.8: No such file or directory
fifo_answer: questions.9: No such device or address'
}

@test "a client that leaves between open and write does not end it" {
    says "EPIPE of the one that leaves between our open(2) and our write(2)"
    needs strace
    run_shell "$question"'
        mkfifo questions questions.7; exec 7<> questions 8<> questions.7
        strace -f -qq -o log -e trace=openat -P questions.7 -e inject=openat:signal=SIGSTOP:when=1 ./fifo_answer questions 1 7<&- 8<&- & tracer=$!
        question 7 word > questions
        until grep -q "stopped by SIGSTOP" log; do kill -0 $tracer || exit 9; done
        read -r pid _ < log; exec 8>&-; kill -CONT $pid; wait $tracer; echo $?'
    assert_line '7 asks: word'
    assert_line 0
    assert_stderr_line 'fifo_answer: questions.7: Broken pipe'
}

@test "it makes no file of a name, follows no link, and writes into no file" {
    says "so it is opened without O_CREAT and without following a symbolic link, and the descriptor is looked at"
    run_shell "$question"'
        echo precious > questions.7; ln -s questions.7 questions.8
        ./fifo_answer questions 3 > journal & pid=$!
        until [ -p questions ]; do kill -0 $pid || exit 9; done
        for i in 7 8 9; do question $i word > questions; done
        wait $pid; echo $?; cat questions.7; ls questions*; [ -L questions.8 ]'
    assert_success
    assert_output "0
precious
questions
questions.7
questions.8"
    assert_stderr 'fifo_answer: questions.7: not a FIFO
fifo_answer: questions.8: Too many levels of symbolic links
fifo_answer: questions.9: No such file or directory'
}

@test "an answer can be sent to another client than the one that asks" {
    says "whoever may write to the questions can put any process id into one, and have the answer sent to another client"
    run_shell "$question"'
        mkfifo questions.7; exec 7<> questions.7
        ./fifo_answer questions 1 > journal & pid=$!
        until [ -p questions ]; do kill -0 $pid || exit 9; done
        question 7 stranger > questions; wait $pid; head -c 8 <&7'
    assert_output STRANGER
}

@test "a question without an end, and bytes above 127, do no harm" {
    run_shell "$question"'
        mkfifo questions.7; exec 7<> questions.7
        ./fifo_answer questions 1 > journal & pid=$!
        until [ -p questions ]; do kill -0 $pid || exit 9; done
        question 7 "$(printf "%060d" 0 | tr 0 "\377")" > questions; wait $pid; head -c 59 <&7 | od -v -An -tx1 | tr -d " \n"'
    assert_success
    assert_output "$(printf '%0118d' 0 | tr 0 f)"
}

@test "what is no FIFO and a wrong call are refused" {
    echo > questions
    run_program ./fifo_answer questions 1
    assert_failure 1
    assert_stderr 'fifo_answer: questions: not a FIFO'
    for what in '' 'questions' 'questions 0' 'questions x' 'questions 1 2'; do
        # shellcheck disable=SC2086
        run_program ./fifo_answer $what
        assert_failure 2
        assert_stderr 'usage: fifo_answer QUESTIONS COUNT'
    done
}

@test "interrupted it answers, and it leaves no descriptor open" {
    mkfifo questions questions.7
    exec 7<> questions 8<> questions.7
    perl -e 'print pack(q(i a60), 7, q(word))' >&7
    no_leaked_fd ./fifo_answer questions 1
    assert_success
    perl -e 'print pack(q(i a60), 7, q(word))' >&7
    inject 'openat:error=EINTR:when=1 read:error=EINTR:when=2 write:error=EINTR:when=2' ./fifo_answer questions 1
    assert_success
    assert_output '7 asks: word'
    perl -e 'print pack(q(i a60), 7, q(word))' >&7
    run_shell './fifo_answer questions 1 > /dev/full'
    assert_failure 1
    assert_stderr 'fifo_answer: cannot write to standard output'
    exec 7>&- 8>&-
}

@test "without a descriptor left it gives up" {
    says "None of them is a reason to stop; that the server has no descriptor left is one"
    run_shell "$question"'
        mkfifo questions questions.7; exec 7<> questions 8<> questions.7
        question 7 word >&7
        sh -c "ulimit -n 4; exec ./fifo_answer questions 1" 7<&- 8<&-'
    assert_failure 1
    assert_stderr 'fifo_answer: questions.7: Too many open files'
}
