# shellcheck disable=SC2016 # scripts of other shells
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# Sockets of the network: who has the other end, and what time or a stranger could do.

# net NAME BODY: makes ./NAME of the body of main, which has a listening TCP socket l
# with room for one at the address a, on a port that is free.
net() {
    { cat <<'C'
#include "hang.h"
#include <arpa/inet.h>
static struct sockaddr_in6 a;
static socklen_t size = sizeof a;
static int family = FAMILY;
/* at: a socket of the type that has an address, which a becomes. */
static __attribute__((unused)) int at(int type)
{
    int s = must(socket(family, type | SOCK_CLOEXEC, 0));
    struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
    if (family == AF_INET)
        must(bind(s, (struct sockaddr *)&v4, sizeof v4));
    else
        must(bind(s, (struct sockaddr *)&v6, sizeof v6));
    size = sizeof a;
    must(getsockname(s, (struct sockaddr *)&a, &size));
    return s;
}
/* to: a socket of the type that is connected to a. */
static __attribute__((unused)) int to(int type)
{
    int s = must(socket(family, type | SOCK_CLOEXEC, 0));
    must(connect(s, (struct sockaddr *)&a, size));
    return s;
}
static char c, much[1000000];
int main(void)
{
    int l = at(SOCK_STREAM);
    (void)c, (void)much;
    must(listen(l, 0));
C
        printf '%s\n}\n' "$2"; } | sed "s/FAMILY/${family:-AF_INET}/" | makes "$1"
}

# outside: ./t is left alone by a runner that may not think that nobody is outside.
outside() {
    run "$book_built/runner" -t 1 -s how ./t
    assert_equal "$(head -n 1 how)" timeout
}

# alone: ./t is left alone for a second, also when nobody is outside.
alone() {
    run "$book_built/runner" -n -t 1 -s how ./t
    assert_equal "$(head -n 1 how)" timeout
}

@test "two that talk over TCP, each waiting for the other's word, by IPv4 and by IPv6" {
    needs peers
    local family
    for family in AF_INET AF_INET6; do
        [ "$family" = AF_INET ] || [ -e /proc/net/if_inet6 ] || continue
        net t 'int s = to(SOCK_STREAM), d = must(accept(l, NULL, NULL));
            must(close(l));
            if (must(fork()) == 0) { must(close(s)); must((int)read(d, &c, 1)); }
            must(close(d)); must((int)recv(s, &c, 1, 0));'
        stuck <<'END'
t waits in recv on a socket
    that t (2) can write to
t (2) waits in read on a socket
    that t can write to
Nobody else can end it: t and t (2) are stuck.
END
    done
}

@test "a client of IPv4 at a server of IPv6" {
    needs peers ipv6
    says "a socket of IPv6 can be connected with one of IPv4"
    net t 'int m = must(socket(AF_INET6, SOCK_STREAM, 0));
        struct sockaddr_in6 any = { .sin6_family = AF_INET6 }; size = sizeof any;
        must(bind(m, (struct sockaddr *)&any, size)); must(listen(m, 1));
        must(getsockname(m, (struct sockaddr *)&any, &size));
        struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = any.sin6_port, .sin_addr = { htonl(INADDR_LOOPBACK) } };
        int s = must(socket(AF_INET, SOCK_STREAM, 0));
        must(connect(s, (struct sockaddr *)&v4, sizeof v4));
        int d = must(accept(m, NULL, NULL));
        if (must(fork()) == 0) { must(close(s)); must((int)read(d, &c, 1)); }
        must(close(d)); must((int)recv(s, &c, 1, 0));'
    stuck <<'END'
t waits in recv on a socket
    that t (2) can write to
t (2) waits in read on a socket
    that t can write to
Nobody else can end it: t and t (2) are stuck.
END
}

@test "a server that waits for the end of file, which a forked child holds back" {
    needs peers
    net t 'if (must(fork()) == 0) {
            int s = must(accept(l, NULL, NULL));
            while (must((int)read(s, &c, 1)) == 1) ;
            _exit(0);
        }
        must(close(l));
        int s = to(SOCK_STREAM), p[2]; make(p);
        if (must(fork()) == 0) { must(close(p[1])); must((int)read(p[0], &c, 1)); _exit(0); }
        must(close(s)); wait(NULL);'
    stuck <<'END'
t waits in waitpid for t (2) and t (3)
t (2) waits in read on a socket
    that t (3) can write to
t (3) waits in read on a pipe
    that t can write to
Nobody else can end it: t, t (2) and t (3) are stuck.
END
}

@test "who is connected and not accepted waits for who listens" {
    needs peers
    says "who listens at the address could help"
    net t 'int s = to(SOCK_STREAM);
        if (must(fork()) == 0) { must(close(l)); must((int)read(s, &c, 1)); }
        must(close(s)); wait(NULL);'
    stuck <<'END'
t waits in waitpid for t (2)
t (2) waits in read on a socket
    that t can write to
Nobody else can end it: t and t (2) are stuck.
END
}

