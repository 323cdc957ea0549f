# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# The first program: one store, and the file has changed.

@test "one store is in the file [M01] [M04]" {
    says "Our first program changes the first byte of a file without write(2)"
    says "Nobody called write(2) for the g, and yet cat finds it in the file"
    holds_session
}

@test "no system call writes, and the mapping is shared [M01] [M10]" {
    echo 'cold tea' > cup
    traced %desc,mmap ./map_hello cup
    assert_success
    assert_equal "$(cat cup)" 'gold tea'
    assert_call 'mmap\(NULL, 1, PROT_READ\|PROT_WRITE, MAP_SHARED, 3, 0\)'
    refute_call 'write'
}

@test "an empty file kills it by SIGBUS, and the shell says Bus error" {
    says 'Given an empty file, it is killed by SIGBUS, and the shell says "Bus error"'
    says "The mapping was granted, but the file has no first byte to go with it"
    : > empty
    traced mmap ./map_hello empty
    assert_killed SIGBUS
    assert_call 'mmap\(NULL, 1, PROT_READ\|PROT_WRITE, MAP_SHARED, 3, 0\) += 0x'
    run_shell 'LC_ALL=C; ./map_hello empty; true'
    assert_stderr --partial 'Bus error'
}

@test "a wrong call, a missing file and a file that may not be written are told" {
    run_program ./map_hello
    assert_failure 2
    assert_stderr_line --partial usage
    run_program ./map_hello nothing
    assert_failure 1
    assert_stderr 'map_hello: nothing: No such file or directory'
    echo text > read-only
    chmod 444 read-only
    as_nobody ./map_hello read-only
    assert_failure 1
    assert_stderr 'map_hello: read-only: Permission denied'
    assert_equal "$(cat read-only)" text
}
