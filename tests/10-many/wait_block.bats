# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# wait_block: asleep at one of two pipes, or asking without end.

@test "the session holds: asleep at the wrong one, EAGAIN at each round [E42]" {
    says "The reader sleeps, with five bytes lying in the other pipe"
    says "With the flag O_NONBLOCK a call that would sleep fails instead, with EAGAIN"
    holds_session
}

@test "the flag is the description's: copies, children and a second open differ [E42]" {
    says "It belongs to the open file description, which copies and children share"
    makes a <<C
$try
int main(void) { int p[2]; if (pipe(p)) return 9; char same[64]; sprintf(same, "/proc/self/fd/%d", p[0]); int anew = open(same, O_RDONLY), copy = dup(p[0]);
    if (fork() == 0) { fcntl(copy, F_SETFL, O_NONBLOCK); _exit(0); } wait(NULL);
    as("copy", (fcntl(copy, F_GETFL) & O_NONBLOCK) != 0); as("original", read(p[0], bytes, 1)); as("anew", (fcntl(anew, F_GETFL) & O_NONBLOCK) != 0); return 0; }
C
    run_program ./a
    assert_output 'copy 1
original EAGAIN
anew 0'
}

@test "a program that sets it on its standard input sets it for the shell, on one terminal" {
    says "A program that sets the flag on its standard input sets it for the shell, too, if both have the same terminal open"
    makes a <<C
$try
int main(void) { return fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_NONBLOCK) == -1; }
C
    makes b <<C
$try
int main(void) { as("set", (fcntl(0, F_GETFL) & O_NONBLOCK) != 0); return 0; }
C
    run_shell 'mkfifo line; { ./b; ./a; ./b; } <> line'
    assert_output 'set 0
set 1'
}

@test "it leaves nothing behind" {
    leaves_nothing ./wait_block
}
