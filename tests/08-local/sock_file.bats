# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# sock_file: what the name is to the socket, and the socket to the name.

@test "the session holds: names go, connections stay; sockets go, names stay [L09] [L09b]" {
    says "A connection needs no name: it goes on when the names are gone, and new clients get ENOENT"
    says "It stays, as it does when the server is killed, and whoever connects is refused with ECONNREFUSED"
    says "the next server cannot have the name, because bind(2) wants to make the file and finds it made"
    says "here it is accepted and does nothing"
    holds_session
}

@test "an ordinary user sees the same" {
    as_nobody holds_session
}

@test "it works in a directory of its own and leaves nothing behind" {
    says --in B-toolbox "work in a new directory, and a function that atexit(3) registers removes it"
    leaves_nothing ./sock_file
    two_at_once ./sock_file
}

@test "a reader that leaves does not keep it from removing its names" {
    says --in B-toolbox "It is not called when a signal kills, so they ask for an error in place of SIGPIPE"
    mkdir room
    # the pipe has lost its reader before the program begins
    TMPDIR=$PWD/room run_shell 'mkfifo gone; exec 7<> gone 8> gone 7>&-; ./sock_file >&8; echo $?; ls room'
    assert_output 1
    assert_stderr 'sock_file: cannot write to standard output'
}

@test "when a call fails it says which, and leaves nothing" {
    mkdir room
    export TMPDIR=$PWD/room
    for what in listen socket; do
        inject "$what:error=EIO" ./sock_file
        assert_failure 1
        assert_stderr_line --partial 'Input/output error'
        assert_equal "$(ls room)" ""
    done
}
