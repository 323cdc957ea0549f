bats_require_minimum_version 1.13.0
load ../lib/helpers
# What the checks of the exercises say of the start, of right and of wrong answers.

hold_exercises

# right NAME: the check of NAME takes the answer, whose facts the question asks for.
right() {
    run_program "./$1.check" "./$1.answer"
    assert_success
    assert_line "$1 is right"
}

@test "two_children: what the question asks the check looks at" {
    says "for 3 and for a hundred thousand lines it prints what wc says, both children are waited for, and neither command has a descriptor above 2 open"
    says "The status is 0 when both commands left with 0"
    says "The flag O_CLOEXEC does it for all: what dup2 makes known as 0 or 1 does not have the flag, and everything else is gone when the command begins"
    right two_children
    run_program ./two_children.answer x
    assert_failure 1
    says "Closing the numbers 3 and 4 by hand works where the pipe got them"
    run_program ./two_children.wrong-numbers 3
    assert_success
    assert_output 3
}

@test "mytee: what the question asks the check looks at" {
    says "What could not be written is named on standard error, once, FILE by its name and the other as standard output, and the status is then 1, otherwise 0"
    says "When its input cannot be read, it says so, and the status is 1"
    right mytee
    run_shell './mytee.answer /dev/full < /etc/passwd > /dev/full'
    assert_failure 1
    assert_stderr_line --partial "/dev/full: No space left"
    assert_stderr_line --partial "standard output: No space left"
}

@test "goes_on: what the question asks the check looks at" {
    says "prints a line for each: how many bytes it has printed, and its status, as in date: 29 bytes, status 0"
    says "that of a killed one is 128 and the number of the signal"
    says "one that does not exist has 0 bytes and status 127"
    right goes_on
    run_program ./goes_on.answer date
    assert_output --regexp '^date: [0-9]+ bytes, status 0$'
}

@test "both_ways: what the question asks the check looks at" {
    says "Mend it for texts of any length, and for commands that read late, write first, or leave early"
    says "It sleeps while nothing can be done"
    says "When nobody reads what it prints any more, it ends, and so does all that it has started"
    says "The status is the command's own, or 128 and the number of the signal that killed it"
    says "every process that it starts is waited for, and the command has no descriptor above 2 open"
    says "When the command leaves early, SIGPIPE ends the writer, which is what we want"
    right both_ways
    for bytes in 1 65536 65537 131072 5000000; do
        run_shell './both_ways.answer $1 cat | wc -c' "$bytes"
        assert_output "$bytes"
    done
    traced write ./both_ways.answer 1000000 true
    assert_call 'SIGPIPE'
}

@test "mypopen: what the question asks the check looks at" {
    says "Several may be open at once and are closed in any order"
    says "No command has a descriptor above 2 open"
    says "Everything that is ours has O_CLOEXEC, so that no command gets what belongs to another"
    right mypopen
    run_program ./mypopen.answer -r w cat r 'echo x' w cat
    assert_success
    assert_output 'word 2
x
2: left with 0
1: left with 0
word 0
0: left with 0'
}

@test "last_words: what the question asks the check looks at" {
    says "every byte arrives, however much the command says and whether or not it has left before we read"
    says "it still sleeps in poll until there is something, and its status is that of the command, or 128 and the number of the signal that killed it"
    says "The end is where a read returns 0"
    right last_words
    run_shell './last_words.answer head -c 3000000 /dev/zero | wc -c'
    assert_output 3000000
}
