# shellcheck shell=bash disable=SC2016,SC2154
bats_require_minimum_version 1.13.0
load ../lib/helpers
# What the chapter says of slots, packets, capacities and of tee, tried with other programs.

@test "a full pipe that must not wait says EAGAIN, one that may wait sleeps" {
    says "The flag O_NONBLOCK makes it fail with EAGAIN instead"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2];
    make(p, HURRY);
    is("fill it", write(p[1], data, sizeof data), capacity(p[1]));
    fails("write", write(p[1], data, 1), EAGAIN);
    is("F_SETFL", fcntl(p[1], F_SETFL, 0), 0);
    pid_t pid = child_of();
    if (pid == 0)
        _exit(write(p[1], data, 1) == 1 ? 0 : 1);
    sleeps("the writer", pid);
    is("read", read(p[0], data, sizeof data), capacity(p[1]));
    is("the writer", left(pid), 0);
}
C
    run_program ./t
    assert_success
}

@test "small writes of any size are appended while they fit as a whole" {
    says "appends a write of less than a page to the last slot if it fits there as a whole"
    says "A write of just over half a page does not fit behind another of its size"
    says "It takes a slot for itself and leaves the rest of the page empty"
    makes t <<'C'
#include "try.h"
int main(void)
{
    const long sizes[] = { 1, 7, 64, 1000, 1365, page() / 2, page() / 2 + 1, page() - 1 };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        int p[2];
        long fit = 0, n = sizes[i];
        make(p, HURRY);
        while (write(p[1], data, (size_t)n) == n)
            fit++;
        is("how many fit", fit, capacity(p[1]) / page() * (page() / n));
        close(p[0]);
        close(p[1]);
    }
}
C
    run_program ./t
    assert_success
}

@test "with no slot free the last one takes the remainder, all of it or nothing" {
    says "it tries to append the remainder, which is what the write has beyond whole pages: all of that or none of it"
    makes t <<'C'
#include "try.h"
int main(void)
{
    for (long room = 1; room < page(); room += 777)
        for (long pages = 0; pages < 4; pages++)
            for (long more = room - 1; more <= room + 1; more++) {
                int p[2];
                make(p, HURRY);
                long full = capacity(p[1]), n = pages * page() + more;
                is("fill all but a bit", write(p[1], data, (size_t)(full - room)), full - room);
                if (n > 0 && (more == 0 || more > room) && more < page())
                    fails("write", write(p[1], data, (size_t)n), EAGAIN);
                else if (more < page())
                    is("write", write(p[1], data, (size_t)n), more);
                close(p[0]);
                close(p[1]);
            }
}
C
    run_program ./t
    assert_success
}

@test "nothing is appended to what tee has put into a pipe, or splice from a file, or to a packet" {
    says "Nothing is appended to a packet, nor to data that tee(2) has put into the pipe, or splice(2) out of a file"
    makes t <<'C'
#include "try.h"
int main(void)
{
    /* tee, splice from a file, write, a packet, splice of a whole slot of a pipe */
    for (int how = 0; how < 5; how++) {
        int p[2], q[2], file = memfd_create("file", 0);
        make(p, HURRY);
        make(q, how == 3 ? O_DIRECT | O_NONBLOCK : HURRY);
        is("one slot", fcntl(q[1], F_SETPIPE_SZ, 1), page());
        is("write to the first", write(p[1], "text", 4), 4);
        is("write to the file", pwrite(file, "text", 4, 0), 4);
        if (how == 0)
            is("tee", tee(p[0], q[1], 4, 0), 4);
        if (how == 1)
            is("splice", splice(file, NULL, q[1], NULL, 4, 0), 4);
        if (how == 2 || how == 3)
            is("write", write(q[1], "text", 4), 4);
        if (how == 4)
            is("splice", splice(p[0], NULL, q[1], NULL, 4, 0), 4);
        if (how == 2 || how == 4)
            is("write more", write(q[1], "x", 1), 1);
        else
            fails("write more", write(q[1], "x", 1), EAGAIN);
        is("unread", unread(q[0]), how == 2 || how == 4 ? 5 : 4);
    }
}
C
    run_program ./t
    assert_success
}

@test "the ring goes round as often as one likes, in order [P19]" {
    says "The writer fills the slot at the head, the reader empties the one at the tail, and behind the last slot comes the first one again"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2];
    unsigned char next_in = 0, next_out = 0;
    make(p, HURRY);
    for (int round = 0; round < 300; round++) {
        for (int i = 0; i < 5; i++) {
            memset(data, next_in++, (size_t)page());
            is("write", write(p[1], data, (size_t)page()), page());
        }
        for (int i = 0; i < 5; i++) {
            is("read", read(p[0], data, (size_t)page()), page());
            is("the page", (unsigned char)data[page() - 1], next_out++);
        }
    }
}
C
    run_program ./t
    assert_success
}

