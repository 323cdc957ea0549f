# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# net_hello: one word through a connection.

@test "the session holds: a client connects, a child accepts and sends" {
    says "Here the parent does both, and then the child accepts the client and sends a word"
    says "A server makes a socket of the family AF_INET, binds it to an address, and listens"
    says "htonl turns a number from the order in which this machine keeps its bytes into the order in which they go over the net, the most significant one first"
    says "which asks the kernel for one that is free; getsockname(2) tells which it is"
    says "The programs of this chapter talk to themselves, over the address 127.0.0.1, which leads back to the machine that uses it"
    holds_session
}

@test "it talks to 127.0.0.1 and waits for its child" {
    leaves_no_zombie ./net_hello
    assert_success
    traced bind,connect ./net_hello
    assert_call 'bind\(.*sin_port=htons\(0\), sin_addr=inet_addr\("127.0.0.1"\)'
    assert_call 'connect\(.*inet_addr\("127.0.0.1"\).* = 0'
}

@test "when a call fails it says so, and nobody waits for ever" {
    for what in bind listen getsockname connect fork; do
        local call=$what
        if [ "$what" = fork ]; then call=clone,clone3,fork; fi
        inject "${call%%,*}:error=EIO" ./net_hello
        assert_failure 1
    done
    inject accept:error=EMFILE ./net_hello
    assert_failure
}
