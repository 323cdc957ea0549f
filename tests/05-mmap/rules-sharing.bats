# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
load rules
# Who sees what is stored: file and memory, shared and private, relatives and strangers.

@test "another process's write, through a descriptor of its own, is in our mapping, and our store in its read" {
    says "With PROT_READ | PROT_WRITE the memory can be loaded from and stored to, and MAP_SHARED makes our stores everybody's"
    says "what is stored can be read at once, and what is written can be loaded at once, because there is only one copy of it"
    says "an ordinary read(2) or write(2) of that file, by whichever process, is a copy out of or into these same pages"
    says "The mapping and the page cache are in step at every instant"
    says "MAP_SHARED | a store is a write, for everybody"
    makes try <<'C'
#include "rules.h"
int main(void)
{
    const size_t size = 3 * page();
    int fd = scratch(size, 'a');
    char *p = map(size, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    p[0] = p[page()] = p[size - 1] = 's';
    IN_A_CHILD({
        munmap(p, size);
        int own = again(fd, O_RDWR);
        printf("%c%c%c%c\n", read_at(own, 0), read_at(own, (off_t)page()),
               read_at(own, (off_t)size - 1), read_at(own, 1));
        fflush(stdout);
        write_at(own, 1, 'w');
        write_at(own, (off_t)size - 2, 'w');
    });
    printf("%c%c%c\n", p[1], p[size - 2], p[2]);
}
C
    run_program ./try
    assert_success
    assert_output 'sssa
wwa'
}

@test "what was stored is not lost by munmap, by leaving, by a kill" {
    says "none is lost by munmap(2) or by the end of the process"
    makes try <<'C'
#include "rules.h"
int main(void)
{
    int fd = scratch(3 * page(), 'a');
    for (int how = 0; how < 3; how++) {
        off_t at = how * (off_t)page();
        IN_A_CHILD({
            char *p = map(3 * page(), PROT_READ | PROT_WRITE, MAP_SHARED, fd);
            p[at] = 'z';
            if (how == 0)
                munmap(p, 3 * page());
            if (how == 2)
                raise(SIGKILL);
        });
        putchar(read_at(fd, at));
    }
}
C
    run_program ./try
    assert_success
    assert_output zzz
}

@test "stores into a private mapping reach neither the file nor another mapping of it" {
    says "With MAP_PRIVATE in place of MAP_SHARED our stores do not reach the file"
    says "the c does not get there"
    makes try <<'C'
#include "rules.h"
int main(void)
{
    int fd = scratch(2 * page(), 'a');
    char *mine = map(2 * page(), PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);
    char *all = map(2 * page(), PROT_READ, MAP_SHARED, fd);
    mine[5] = mine[page()] = 'c';
    msync(mine, 2 * page(), MS_SYNC);
    printf("%c%c%c%c", read_at(fd, 5), all[5], read_at(fd, (off_t)page()), all[page()]);
    munmap(mine, 2 * page());
    printf("%c\n", read_at(fd, 5));
}
C
    run_program ./try
    assert_success
    assert_output aaaaa
}

@test "a private page follows the file until the first store to that page, not to another" {
    says "A page is copied when we first store to it (copy on write)"
    says "page by page, until our first store to the page"
    says "MAP_PRIVATE | a store stays ours, unless the file is cut there; other pages follow the file"
    makes try <<'C'
#include "rules.h"
int main(void)
{
    int fd = scratch(2 * page(), 'a');
    char *mine = map(2 * page(), PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);
    printf("%c%c ", mine[7], mine[page() + 7]);
    mine[0] = 'c';
    write_at(fd, 7, 'd');
    write_at(fd, (off_t)page() + 7, 'd');
    printf("%c%c\n", mine[7], mine[page() + 7]);
}
C
    run_program ./try
    assert_success
    assert_output 'aa ad'
}

@test "MAP_POPULATE and mlock copy a writable private page beforehand, a readable one not" {
    says "A program that asks for the memory in advance, with MAP_POPULATE or mlock(2), gets the copy of a writable page then"
    makes try <<'C'
#include "rules.h"
static char after(int protection, int flags, bool lock)
{
    int fd = scratch(1, 'a');
    char *p = map(1, protection, MAP_PRIVATE | flags, fd);
    if (lock && mlock(p, 1) == -1)
        err(99, "mlock");
    write_at(fd, 0, 'b');
    return p[0];
}
int main(void)
{
    const int rw = PROT_READ | PROT_WRITE;
    printf("%c%c%c", after(rw, 0, false), after(rw, MAP_POPULATE, false), after(rw, 0, true));
    printf("%c%c\n", after(PROT_READ, MAP_POPULATE, false), after(PROT_READ, 0, true));
}
C
    run_program ./try
    assert_success
    assert_output baabb
}

@test "a child has the mapping, unless MADV_DONTFORK was said of it" {
    says "since fork(2) hands mappings down"
    says "A mapping that madvise(2) has marked with MADV_DONTFORK is not handed down"
    makes try <<'C'
#include "rules.h"
int main(void)
{
    char *p = map(1, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
    char *q = map(1, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
    *p = 'p';
    *q = 'q';
    if (madvise(q, 1, MADV_DONTFORK) == -1)
        err(99, "madvise");
    IN_A_CHILD(catch_faults(); printf("%s ", load(p)); puts(load(q)); fflush(stdout));
}
C
    run_program ./try
    assert_success
    assert_output 'p SIGSEGV SEGV_MAPERR'
}

@test "an anonymous mapping starts as zeros, has no file, and is shared after a fork" {
    says "An anonymous mapping, asked for with MAP_ANONYMOUS and the descriptor -1, starts as zeros and is the simplest way for a parent and its children to share memory"
    makes try <<'C'
#include "rules.h"
int main(void)
{
    const size_t size = 20 * page();
    char *p = map(size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
    size_t zeros = 0;
    for (size_t i = 0; i < size; i++)
        zeros += p[i] == 0;
    IN_A_CHILD(p[size - 1] = 'c');
    puts(zeros == size && p[size - 1] == 'c' ? "zeros, then the child's" : "no");
}
C
    run_program ./try
    assert_success
    assert_output "zeros, then the child's"
}

@test "a program that is executed has none of the mappings" {
    says "And an execve(2) drops the mappings of the process, the shared ones too"
    makes try <<'C'
#include "rules.h"
int main(int argc, char **argv)
{
    char text[32];
    catch_faults();
    if (argc == 3) {
        puts(load((char *)(uintptr_t)strtoull(argv[1], NULL, 16)));
        puts(load((char *)(uintptr_t)strtoull(argv[2], NULL, 16)));
        return 0;
    }
    char other[32];
    for (int i = 0; i < 2; i++) {
        int flags = i == 0 ? MAP_SHARED : MAP_PRIVATE;
        char *p = mmap((char *)0x100000000 + i * 0x10000000, 1, PROT_READ | PROT_WRITE,
                       flags | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
        if (p == MAP_FAILED)
            err(99, "mmap");
        *p = 'm';
        printf("%s\n", load(p));
        snprintf(i == 0 ? text : other, 32, "%jx", (uintmax_t)(uintptr_t)p);
    }
    fflush(stdout);
    execl("/proc/self/exe", "try", text, other, (char *)NULL);
    err(99, "exec");
}
C
    run_program ./try
    assert_success
    assert_output 'm
m
SIGSEGV SEGV_MAPERR
SIGSEGV SEGV_MAPERR'
}

@test "to reserve the size that a file has keeps its bytes, mapped or not" {
    says "since the call takes no byte away"
    makes try <<'C'
#include "rules.h"
int main(void)
{
    int fd = scratch(page() + 9, 'a'), other = again(fd, O_RDWR);
    char *p = map(page() + 9, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    p[page() + 8] = p[0] = 'x';
    printf("%d\n", posix_fallocate(other, 0, (off_t)page() + 9));
    printf("%d\n", posix_fallocate(other, 0, 5));
    printf("%c%c%c%c\n", p[0], p[page() + 8], read_at(fd, 0), read_at(fd, (off_t)page() + 8));
}
C
    run_program ./try
    assert_success
    assert_output '0
0
xxxx'
}

@test "inotify tells of a write, and not of a store" {
    says "which does not report changes that are made through a mapping"
    makes try <<'C'
#include "rules.h"
#include <sys/inotify.h>
int main(void)
{
    char name[] = "watched_XXXXXX", room[4096];
    int fd = mkostemp(name, O_CLOEXEC);
    if (fd == -1 || ftruncate(fd, 1) == -1)
        err(99, "%s", name);
    char *p = map(1, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (watch == -1 || inotify_add_watch(watch, name, IN_MODIFY) == -1)
        err(99, "inotify");
    p[0] = 's';
    msync(p, 1, MS_SYNC);
    puts(result((int)read(watch, room, sizeof room)));
    write_at(fd, 0, 'w');
    puts(read(watch, room, sizeof room) > 0 ? "told" : "not told");
    unlink(name);
}
C
    run_program ./try
    assert_success
    assert_output 'EAGAIN
told'
}