@test "PIPE_BUF is 4096 in the headers and for each pipe, of whatever capacity" {
    says "The number 4,096 is still around: as PIPE_BUF, it is the size up to which a write arrives in one piece"
    says "An ordinary pipe takes 65,536 bytes on most machines"
    says "a pipe ordinarily begins with 16 pages, which is 65,536 bytes where a page has 4,096 and a megabyte where it has 65,536"
    makes t <<'C'
#include "try.h"
int main(void)
{
    is("PIPE_BUF", PIPE_BUF, 4096);
    int p[2];
    make(p, HURRY);
    is("its slots", capacity(p[0]) / page(), 16);
    is("its capacity", capacity(p[0]), page() == 4096 ? 65536 : page() == 65536 ? 1 << 20 : 16 * page());
    for (long size = page(); size <= 16 * page(); size *= 2) {
        is("F_SETPIPE_SZ", fcntl(p[1], F_SETPIPE_SZ, (int)size), size);
        is("fpathconf", fpathconf(p[1], _PC_PIPE_BUF), 4096);
    }
}
C
    run_program ./t
    assert_success
}

@test "a slot is free when its last byte has been read and not before" {
    says "A slot is free when its last byte has been read and not before"
    says "Of a full pipe we can read a page but for its last byte, and a single byte finds no room"
    makes t <<'C'
#include "try.h"
int main(void)
{
    for (int reads = 1; reads < 4; reads++) {
        int p[2];
        make(p, HURRY);
        long full = capacity(p[1]), once = page() / 4;
        is("fill it", write(p[1], data, (size_t)full), full);
        for (int i = 0; i < reads; i++)
            is("read", read(p[0], data, (size_t)once), once);
        fails("write", write(p[1], "x", 1), EAGAIN);
        is("read the rest of the page", read(p[0], data, (size_t)(page() - reads * once)), page() - reads * once);
        is("write a page", write(p[1], data, (size_t)page()), page());
        fails("write", write(p[1], "x", 1), EAGAIN);
    }
}
C
    run_program ./t
    assert_success
}

@test "a packet takes a slot, a read returns one packet" {
    says "The flag O_DIRECT of pipe2(2) turns the pipe into a row of packets"
    says "A short write takes a slot for itself, and a read returns one packet and no more"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2];
    long fit = 0;
    make(p, HURRY | O_DIRECT);
    for (long size = 1; write(p[1], data, (size_t)size) == size; size = size * 2 % 4095)
        fit++;
    is("how many fit", fit, capacity(p[1]) / page());
    for (long size = 1; fit-- > 0; size = size * 2 % 4095)
        is("read", read(p[0], data, sizeof data), size);
    fails("read on", read(p[0], data, sizeof data), EAGAIN);
}
C
    run_program ./t
    assert_success
}

@test "a long packet is split, the rest of one read in part is lost" {
    says "A write that is longer than a page becomes several packets"
    says "a read with less room than the packet needs takes the rest of the packet away"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2];
    make(p, HURRY | O_DIRECT);
    long n = 2 * page() + 100;
    is("write", write(p[1], data, (size_t)n), n);
    is("first", read(p[0], data, sizeof data), page());
    is("second", read(p[0], data, sizeof data), page());
    is("third", read(p[0], data, sizeof data), 100);
    is("write ten", write(p[1], "0123456789", 10), 10);
    is("write two", write(p[1], "ab", 2), 2);
    is("read four of ten", read(p[0], data, 4), 4);
    is("read", read(p[0], data, 100), 2);
    is("what", data[0], 'a');
    fails("read on", read(p[0], data, 100), EAGAIN);
}
C
    run_program ./t
    assert_success
}

@test "a capacity can be changed either way, to as many slots as are in use at least [P46]" {
    says "refuses with EBUSY to have fewer slots than are in use"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2];
    make(p, HURRY);
    is("enlarge", fcntl(p[0], F_SETPIPE_SZ, (int)(32 * page())), 32 * page());
    for (int i = 0; i < 3; i++)
        is("write", write(p[1], data, (size_t)page()), page());
    fails("two slots", fcntl(p[1], F_SETPIPE_SZ, (int)(2 * page())), EBUSY);
    is("three, rounded up", fcntl(p[1], F_SETPIPE_SZ, (int)(3 * page())), 4 * page());
    is("one is read, but for a byte", read(p[0], data, (size_t)page() - 1), page() - 1);
    fails("two slots", fcntl(p[1], F_SETPIPE_SZ, (int)(2 * page())), EBUSY);
    is("the byte", read(p[0], data, 1), 1);
    is("two slots", fcntl(p[1], F_SETPIPE_SZ, (int)(2 * page())), 2 * page());
    is("unread", unread(p[0]), 2 * page());
}
C
    run_program ./t
    assert_success
}

