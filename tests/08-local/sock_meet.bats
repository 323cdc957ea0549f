# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# sock_meet: a server with a name, and clients that each get their own answer.

# serve COUNT SCRIPT: SCRIPT with a server at desk that is ready, $pid
serve() {
    run_shell "$functions"'
        mkfifo ready; ./sock_meet serve desk '"$1"' > ready 2> said & pid=$!
        read -r line < ready
        '"$2"
}

@test "the session holds: a client waits until the server listens, asks and is answered" {
    says "The client needs the name to be there, so in the session it first waits at a FIFO for the server's only line of output"
    holds_session
}

@test "each client gets its own answer, and the name goes with the server" {
    says "The answer comes back on the line of the client who asked, so no client can get that of another"
    serve 20 'for i in {1..20}; do ./sock_meet ask desk "I am $i" > "$i" & clients+=" $!"; done
        wait $clients; wait $pid; for i in {1..20}; do sed "s/^[0-9]*/$i/" "$i"; done; ls desk 2> /dev/null'
    expected=$(for i in {1..20}; do w="I am $i"; echo "$i heard ${#w} bytes: $w"; done)
    assert_output "$expected"
}

@test "what the client has said is complete when it shuts down its writing" {
    says "It closes one direction: shutdown(2) with SHUT_WR is an end of file for the reader, and the other direction stays as it was"
    serve 1 'strace -o log -e trace=shutdown,read,write ./sock_meet ask desk a b; wait $pid; grep -c "shutdown(3, SHUT_WR) *= 0" log'
    needs strace
    assert_line --index 0 --regexp '^[0-9]+ heard 3 bytes: a b$'
    assert_line --index 1 1
}

@test "interrupted, both go on" {
    needs strace
    says "a local connect(2) that was interrupted has begun nothing"
    run_shell "$functions"'
        mkfifo ready; strace -o a -e trace=accept4,read,write -e inject=accept4:error=EINTR:when=1 -e inject=read:error=EINTR:when=3 ./sock_meet serve desk 1 > ready & pid=$!
        read -r line < ready
        strace -o b -e trace=connect,read,write -e inject=connect:error=EINTR:when=1 ./sock_meet ask desk hello; echo $?; wait $pid; grep -c INJECTED a b'
    assert_line --index 0 --regexp '^[0-9]+ heard 5 bytes: hello$'
    assert_line --index 1 0
    assert_line 'b:1'
}

@test "a client that is killed is its own trouble" {
    says "A client that fails is its own trouble: the server says so and goes on with the next"
    makes rude <<C
$try
int main(void) { int s = came(SOCK_STREAM, "desk"); send(s, "hi", 2, 0); bytes[0] = 0; shutdown(s, SHUT_RDWR); return 0; }
C
    serve 2 './rude; ./sock_meet ask desk hello; wait $pid; cat said'
    assert_line --regexp 'heard 5 bytes: hello$'
    assert_line 'sock_meet: a client: Broken pipe'
}

@test "while one says nothing, all others wait" {
    says "While it listens to one client who says nothing, all others wait"
    makes silent <<C
$try
int main(void) { came(SOCK_STREAM, "desk"); puts("here"); fflush(stdout); pause(); return 0; }
C
    serve 2 'mkfifo here; ./silent > here & one=$!; read -r line < here
        ./sock_meet ask desk hello > answer & two=$!; sleeping $two; sleeping $pid; cat answer; kill $one; wait $two $pid; cat answer'
    assert_equal "${#lines[@]}" 1
    assert_line --regexp 'heard 5 bytes: hello$'
}

@test "a server that is killed leaves its file, and the next one is refused" {
    says "And if it is killed, its file stays"
    serve 1 'kill -9 $pid; wait $pid; [ -S desk ] && echo there; ./sock_meet serve desk 1; echo $?; ./sock_meet ask desk hello; echo $?'
    assert_output 'there
1
1'
    assert_stderr_line 'sock_meet: desk: Address already in use'
    assert_stderr_line 'sock_meet: desk: Connection refused'
}

@test "a server that gives up removes the name" {
    says "atexit(3) sees to it when the server gives up halfway, too"
    inject listen:error=EADDRINUSE ./sock_meet serve desk 1
    assert_failure 1
    [ ! -e desk ]
    run_shell './sock_meet serve desk 1 > /dev/full'
    assert_failure 1
    assert_stderr 'sock_meet: cannot write to standard output'
    [ ! -e desk ]
}

@test "a path of 108 bytes does not fit, one of 107 does [L20]" {
    says "other programs could not read that, so the function below says that it is too long"
    long=$(printf '%0108d' 0)
    run_program ./sock_meet ask "$long" hello
    assert_failure 1
    assert_stderr "sock_meet: $long: File name too long"
    run_program ./sock_meet ask "${long%0}" hello
    assert_stderr "sock_meet: ${long%0}: No such file or directory"
}

@test "a wrong call shows the usage" {
    for what in '' 'ask desk' 'serve desk' 'serve desk 0' 'serve desk x' 'sing desk x'; do
        # shellcheck disable=SC2086
        run_program ./sock_meet $what
        assert_failure 2
        assert_stderr_line --partial 'usage: sock_meet serve NAME CLIENTS'
    done
}
