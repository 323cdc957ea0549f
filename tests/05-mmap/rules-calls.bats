# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# What mmap, munmap and mprotect are asked, and what they answer.

@test "munmap takes the pages of one mapping or of three, and holes between them" {
    says "Its address need not be what mmap(2) returned, but must be the start of a page"
    says "it does not know of mappings, only of pages"
    says "it is all the same to it whether they came from one mmap(2) or from three"
    says "It takes the pages that the range touches"
    makes try <<'C'
#include "rules.h"
int main(void)
{
    char *area = map(8 * page(), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    int fd = scratch(3 * page(), 'a');
    catch_faults();
    for (int i = 1; i <= 5; i += 2)
        if (mmap(area + (size_t)i * page(), page(), PROT_READ | PROT_WRITE,
                 (i == 1 ? MAP_SHARED : MAP_PRIVATE) | MAP_FIXED, fd, 0) == MAP_FAILED)
            err(99, "mmap");
    munmap(area + 2 * page(), page());
    puts(result(munmap(area + page() + 1, page())));
    puts(result(munmap(area + page(), 4 * page() + 1)));
    for (int i = 0; i < 8; i++)
        puts(load(area + (size_t)i * page()));
}
C
    run_program ./try
    assert_success
    assert_output 'EINVAL
done
SIGSEGV SEGV_ACCERR
SIGSEGV SEGV_MAPERR
SIGSEGV SEGV_MAPERR
SIGSEGV SEGV_MAPERR
SIGSEGV SEGV_MAPERR
SIGSEGV SEGV_MAPERR
SIGSEGV SEGV_ACCERR
SIGSEGV SEGV_ACCERR'
}

@test "with PROT_NONE each load and each store is a fault" {
    says "We reserve a stretch of addresses with PROT_NONE, where each load and store is a fault, and put our mappings inside by MAP_FIXED"
    makes try <<'C'
#include "rules.h"
int main(void)
{
    catch_faults();
    int fd = scratch(1, 'a');
    char *p = map(3 * page(), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    char *q = map(1, PROT_NONE, MAP_SHARED, fd);
    puts(load(p));
    puts(store(p + 3 * page() - 1, 'x'));
    puts(load(q));
    puts(store(q, 'x'));
}
C
    run_program ./try
    assert_success
    assert_equal "$(sort -u stdout)" 'SIGSEGV SEGV_ACCERR'
    assert_equal "${#lines[@]}" 4
}

@test "a file that can only be appended to gives no shared mapping through a descriptor that can write" {
    says 'One with the attribute "append only" (chattr(1), +a) gives no shared mapping through a descriptor that can write, not even one to load from'
    [ "$(id -u)" = 0 ] || skip "needs root"
    echo text > log
    chattr +a log 2> /dev/null || skip "needs chattr +a, which is refused here"
    makes try <<'C'
#include "rules.h"
static void ask(int fd, int protection, int flags)
{
    void *p = mmap(NULL, 1, protection, flags, fd, 0);
    puts(result(p == MAP_FAILED ? -1 : 0));
}
int main(void)
{
    int fd = open("log", O_RDWR | O_APPEND | O_CLOEXEC);
    if (fd == -1)
        err(99, "log");
    ask(fd, PROT_READ | PROT_WRITE, MAP_SHARED);
    ask(fd, PROT_READ, MAP_SHARED);
    ask(fd, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    ask(again(fd, O_RDONLY), PROT_READ, MAP_SHARED);
}
C
    run_program ./try
    chattr -a log
    assert_success
    assert_output 'EACCES
EACCES
done
done'
}

@test "where programs may not be executed PROT_EXEC is refused with EPERM" {
    says "PROT_EXEC, the protection for code, is refused with EPERM"
    [ "$(id -u)" = 0 ] || skip "needs root"
    needs namespaces
    makes try <<'C'
#include "rules.h"
int main(void)
{
    int fd = scratch(1, 'a');
    puts(result(mmap(NULL, 1, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED ? -1 : 0));
    puts(result(mmap(NULL, 1, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED ? -1 : 0));
}
C
    run_shell 'mkdir closed && ./try && exec unshare --mount sh -c "
        mount -t tmpfs -o noexec tmpfs closed && t=\$PWD/try && cd closed && \"\$t\""'
    assert_success
    assert_output 'done
done
EPERM
done'
}

@test "through O_WRONLY nothing can be mapped, not even for nothing, but written it can be" {
    says "not even to store only or with PROT_NONE"
    makes try <<'C'
#include "rules.h"
int main(void)
{
    int fd = again(scratch(page(), 'a'), O_WRONLY);
    for (int type = 0; type < 2; type++)
        for (int protection = 0; protection < 4; protection++)
            puts(result(mmap(NULL, page(), protection, type == 0 ? MAP_SHARED : MAP_PRIVATE,
                             fd, 0) == MAP_FAILED ? -1 : 0));
    puts(result((int)pwrite(fd, "x", 1, 5)));
}
C
    run_program ./try
    assert_success
    assert_equal "$(head -n 8 stdout | sort -u)" EACCES
    assert_line --index 8 'done'
}

@test "an error that is not expected ends the program of the refusals" {
    says "stop at any error but the expected one"
    inject 'mmap:error=EAGAIN:when=3' ./map_refused
    assert_failure 1
    assert_stderr_line --partial 'Resource temporarily unavailable'
    refute_line --partial 'a memfd'
}

@test "MAP_FIXED takes the place of what was there, MAP_FIXED_NOREPLACE not; a free hint is taken" {
    says "the kernel takes it, rounds it, or goes elsewhere"
    says "what was mapped there is gone without a word"
    says "MAP_FIXED_NOREPLACE (Linux 4.17) is the order that spares what is there"
    makes try <<'C'
#include "rules.h"
int main(void)
{
    const int anonymous = MAP_SHARED | MAP_ANONYMOUS, rw = PROT_READ | PROT_WRITE;
    char *p = map(5 * page(), rw, anonymous, -1);
    for (size_t i = 0; i < 5; i++)
        p[i * page()] = (char)('0' + i);
    munmap(p + page(), page());
    char *hint = mmap(p + page(), 1, rw, anonymous, -1, 0);
    printf("%d", hint == p + page());
    munmap(p + page(), page());
    hint = mmap(p + page() + 1, 1, rw, anonymous, -1, 0);
    printf("%d ", hint != MAP_FAILED && (uintptr_t)hint % page() == 0 && hint != p + 2 * page());
    void *spared = mmap(p + 2 * page(), 3 * page(), rw, anonymous | MAP_FIXED_NOREPLACE, -1, 0);
    printf("%s %c%c ", result(spared == MAP_FAILED ? -1 : 0), p[2 * page()], p[4 * page()]);
    void *fixed = mmap(p + 3 * page(), page(), rw, anonymous | MAP_FIXED, -1, 0);
    printf("%s ", result(fixed == MAP_FAILED ? -1 : 0));
    printf("%s ", load(p + 3 * page()));
    printf("%s", load(p + 4 * page()));
    puts(load(p + 2 * page()));
}
C
    run_program ./try
    assert_success
    assert_output '11 EEXIST 24 done zero 42'
}

@test "a mapping lies between heap and stack, by the C library; an unlimited stack brings another layout [M02]" {
    says "A mapping lies in the region between heap and stack, where the C library is mapped as well"
    says "gets another layout, in which a mapping lies below the heap on x86-64"
    makes try <<'C'
#include "rules.h"
int main(void)
{
    char *p = map(1, PROT_READ, MAP_SHARED, scratch(1, 'a'));
    uintptr_t at = (uintptr_t)p, heap = (uintptr_t)sbrk(0), stack = (uintptr_t)&p;
    uintptr_t libc = (uintptr_t)stdout;
    printf("%s %s\n", at % page() != 0 ? "no page" : at < heap ? "below the heap" : at < stack ? "between" : "above",
           (at > libc ? at - libc : libc - at) >> 30 == 0 ? "near" : "far");
}
C
    run_shell 'ulimit -S -s 8192 && ./try'
    assert_success
    assert_output 'between near'
    [ "$(uname -m)" = x86_64 ] || return 0
    run_shell 'ulimit -s unlimited && ./try'
    assert_success
    assert_line --regexp '^below the heap '
}

@test "where writing is asked for, shared, the mode has to fit, and a sealed memfd refuses [Q4b] [Q4d]" {
    says "some of a prohibition (EPERM)"
    makes try <<'C'
#include "rules.h"
static void ask(int fd, int flags)
{
    puts(result(mmap(NULL, 1, PROT_READ | PROT_WRITE, flags, fd, 0) == MAP_FAILED ? -1 : 0));
}
int main(void)
{
    int fd = again(scratch(1, 'a'), O_RDONLY), memory = memfd_create("sealed", MFD_ALLOW_SEALING);
    ask(fd, MAP_SHARED);
    ask(fd, MAP_PRIVATE);
    if (fcntl(memory, F_ADD_SEALS, F_SEAL_WRITE) == -1)
        err(99, "seal");
    ask(memory, MAP_SHARED);
}
C
    run_program ./try
    assert_success
    assert_output 'EACCES
done
EPERM'
}

@test "where randomization is off the place is the same each time" {
    says "Where exactly changes from run to run unless that has been switched off (personality(2), ADDR_NO_RANDOMIZE)"
    makes try <<'C'
#include "rules.h"
#include <sys/personality.h>
int main(int argc, char **argv)
{
    if (argc == 1) {
        if (personality(ADDR_NO_RANDOMIZE) == -1)
            err(99, "personality");
        execl("/proc/self/exe", argv[0], "again", (char *)NULL);
        err(99, "exec");
    }
    printf("%p\n", (void *)map(1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1));
}
C
    run_shell 'for i in 1 2 3 4 5; do ./try; done'
    [ "$status" = 0 ] || skip "needs personality, which is refused here"
    assert_equal "$(sort -u stdout | wc -l)" 1
}

@test "pipes, directories and local sockets cannot be mapped, a TCP socket can, and shows nothing" {
    says "Pipes, directories and local sockets have no pages to show"
    says "A TCP socket on Linux can be mapped, but a load is a SIGBUS until getsockopt(2) with TCP_ZEROCOPY_RECEIVE has put pages with what arrived there"
    makes try <<'C'
#include "rules.h"
#include <netinet/in.h>
#include <sys/socket.h>
static void ask(const char *what, int fd)
{
    if (fd == -1)
        err(99, "%s", what);
    printf("%s: %s\n", what, result(mmap(NULL, page(), PROT_READ, MAP_SHARED, fd, 0)
                                    == MAP_FAILED ? -1 : 0));
}
int main(void)
{
    int ends[2];
    if (pipe(ends) == -1)
        err(99, "pipe");
    ask("pipe", ends[0]);
    ask("directory", open("/", O_RDONLY));
    ask("stream", socket(AF_UNIX, SOCK_STREAM, 0));
    ask("datagram", socket(AF_UNIX, SOCK_DGRAM, 0));
    struct sockaddr_in here = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof here;
    int listening = socket(AF_INET, SOCK_STREAM, 0), out = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listening, (void *)&here, length) == -1 || listen(listening, 1) == -1
        || getsockname(listening, (void *)&here, &length) == -1
        || connect(out, (void *)&here, length) == -1)
        err(99, "TCP");
    int in = accept(listening, NULL, NULL);
    char byte;
    for (int i = 0; i < 2 * (int)page(); i++)
        if (write(out, "x", 1) != 1 || (i == 0 && recv(in, &byte, 1, MSG_PEEK) != 1))
            err(99, "TCP");
    catch_faults();
    printf("TCP: %s\n", load(map(page(), PROT_READ, MAP_SHARED, in)));
}
C
    run_program ./try
    assert_success
    assert_output 'pipe: ENODEV
directory: ENODEV
stream: ENODEV
datagram: ENODEV
TCP: SIGBUS BUS_ADRERR'
}

@test "a memfd, a shared memory object, /dev/zero, or no descriptor at all" {
    says "It may as well be a memfd, a shared memory object, or a device such as /dev/zero, and with MAP_ANONYMOUS there is none"
    makes try <<'C'
#include "rules.h"
static void ask(int fd, int flags)
{
    char *p = mmap(NULL, 10, PROT_READ | PROT_WRITE, MAP_SHARED | flags, fd, 0);
    puts(p == MAP_FAILED ? strerrorname_np(errno) : store(p + 9, 'x'));
}
int main(void)
{
    char name[64];
    snprintf(name, sizeof name, "/rules-%jd", (intmax_t)getpid());
    int memory = memfd_create("rules", 0), object = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (object == -1 || shm_unlink(name) == -1 || ftruncate(memory, 10) == -1
        || ftruncate(object, 10) == -1)
        err(99, "memory");
    catch_faults();
    ask(memory, 0);
    ask(object, 0);
    ask(open("/dev/zero", O_RDWR), 0);
    ask(-1, MAP_ANONYMOUS);
}
C
    run_program ./try
    assert_success
    assert_output 'stored
stored
stored
stored'
}

@test "a seal holds its owner and root too, and does not come off" {
    says "a seal such as those below takes a right away from everybody, its owner and root included"
    says "has no name in a directory"
    makes try <<'C'
#include "rules.h"
int main(void)
{
    int fd = memfd_create("sealed", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    struct stat about;
    if (fd == -1 || fstat(fd, &about) == -1
        || fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SEAL) == -1)
        err(99, "memfd_create");
    printf("%ju ", (uintmax_t)about.st_nlink);
    printf("%s ", result((int)write(fd, "x", 1)));
    printf("%s ", result((int)write(again(fd, O_RDWR), "x", 1)));
    printf("%s %d\n", result(fcntl(fd, F_ADD_SEALS, 0)), fcntl(fd, F_GET_SEALS)
           == (F_SEAL_WRITE | F_SEAL_SEAL));
}
C
    run_program ./try
    assert_success
    assert_output '0 EPERM EPERM EPERM 1'
}

@test "a page of x86-64 has 4 KiB, and sysconf says how many bytes a page has" {
    says "which is 4 KiB on x86-64"
    makes try <<'C'
#include "rules.h"
int main(void)
{
    int fd = scratch(1, 'a');
    catch_faults();
    char *p = map(2 * page(), PROT_READ, MAP_SHARED, fd);
    printf("%zu %s %s\n", page(), load(p + page() - 1), load(p + page()));
}
C
    run_program ./try
    assert_success
    assert_output "$(getconf PAGESIZE) zero SIGBUS BUS_ADRERR"
    [ "$(uname -m)" != x86_64 ] || assert_equal "$(getconf PAGESIZE)" 4096
}