@test "beyond the soft limit a user's new pipes are small, and none grows until others go" {
    needs root
    says "a new pipe has two pages, and no pipe can be enlarged (EPERM) until others are closed or made smaller"
    says "A program that counts on 65,536 bytes fails on a busy day"
    makes t <<'C'
#include "try.h"
int main(void)
{
    long soft = 0;
    FILE *f = fopen("/proc/sys/fs/pipe-user-pages-soft", "r");
    is("soft limit", f != NULL && fscanf(f, "%ld", &soft) == 1, 1);
    is("setuid", setgid(65533) | setuid(65533), 0);
    int p[2], first[2] = { -1, -1 }, last[2], old[2] = { -1, -1 };
    long pages = 0;
    for (; soft != 0 && pages <= soft; pages += capacity(p[1]) / page()) {
        if (pipe2(p, O_CLOEXEC) == -1 || capacity(p[1]) < 16 * page())
            break;
        if (first[0] == -1)
            memcpy(first, p, sizeof p);
        else if (old[0] == -1)
            memcpy(old, p, sizeof p);
        else if (fcntl(p[1], F_SETPIPE_SZ, 1 << 20) == -1)
            fcntl(p[1], F_SETPIPE_SZ, (int)(16 * page()));
    }
    if (soft == 0)
        return 0;
    make(last, HURRY);
    long small = capacity(last[1]) / page();
    is("small", small == 1 || small == 2, 1);
    printf("%ld\n", small);
    fails("enlarge it", fcntl(last[1], F_SETPIPE_SZ, (int)(4 * page())), EPERM);
    is("write 65536", write(last[1], data, 65536), small * page());
    fails("enlarge an old one", fcntl(first[1], F_SETPIPE_SZ, (int)(32 * page())), EPERM);
    is("close the old one", close(first[0]) | close(first[1]), 0);
    is("enlarge the new one", fcntl(last[1], F_SETPIPE_SZ, (int)(4 * page())), 4 * page());
    fails("once more", fcntl(last[1], F_SETPIPE_SZ, (int)(32 * page())), EPERM);
    is("shrink another", fcntl(old[1], F_SETPIPE_SZ, (int)page()), page());
    is("enlarge the new one", fcntl(last[1], F_SETPIPE_SZ, (int)(8 * page())), 8 * page());
}
C
    run_program ./t
    assert_success
    # A limit of 0 is none, and before Linux 5.14 there was one page.
    if [ "$(< /proc/sys/fs/pipe-user-pages-soft)" != 0 ] &&
        [ "$(printf '5.14\n%s\n' "$(uname -r)" | sort -V | head -n 1)" = 5.14 ]; then
        assert_output 2
    fi
}

@test "a pipe of one page may refuse a byte although it is not full" {
    says "a pipe of one page may refuse a byte although it is not full"
    makes t <<'C'
#include "try.h"
int main(void)
{
    for (int pages = 1; pages <= 2; pages++) {
        int p[2];
        make(p, HURRY);
        is("F_SETPIPE_SZ", fcntl(p[1], F_SETPIPE_SZ, pages * (int)page()), pages * page());
        is("write", write(p[1], data, (size_t)page()), page());
        is("read all but two", read(p[0], data, (size_t)page() - 2), page() - 2);
        if (pages == 1)
            fails("write", write(p[1], "x", 1), EAGAIN);
        else
            is("write", write(p[1], "x", 1), 1);
    }
}
C
    run_program ./t
    assert_success
}

@test "two readers share the bytes, and a look takes them [P24]" {
    says "Two readers of one pipe do not get the same bytes but share them"
    says "a pipe offers nothing like the MSG_PEEK of sockets"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2];
    make(p, HURRY);
    is("write", write(p[1], "ab", 2), 2);
    fails("peek", recv(p[0], data, 1, MSG_PEEK), ENOTSOCK);
    pid_t pid = child_of();
    if (pid == 0)
        _exit(read(p[0], data, 1) == 1 ? data[0] : 1);
    is("the child's", left(pid), 'a');
    is("read", read(p[0], data, 100), 1);
    is("ours", data[0], 'b');
}
C
    run_program ./t
    assert_success
}

