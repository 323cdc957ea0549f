# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# wake_order: what becomes of a reader when the writer is killed before its last step.

@test "the session holds: asleep beside a message, or woken by a death" {
    says "The lock is free, and its death is told to nobody, because it had no lock"
    says "It runs into the lock and sleeps there, and a robust lock is a thing whose owner's death wakes"
    holds_session
}

@test "killed at each other point, in the second order, the reader sleeps beside nothing" {
    says "killed before the wake, the writer has published nothing"
    says "Killed between the wake and the publishing, it has a reader that gets the lock from the dead, finds no message, and goes to sleep again"
    says "So the rule is: whoever is to see it must be waiting for the lock, or be on the way to it, by the time it can be seen"
    local point
    # the raise is put before each of the steps
    for point in 'wake_all();' 'atomic_store(&box->messages, 1);'; do
        perl -0pe 'my $p = shift @ARGV if 0; s/(static void wake_first.*?)\n    raise\(SIGKILL\);/$1/s; s/(static void wake_first.*?\n)(    \Q'"$point"'\E)/$1    raise(SIGKILL);\n$2/s' "$root/out/build/06-shm/wake_order.c" > try.c
        grep -v '^#line' try.c > other.c
        gcc -o try other.c
        run_program ./try
        assert_success
        assert_equal "${lines[3]}" '  messages 0, the reader sleeps'
    done
    run_program ./wake_order
    assert_equal "${lines[3]}" '  messages 0, the reader has it'
}

@test "it leaves no process behind, and says when it cannot print" {
    leaves_nothing ./wake_order
}