@test "two that send and do not receive" {
    says "Who sends is stuck only when the other side has something to read and reads nothing"
    needs peers
    net t 'int s = to(SOCK_STREAM), d = must(accept(l, NULL, NULL));
        must(close(l));
        if (must(fork()) == 0) { must(close(s)); for (;;) must((int)write(d, much, sizeof much)); }
        must(close(d)); for (;;) must((int)send(s, much, sizeof much, 0));'
    stuck <<'END'
t waits in send on a socket
    that t (2) can read from
t (2) waits in write on a socket
    that t can read from
Nobody else can end it: t and t (2) are stuck.
END
}

@test "accept waits for anyone, and the address is told" {
    needs peers
    net t 'must(accept(l, NULL, NULL));'
    outside
    stuck <<'END'
t waits in accept on a socket
    that anyone can connect to
Nobody else can end it: t is stuck.
END
    run_shell './t & until ./who_waits $! > said; grep accept said; do :; done; kill $!'
    assert_line --regexp '^t [0-9]+ waits in accept on socket 127\.0\.0\.1:[0-9]+$'
    [ -e /proc/net/if_inet6 ] || return 0
    family=AF_INET6 net t 'must(accept(l, NULL, NULL));'
    run_shell './t & until ./who_waits $! > said; grep accept said; do :; done; kill $!'
    assert_line --regexp '^t [0-9]+ waits in accept on socket \[::1\]:[0-9]+$'
}

@test "connect to a full queue is told with who listens, and time ends it" {
    says "A connection that is not answered is given up after a time, two minutes as a rule"
    net t 'for (;;) to(SOCK_STREAM);'
    alone
    run_shell './t & until ./who_waits --names --alone $! > said; grep -A 1 "waits in connect" said; do :; done; kill $!'
    assert_output 't waits in connect on a socket
    that t itself can accept, or until a time is over'
}

@test "what is under way or held back comes by time" {
    says "So who receives is stuck only when the other side has nothing left to send"
    # a byte that a cork holds back; the kernel lets it go after a fifth of a second
    net t '#include <netinet/tcp.h>
        int s = to(SOCK_STREAM), d = must(accept(l, NULL, NULL)), on = 1;
        if (must(fork()) == 0) {
            must(close(d)); must(setsockopt(s, IPPROTO_TCP, TCP_CORK, &on, sizeof on));
            must((int)send(s, "x", 1, 0)); must((int)read(s, &c, 1)); _exit(0);
        }
        must(close(s)); must((int)read(d, &c, 1)); must((int)write(d, &c, 1)); wait(NULL);'
    run_shell 'for i in 1 2 3 4 5 6; do
            ./t & while kill -0 $! 2> no; do ./who_waits -q $!; [ $? != 1 ] || echo called stuck; done
            wait $! && echo ended
        done'
    assert_equal "$(sort -u <<< "$output")" ended
}

@test "a limit of time of a TCP connection is seen" {
    needs peers
    net t '#include <netinet/tcp.h>
        int s = to(SOCK_STREAM), d = must(accept(l, NULL, NULL)), limit = 700;
        (void)d;
        must(setsockopt(s, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit, sizeof limit));
        while (send(s, much, sizeof much, 0) > 0) ;
        return errno != ETIMEDOUT;'
    patient
    net t 'int s = to(SOCK_STREAM); struct timeval limit = { 0, 600000 };
        must(setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit));
        return recv(s, &c, 1, 0) != -1;'
    patient
}

@test "TCP: the other end writes, reads, closes, connects, or accepts" {
    local pair='int s = to(SOCK_STREAM), d = must(accept(l, NULL, NULL));' how
    for how in 'must((int)send(d, "", 1, 0))' 'close(d)' 'shutdown(d, SHUT_WR)' 'shutdown(s, SHUT_RD)'; do
        net t "$pair if (must(fork()) == 0) { close(s); soon(); $how; _exit(0); }
            close(d); must((int)recv(s, &c, 1, 0)); wait(NULL);"
        patient
    done
    net t "$pair if (must(fork()) == 0) { soon(); while (recv(d, much, sizeof much, 0) > 0) ; _exit(0); }
        for (int i = 0; i < 20; i++) must((int)send(s, much, sizeof much, 0));
        must(shutdown(s, SHUT_WR)); wait(NULL);"
    patient
    net t 'if (must(fork()) == 0) { soon(); to(SOCK_STREAM); soon(); _exit(0); }
        must(accept(l, NULL, NULL)); wait(NULL);'
    patient
    net t 'int s = to(SOCK_STREAM);
        if (must(fork()) == 0) { close(s); soon(); must((int)write(must(accept(l, NULL, NULL)), "", 1)); _exit(0); }
        close(l); must((int)read(s, &c, 1)); wait(NULL);'
    patient
}

