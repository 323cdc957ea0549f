# shellcheck disable=SC2154 # helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
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

@test "what the predictions say of their programs is so" {
    says "Without htons the bytes are swapped, and a server that forgets it listens at 36895 in place of 8080"
    says "We send two bytes at W, and receive at r, with room for 9 and without waiting"
    run "$root/out/bin/$unit/exercises/port_bytes" 36895
    assert_output --regexp '(8080|36895)$'
    run "$root/out/bin/$unit/exercises/after_end" rwwwwrrW
    assert_output 'r EAGAIN
r 9
r 3
W 2'
}

@test "what frames asks for is looked at" {
    says "If the input ends within a message, or a message has more than 1,000 bytes, it complains and leaves with status 1, without waiting for more"
    for bytes in 1000 1001; do
        # shellcheck disable=SC2059 # the length in octal
        { printf "\\000\\000\\003\\$(printf %o $((bytes - 768)))"; head -c "$bytes" /dev/zero | tr '\0' x; } > text
        run_program -i text "$root/out/bin/$unit/exercises/frames.answer"
        assert_equal "$status ${#output}" "$((bytes == 1001)) $((bytes == 1001 ? 0 : 1000))"
    done
    tells frames
}

@test "what again_at_once asks for is looked at" {
    says "Mend open_door so that this works at once"
    says "SO_REUSEPORT lets two servers in"
    tells again_at_once
}

@test "what patience asks for is looked at" {
    says "While you wait, a signal comes each ten milliseconds, and it may not make you give up early, nor wait longer: after three seconds main gives up on you, with status 9"
    run "$root/out/bin/$unit/exercises/patience.answer" silent 100
    assert_output 'too late'
    run "$root/out/bin/$unit/exercises/patience.wrong-anew" silent 100
    assert_failure 9
}

@test "what echo_server asks for is looked at" {
    says "It serves any number at once: a client that is silent holds up nobody, and one that breaks off ends nobody"
    says "A child for each client, and the kernel collects the children, since SIGCHLD is ignored"
    tells echo_server
}
