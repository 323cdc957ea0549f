# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# two_pipes: one sleep for two pipes.

@test "the session holds: the pipe that has something is told" {
    holds_session
}

@test "it is one call that sleeps, without limit, and it reads nothing" {
    says "an entry that has no answer has 0 there"
    says "The call returns how many entries have an answer, and 0 when the time was over"
    says "-1 is without limit, and 0 only looks"
    says "poll reads nothing: it says where a read(2) would find something"
    traced poll,ppoll,read ./two_pipes
    assert_success
    assert_call 'p?poll\(\[.*events=POLLIN.*events=POLLIN.*\], 2, (-1|NULL.*)\) = 1'
    [ "$(grep -c 'read(' strace)" = 1 ]
    makes a <<C
$try
int main(void) { int p[2]; if (pipe(p)) return 9; struct pollfd e = { p[0], POLLIN, 77 }; as("only looks", poll(&e, 1, 0)); as("nothing to tell", e.revents);
    as("time over", poll(&e, 1, 20)); write(p[1], "abc", 3); as("with an answer", poll(&e, 1, -1)); as("still", poll(&e, 1, -1)); as("read", read(p[0], bytes, 9)); return 0; }
C
    run_program ./a
    assert_output 'only looks 0
nothing to tell 0
time over 0
with an answer 1
still 1
read 3'
}

@test "the child is waited for" {
    leaves_no_zombie ./two_pipes
    assert_success
    assert_output 'hello, says pipe 2'
}