@test "TCP: somebody outside of the tree has the other end, or connects" {
    net t 'FILE *f = fopen("port", "w"); fprintf(f, "%d", ntohs(a.sin6_port)); fclose(f); must(rename("port", "there"));
        must((int)read(must(accept(l, NULL, NULL)), &c, 1)); return c != 0x78;'
    bash -c 'until [ -e there ]; do :; done; exec 3<> /dev/tcp/127.0.0.1/$(cat there); sleep 0.7; printf x >&3' &
    run "$book_built/runner" -t 60 -s how ./t
    wait
    assert_equal "$(head -n 1 how)" 'exited 0'
}

@test "UDP: a stranger could send, and a connected socket is told with its other end" {
    needs peers
    says "datagrams come from anyone, who needs no connection for that"
    net t 'must((int)recv(at(SOCK_DGRAM), &c, 1, 0));'
    outside
    stuck <<'END'
t waits in recv on a socket
    that anyone can write to
Nobody else can end it: t is stuck.
END
    net t 'int d = at(SOCK_DGRAM), e = to(SOCK_DGRAM);
        size = sizeof a; must(getsockname(e, (struct sockaddr *)&a, &size)); must(connect(d, (struct sockaddr *)&a, size));
        if (must(fork()) == 0) { must(close(e)); must((int)read(d, &c, 1)); }
        must(close(d)); must((int)recv(e, &c, 1, 0));'
    outside
    stuck <<'END'
t waits in recv on a socket
    that t (2) can write to
t (2) waits in read on a socket
    that t can write to
Nobody else can end it: t and t (2) are stuck.
END
}

@test "UDP: the other one sends" {
    net t 'int d = at(SOCK_DGRAM), e = to(SOCK_DGRAM);
        if (must(fork()) == 0) { close(d); soon(); must((int)send(e, "", 1, 0)); _exit(0); }
        close(e); must((int)recv(d, &c, 1, 0)); wait(NULL);'
    patient
}

@test "poll, select and epoll know the sockets of the network" {
    needs peers
    local how
    for how in 'struct pollfd f = { s, POLLIN, 0 }; must(poll(&f, 1, -1));' \
        'fd_set f; FD_ZERO(&f); FD_SET(s, &f); must(select(s + 1, &f, NULL, NULL, NULL));' \
        'int e = must(epoll_create1(0)); struct epoll_event v = { .events = EPOLLIN };
         must(epoll_ctl(e, EPOLL_CTL_ADD, s, &v)); must(epoll_wait(e, &v, 1, -1));'; do
        net t "int s = to(SOCK_STREAM), d = must(accept(l, NULL, NULL)); must(close(l));
            if (must(fork()) == 0) { must(close(s)); must((int)read(d, &c, 1)); _exit(0); }
            must(close(d)); $how"
        run_program -t 60 ./t
        assert_equal "$ended" stuck
        run sed -n 's/^waits //p' "$BATS_TEST_TMPDIR/how"
        assert_line --regexp '^t waits in (poll|select|epoll_wait) on a socket$'
        assert_line --index 1 '    that t (2) can write to'
        net t "int s = to(SOCK_STREAM), d = must(accept(l, NULL, NULL)); must(close(l));
            if (must(fork()) == 0) { must(close(s)); soon(); must((int)write(d, \"\", 1)); _exit(0); }
            must(close(d)); $how"
        patient
    done
}

@test "an edge that was not read to its end, and a client that waits for the answer" {
    needs peers
    net t 'int s = to(SOCK_STREAM), d = must(accept(l, NULL, NULL)); must(close(l));
        if (must(fork()) == 0) { must(close(s)); must((int)write(d, "abc", 3)); must((int)read(d, &c, 1)); _exit(0); }
        must(close(d));
        int e = must(epoll_create1(0)); struct epoll_event v = { .events = EPOLLIN | EPOLLET };
        must(epoll_ctl(e, EPOLL_CTL_ADD, s, &v));
        for (;;) { must(epoll_wait(e, &v, 1, -1)); must((int)read(s, &c, 1)); }'
    stuck <<'END'
t waits in epoll_wait on a socket
    that t (2) can write to
t (2) waits in read on a socket
    that t can write to
Nobody else can end it: t and t (2) are stuck.
END
}

@test "who waits in another namespace of the network counts as awake" {
    needs namespaces peers
    says "A thread that waits in another namespace counts as awake"
    net t 'int s = to(SOCK_STREAM), d = must(accept(l, NULL, NULL));
        (void)d; must((int)read(s, &c, 1));'
    run_shell 'unshare -rn sh -c "ip link set lo up && exec ./t" & until ./who_waits --names $! > said; grep "in read" said; do kill -0 $! || exit 3; done
        ./who_waits --alone -q $!; echo $?; kill $!'
    [ "$status" != 3 ] || skip "needs ip"
    assert_output 't waits in read on a socket
0'
}
