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

@test "what through_two asks for is looked at" {
    says "Mend it: both open both FIFOs, each line comes back, and when the input ends, the child ends, is waited for, and so does the program, with status 0"
    tells through_two
}

@test "what stale_fifo asks for is looked at" {
    says "Where an ordinary file has the name, it says so, with the name, leaves with status 1 and leaves the file as it is"
    says "And while one of its kind prints what a client sends to BOX, a second one says so and leaves with status 1, and the first goes on to get the lines"
    says "A start does not end one of its kind that still waits for its first client"
    tells stale_fifo
}

@test "what log_lines asks for is looked at" {
    says "log_lines BOX LOG makes the FIFO BOX, unless it is there, and appends each line that comes through it to the file LOG, whole, with a number and a blank in front; the first line is 1"
    says "While nothing comes it sleeps, also when no client is there"
    says "On SIGHUP it goes on in a new LOG, for somebody has given the old one another name: what comes afterwards is there, and the numbers go on"
    says "On SIGTERM it takes what has been sent until then and leaves with status 0; a line whose end has not come by then is left out"
    says "When LOG cannot be written, it says so and leaves with status 1"
    says "Lines of any length and of any bytes, any number of clients, nothing is lost"
    tells log_lines
}

@test "the numbers of new_mode are right" {
    says "(644 is 512 + 128 + 4, and 420 is 256 + 128 + 32 + 4.)"
    says "420 is 0644 in octal, by chance the mode that many want, and 644 is 01204, the one that nobody wants"
    assert_equal "$((512 + 128 + 4)) $((256 + 128 + 32 + 4)) $(printf '%#o %#o' 420 644)" '644 420 0644 01204'
}
