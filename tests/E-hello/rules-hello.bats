bats_require_minimum_version 1.13.0
load ../lib/helpers
load ../02-sharing/rules

# What the appendix says of its program: what it takes, makes and removes.

@test "the words of strangers are taken for the child's, and a silent one is not waited for" {
    says "Our parent does not ask who connected, and takes the first word for its child's"
    says "Strangers who connect and say nothing make it give up"
    says "The parent therefore gives its sockets a timeout of ten seconds"
    local kind
    for kind in TCP UDP; do
        traced setsockopt ./say_hello $kind
        assert_success
        assert_call 'setsockopt\(.*SO_RCVTIMEO.*(tv_sec=10,|"\\n\\0).* = 0'
        inject read:error=EAGAIN:when=1 ./say_hello $kind
        assert_failure 1
        assert_stderr_line "say_hello: $kind socket: Connection timed out"
    done
    traced accept4,accept,getpeername,recvfrom,recvmsg,getsockopt ./say_hello 'P socket'
    refute_call 'getpeername|recvfrom|recvmsg|getsockopt|accept4?\([0-9]+, \{'
    # what accept gives has the timeout of the one that listens
    tries <<'C'
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
int main(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof a;
    struct timeval little = { .tv_usec = 1 };
    char byte;
    int l = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    THAT("bind", bind(l, (struct sockaddr *)&a, size) == 0 && listen(l, 1) == 0
         && getsockname(l, (struct sockaddr *)&a, &size) == 0);
    THAT("timeout", setsockopt(l, SOL_SOCKET, SO_RCVTIMEO, &little, sizeof little) == 0);
    THAT("connect", connect(s, (struct sockaddr *)&a, size) == 0);
    struct pollfd there = { .fd = l, .events = POLLIN };
    THAT("there", poll(&there, 1, 10000) == 1);
    int c = accept4(l, NULL, NULL, SOCK_CLOEXEC);
    THAT("the read gives up", c != -1 && read(c, &byte, 1) == -1 && errno == EAGAIN);
    return 0;
}
C
}

@test "what somebody has already is not taken away by say_hello" {
    says "should somebody have taken it, O_EXCL makes that an error, and we must then not remove what is not ours"
    says "So a name that could not be made is forgotten"
    book_traced '-e trace=mq_open,mq_unlink,unlink,unlinkat,getcpu -e inject=mq_open:error=EEXIST' ./say_hello 'POSIX message'
    assert_failure 1
    assert_call 'mq_open.*EEXIST'
    refute_call 'mq_unlink'
    book_traced '-e trace=openat,open,unlink,unlinkat,getcpu -e inject=openat:error=EEXIST' ./say_hello 'POSIX shared'
    assert_failure 1
    assert_call '/dev/shm/.*EEXIST'
    refute_call '/dev/shm/.*unlink|unlink.*/dev/shm/'
}

@test "more than half of the forms have something to remove" {
    says "More than half of the table can outlive the process"
    run_program ./say_hello
    local all=${#lines[@]} removed
    [ "$all" = 11 ]
    traced unlink,mq_unlink,msgctl,shmctl ./say_hello
    removed=$(grep -cE '(unlink\(|IPC_RMID).* = 0' strace)
    [ $((2 * removed)) -gt "$all" ] || fail "$removed of $all are removed"
}

@test "the parent makes what it can open" {
    says "A mask of its own keeps the program from making things that it may not open"
    as_nobody run_shell 'umask 0777; ./say_hello'
    assert_success
    assert_equal "${#lines[@]}" 11
}
