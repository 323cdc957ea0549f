bats_require_minimum_version 1.13.0
load ../lib/helpers
# The checks of the exercises: each refuses its start and every wrong answer, and takes every right one.

hold_exercises

# tells NAME: its check takes the answer and refuses the start, each in a fresh folder.
tells() {
    run "$root/out/bin/$unit/exercises/$1.check" "$root/out/bin/$unit/exercises/$1.answer"
    assert_success
    assert_line "$1 is right"
    run "$root/out/bin/$unit/exercises/$1.check" "$root/out/bin/$unit/exercises/$1.start"
    assert_failure 1
}

@test "what old_socket asks for is looked at" {
    says "it starts over a stale socket; while a server of its kind lives at NAME, a second one leaves with status 1 and the clients still reach the first; and a file that is no socket is left as it is, with status 1"
    tells old_socket
    says "Who tries to connect waits for a server that is busy"
    says "One that finds the lock taken and leaves with status 0 tells whoever started it that all is well"
    run "$root/out/bin/$unit/exercises/old_socket.check" "$root/out/bin/$unit/exercises/old_socket.wrong-status"
    assert_failure 1
    assert_line '     The second one did not leave with 1.'
}

@test "what half_closed asks for is looked at" {
    says "Mend it in talk, for inputs of up to 1 MiB"
    head -c 1048576 /dev/zero | tr '\0' x > text
    run bash -c '"$1" < text | { read -r n; echo "$n"; tr -d X | wc -c; }' sh "$root/out/bin/$unit/exercises/half_closed.answer"
    assert_output '1048576
0'
    run "$root/out/bin/$unit/exercises/half_closed.check" "$root/out/bin/$unit/exercises/half_closed.answer"
    assert_success
}

@test "what who_is_it asks for is looked at" {
    says "and then reads what each client says, and sends it the number of the client's process and of its user"
    says "After so many clients it removes the name and leaves with status 0"
    says "A client that leaves at once counts as one"
    tells who_is_it
}

@test "who_is_it tells the client's user, not the server's, and no group" {
    needs root
    for wrong in 'who.gid' 'getuid()' 'geteuid()'; do
        sed "/_GNU_SOURCE/d; s/(uintmax_t)who.uid/(uintmax_t)$wrong/" "$root/tangled/$unit/exercises/who_is_it.answer.c" | makes wrong
        run "$root/out/bin/$unit/exercises/who_is_it.check" "$PWD/wrong"
        assert_failure 1
        assert_line '     A client of another user was told another number.'
    done
}

@test "what lend asks for is looked at" {
    says "What is handed over is for reading only, and works when the server is gone"
    says "Every client gets the whole file, also while another one reads; a client that leaves at once harms nobody; and the server goes on for any number of clients with a handful of descriptors"
    tells lend
}

@test "what the predictions say of their programs is so" {
    says "a digit sends a message of so many bytes, r receives with room for 3 and R with room for 100"
    says "We write two bytes at W and read at r, with room for 9"
    run "$root/out/bin/$unit/exercises/how_many_reads" stream 999999999999rRR
    assert_output 'r 3
R 100
R 5'
    run "$root/out/bin/$unit/exercises/last_close" wwwwrrW
    assert_output 'r 9
r 3
W 2'
}

# refuses NAME SED WORDS: its answer, changed by SED, is refused with WORDS.
refuses() {
    sed -e "/_GNU_SOURCE/d" -e "$2" "$root/tangled/$unit/exercises/$1.answer.c" > wrong.c
    makes wrong < wrong.c
    run "$root/out/bin/$unit/exercises/$1.check" "$PWD/wrong"
    assert_failure 1
    assert_line "     $3"
}

@test "half_closed has to copy bytes, null bytes too" {
    refuses half_closed 's/fwrite(bytes, 1, (size_t)n, stdout)/printf("%.*s", (int)n, bytes)/' 'Standard output got 8 of 1048584 bytes.'
}

@test "lend is asked for the file itself, byte by byte, and closes also after a failure" {
    refuses lend 's/fwrite(bytes, 1, (size_t)n, stdout)/printf("%.*s", (int)n, bytes)/' 'What is it that has to be sent?'
    refuses lend 's/warn("a client");/return;/' 'Who is left at the other end?'
    refuses lend 's|int fd = open(file, O_RDONLY . O_CLOEXEC);|char do_copy[400]; snprintf(do_copy, 400, "cp %s copied; chmod 600 copied", file); if (system(do_copy)) exit(9); int fd = open("copied", O_RDONLY);|' 'The client has not that file open.'
}

@test "old_socket locks its own NAME, and replaces neither a FIFO nor a link" {
    refuses old_socket 's/"%s.lock", name/"desk.lock%.0s", name/' 'One at another NAME does not start beside it.'
    refuses old_socket 's/S_ISSOCK(is.st_mode)/!S_ISREG(is.st_mode)/' 'A FIFO is gone.'
    refuses old_socket 's/if (lstat(name/if (stat(name/' 'A link to a socket is gone.'
}

@test "who_is_it asks a server that closes first what its client meets" {
    refuses who_is_it '/read_some(c, words/d; s/send(c, words, (size_t)n, MSG_NOSIGNAL);/(void)n;/' 'What does the client meet when you close before it has spoken?'
}