@test "splice moves data between a pipe and a pipe, a socket or a file, not one that appends" {
    says "between a pipe and another pipe, a socket or a file, if that can do it"
    says "Neither call brings the bytes into our memory"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2], q[2], s[2];
    make(p, HURRY);
    make(q, HURRY);
    is("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
    int file = open("file", O_RDWR | O_CREAT | O_TRUNC, 0600);
    int more = open("more", O_WRONLY | O_CREAT | O_APPEND, 0600);
    is("write", write(p[1], "onetwothree", 11), 11);
    is("tee", tee(p[0], q[1], 100, 0), 11);
    is("to a socket", splice(p[0], NULL, s[0], NULL, 3, 0), 3);
    is("to a file", splice(p[0], NULL, file, NULL, 3, 0), 3);
    fails("to one that appends", splice(p[0], NULL, more, NULL, 5, 0), EINVAL);
    is("from the file", lseek(file, 0, SEEK_SET) + splice(file, NULL, p[1], NULL, 3, 0), 3);
    is("to a pipe", splice(p[0], NULL, q[1], NULL, 100, 0), 8);
    is("in the second", unread(q[0]), 19);
    fails("file to file", splice(file, NULL, file, NULL, 1, 0), EINVAL);
    is("from the socket", splice(s[1], NULL, p[1], NULL, 100, 0), 3);
}
C
    run_program ./t
    assert_success
}

@test "a program that splices on both sides of a pipe copies a file [P49]" {
    says "A program that copies files can put a pipe in the middle, splice on both sides"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2], from = open("from", O_RDONLY), to = open("to", O_WRONLY | O_CREAT, 0600);
    make(p, WAIT);
    ssize_t n;
    while ((n = splice(from, NULL, p[1], NULL, 1 << 16, 0)) > 0)
        for (ssize_t done = 0, m; done < n; done += m)
            is("out", (m = splice(p[0], NULL, to, NULL, (size_t)(n - done), 0)) > 0, 1);
    is("the end", n, 0);
}
C
    seq 100000 > from
    run_program ./t
    assert_success
    cmp from to
}

@test "the listing of the notes' day is bash's today: pipe size, 512 bytes, -p, 8" {
    says "a listing of ulimit -a, in which pipe size (512 bytes, -p) stands before an 8, and that makes 4 KiB"
    says "The number is PIPE_BUF again, counted in units of 512 bytes and built into the shell"
    says "The shell cannot set it, asks nobody for it, and prints 8 whatever capacity a pipe has been given"
    run_shell 'ulimit -a | grep pipe; ulimit -p 9'
    assert_failure
    assert_output --regexp '^pipe size +\(512 bytes, -p\) 8$'
    assert_equal "$(sed -E 's/.*\(([0-9]+) bytes, -p\) (.*)/$((\1 * \2))/; s/.*/echo &/' stdout | bash)" $((4 * 1024))
}

@test "a slot of a write holds a page at most, one of a splice from a socket may hold more" {
    says "Each slot that write(2) fills points to one page of memory"
    says "A slot that splice(2) fills from a socket can hold more than a page, and then the pipe can hold more than its capacity"
    makes t <<'C'
#include "try.h"
#include <netinet/in.h>
int main(void)
{
    int p[2], s[2], most = 0;
    /* How the kernel cuts what it sends depends on the memory it finds. */
    for (int i = 0; i < 20 && most <= 16 * page(); i++) {
        int l = socket(AF_INET, SOCK_STREAM, 0);
        struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        socklen_t n = sizeof a;
        make(p, WAIT);
        is("listen", bind(l, (void *)&a, n) | listen(l, 1) | getsockname(l, (void *)&a, &n), 0);
        s[0] = socket(AF_INET, SOCK_STREAM, 0);
        is("connect", connect(s[0], (void *)&a, n), 0);
        s[1] = accept(l, NULL, NULL);
        pid_t pid = child_of();
        if (pid == 0) {
            close(s[1]);
            for (ssize_t done = 0, m; done < 300000; done += m)
                if ((m = write(s[0], data, (size_t)(300000 - done))) == -1)
                    _exit(1);
            _exit(0);
        }
        close(s[0]);
        struct pollfd room = { .fd = p[1], .events = POLLOUT };
        while (poll(&room, 1, 0) == 1 && splice(s[1], NULL, p[1], NULL, 1 << 20, 0) > 0)
            ;
        most = unread(p[0]);
        is("capacity", capacity(p[0]), 16 * page());
        kill(pid, SIGKILL);
        left(pid);
        close(p[0]);
        close(p[1]);
        close(s[1]);
        close(l);
    }
    is("more than the capacity", most > 16 * page(), 1);
    make(p, HURRY);
    is("write", write(p[1], data, sizeof data), capacity(p[1]));
}
C
    run_program ./t
    assert_success
}

