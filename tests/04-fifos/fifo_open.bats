# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# fifo_open: opening a FIFO waits for the other end, unless it may not.

@test "the session holds: open waits, then read waits; refused waiting has two answers [F06] [F14]" {
    holds_session
}

@test "parent and child use it as strangers do [F09]" {
    run_program ./fifo_open
    assert_success
    assert_line '  it writes a byte:  read returns it'
    traced openat,read,write,fork,clone,clone3,vfork ./fifo_open
    assert_success
    assert_call 'openat\(AT_FDCWD, "door", O_WRONLY\|O_CLOEXEC'
}

@test "a writer that may not wait learns that nobody is there [F14]" {
    traced openat ./fifo_open
    assert_success
    assert_call 'openat\(AT_FDCWD, "door", O_WRONLY\|O_NONBLOCK\|O_CLOEXEC\) *= -1 ENXIO'
    assert_call 'openat\(AT_FDCWD, "door", O_RDONLY\|O_NONBLOCK\|O_CLOEXEC\) *= [0-9]'
    assert_call 'openat\(AT_FDCWD, "door", O_RDWR\|O_CLOEXEC\) *= [0-9]'
}

@test "it leaves nothing behind" {
    leaves_nothing ./fifo_open
}

@test "a child does not outlive a parent that failed" {
    inject 'poll:error=ENOMEM:when=1' ./fifo_open
    assert_failure 1
    assert_stderr_line --partial 'fifo_open: poll: Cannot allocate memory'
}
