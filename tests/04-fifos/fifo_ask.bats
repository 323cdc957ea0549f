# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# fifo_ask: asks a server, and has a FIFO of its own for the answer.

@test "the session holds: two clients, and each gets its own answer" {
    holds_session
}

@test "many clients at once get each its own answer" {
    says "All of them can write their questions into one FIFO, as long as each question is one write(2) of at most PIPE_BUF bytes, which stays together"
    says "So each client makes a FIFO of its own, and the question says where the answer has to go"
    run_shell './fifo_answer questions 40 > journal & pid=$!
        until [ -p questions ]; do kill -0 $pid || exit 9; done
        for i in $(seq 40); do ./fifo_ask questions word$i > answer$i & clients+=" $!"; done
        wait $clients; wait $pid || exit 8
        cat answer*; ! ls | grep "^questions[.]"'
    assert_success
    assert_equal "$(sort -u stdout | grep -c '^WORD[0-9]*$')" 40
    for i in 1 7 40; do assert_equal "$(cat answer$i)" "WORD$i"; done
}

@test "its FIFO is there and open before it asks" {
    needs strace
    says "The FIFO for the answer has to exist before the question is sent"
    says "It also has to be open for reading by then"
    says "For that the client opens it with O_NONBLOCK, as nobody writes yet"
    mkfifo questions
    exec 7<> questions
    inject 'poll:error=ENOMEM:when=1' ./fifo_ask questions word
    assert_failure 1
    traced openat,mknod,mknodat,write timeout 0.3 ./fifo_ask questions word
    assert_equal "$(grep -oE 'S_IFIFO|O_NONBLOCK|O_WRONLY\|O_CLOEXEC|write\([0-9]+, ".{4,}word' strace | sed -E 's/write.*/write/' | paste -sd ' ')" \
        'S_IFIFO O_NONBLOCK O_WRONLY|O_CLOEXEC write'
    exec 7>&-
}

@test "when the server ends without an answer the client is told" {
    says "What if the server ends without an answer?"
    says "for a write end it reports POLLERR as soon as no reader is left"
    says "Whichever comes first, the read(2) after it says what is so"
    for end in silent opens; do
        run_shell "$functions$perl"'
            [ -p questions ] || mkfifo questions
            exec 7<> questions
            ./fifo_ask questions word 7<&- & pid=$!
            sleeping $pid; until [ -p questions.$pid ]; do kill -0 $pid || exit 9; done
            until [ "/proc/$pid/fd/4" -ef questions ]; do kill -0 $pid || exit 9; done
            sleeping $pid
            [ $1 = silent ] || perl "close o(q(questions.$pid), \$W)"
            exec 7>&-; wait $pid; echo $?; ls' $end
        assert_line --index 0 1
        assert_stderr 'fifo_ask: questions: no answer'
        refute_line --regexp '^questions\.'
    done
}

@test "what is no FIFO, a word too long, a wrong call are refused" {
    echo > questions
    run_program ./fifo_ask questions word
    assert_failure 1
    assert_stderr 'fifo_ask: questions: not a FIFO'
    assert_equal "$(ls questions.* 2> /dev/null)" ''
    run_program ./fifo_ask hall/questions word
    assert_failure 1
    assert_stderr_line --regexp '^fifo_ask: hall/questions\.[0-9]+: No such file or directory$'
    for what in '' 'questions' 'questions a b' "questions $(printf '%060d' 1)"; do
        # shellcheck disable=SC2086
        run_program ./fifo_ask $what
        assert_failure 2
        assert_stderr_line --partial 'usage: fifo_ask QUESTIONS WORD'
    done
}

@test "interrupted it asks once, and it leaves nothing behind" {
    run_shell './fifo_answer questions 1 > journal & pid=$!
        until [ -p questions ]; do kill -0 $pid || exit 9; done
        ./fifo_ask questions word > /dev/full; echo $?; wait $pid; ls'
    assert_line --index 0 1
    assert_stderr 'fifo_ask: cannot write to standard output'
    refute_line --regexp '^questions\.'
    rm questions
    run_shell './fifo_answer questions 2 > journal & until [ -p questions ]; do :; done; wait' &
    until [ -p questions ]; do :; done
    no_leaked_fd ./fifo_ask questions word
    assert_success
    inject 'poll:error=EINTR:when=1 read:error=EINTR:when=2 write:error=EINTR:when=1' ./fifo_ask questions word
    assert_success
    assert_output WORD
    wait
}