@test "O_DIRECT that comes later lets a write join the bytes of the stream" {
    says "The flag O_DIRECT of pipe2(2) turns the pipe into a row of packets"
    makes t <<'C'
#include "try.h"
int main(void)
{
    for (int later = 0; later < 2; later++) {
        int p[2];
        make(p, HURRY | (later ? 0 : O_DIRECT));
        is("write", write(p[1], "abcd", 4), 4);
        is("F_SETFL", fcntl(p[1], F_SETFL, O_NONBLOCK | O_DIRECT), 0);
        is("write", write(p[1], "ef", 2), 2);
        is("read", read(p[0], data, 100), later ? 6 : 4);
    }
}
C
    run_program ./t
    assert_success
}

@test "what tee has put into the second pipe is not a copy, what splice brings is no snapshot [P24]" {
    says "But tee puts the same pages into a second pipe before they are read from the first"
    says "What is spliced out of a file is no snapshot"
    says "then what somebody writes to the file before they are read comes out of the pipe"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2], q[2], file = memfd_create("file", 0);
    make(p, WAIT);
    make(q, WAIT);
    is("write", pwrite(file, "old", 3, 0), 3);
    is("splice", lseek(file, 0, SEEK_SET) + splice(file, NULL, p[1], NULL, 3, 0), 3);
    is("tee", tee(p[0], q[1], 3, 0), 3);
    is("write", pwrite(file, "new", 3, 0), 3);
    is("read", read(p[0], data, 100), 3);
    is("what the first held", memcmp(data, "new", 3), 0);
    is("read", read(q[0], data, 100), 3);
    is("what the second held", memcmp(data, "new", 3), 0);
}
C
    run_program ./t
    assert_success
}

@test "a file for appending is refused as the target of splice, not as the source" {
    says "a file that was opened for appending, for example, refuses to be the target (EINVAL)"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2], file = open("file", O_RDWR | O_CREAT | O_APPEND, 0600);
    make(p, HURRY);
    is("write", write(file, "text", 4), 4);
    is("from the file", lseek(file, 0, SEEK_SET) + splice(file, NULL, p[1], NULL, 4, 0), 4);
    fails("to the file", splice(p[0], NULL, file, NULL, 4, 0), EINVAL);
    is("unread", unread(p[0]), 4);
}
C
    run_program ./t
    assert_success
}

@test "more than pipe-max-size takes CAP_SYS_RESOURCE, which root may lack" {
    says "The kernel rounds what it is asked for up to a power of two pages, refuses with EBUSY to have fewer slots than are in use, and wants a privilege (CAP_SYS_RESOURCE) for more than /proc/sys/fs/pipe-max-size"
    makes t <<'C'
#include "try.h"
#include <linux/capability.h>
#include <sys/syscall.h>
int main(int argc, char **argv)
{
    struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct __user_cap_data_struct caps[2];
    const __u32 resource = 1U << CAP_SYS_RESOURCE;
    int p[2], most = 0;
    FILE *f = fopen("/proc/sys/fs/pipe-max-size", "r");
    is("arguments", argv[argc] == NULL, 1);
    is("pipe-max-size", f != NULL && fscanf(f, "%d", &most) == 1, 1);
    make(p, HURRY);
    is("three pages", fcntl(p[1], F_SETPIPE_SZ, 2 * (int)page() + 1), 4 * page());
    is("capget", syscall(SYS_capget, &head, caps), 0);
    /* The privilege of a user namespace is none. */
    if ((caps[0].effective & resource) != 0
        && (fcntl(p[1], F_SETPIPE_SZ, most + 1) != -1 || argc == 1))
        is("more than the limit", capacity(p[1]) > most, 1);
    is("back", fcntl(p[1], F_SETPIPE_SZ, (int)page()), page());
    caps[0].effective &= ~resource;
    is("capset", syscall(SYS_capset, &head, caps), 0);
    fails("more than the limit", fcntl(p[1], F_SETPIPE_SZ, most + 1), EPERM);
    is("the limit", fcntl(p[1], F_SETPIPE_SZ, most), most);
}
C
    # Where 0 is mapped to another user, root has it in a user namespace alone.
    if grep -qE '^ +0 +0 +4294967295$' /proc/self/uid_map; then
        run_program ./t
    else
        run_program ./t namespace
    fi
    assert_success
}
