# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
load rules
# Sizes, ends and borders: files that grow, are cut, closed, removed.

# on_tmpfs COMMAND...: run_program in a directory that lies in memory.
on_tmpfs() {
    [ "$(stat -f -c %T /dev/shm)" = tmpfs ] || skip "needs tmpfs at /dev/shm"
    run_shell 'there=$(mktemp -d /dev/shm/rules.XXXXXX); here=$PWD
        cd "$there" && "$here/$1" "${@:2}"; s=$?; cd /; rm -r "$there"; exit $s' "$@"
}

@test "lseek beyond the end changes nothing, whatever the distance; the write adds its byte" {
    says "lseek(2) alone changes nothing"
    makes try <<'C'
#include "rules.h"
static off_t size(int fd)
{
    struct stat about;
    return fstat(fd, &about) == -1 ? -1 : about.st_size;
}
int main(void)
{
    int fd = scratch(7, 'a');
    printf("%jd ", (intmax_t)lseek(fd, 5000000, SEEK_END));
    printf("%jd ", (intmax_t)size(fd));
    if (write(fd, "x", 1) != 1)
        err(99, "write");
    printf("%jd ", (intmax_t)size(fd));
    printf("%d\n", read_at(fd, 8) == 0);
}
C
    run_program ./try
    assert_success
    assert_output '5000007 7 5000008 1'
}

@test "truncate and ftruncate make longer and shorter; a hole takes no space and reads as zeros" {
    says "both make files longer as well as shorter"
    says "the bytes in the gap are a hole that takes no space on the disk; it reads as zeros"
    says "truncate(2) takes a name, ftruncate(2) a descriptor that is open for writing"
    makes try <<'C'
#include "rules.h"
int main(void)
{
    struct stat before, after;
    int fd = scratch(9, 'a');
    char name[64];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    fstat(fd, &before);
    printf("%s ", result(truncate(name, 50000000)));
    fstat(fd, &after);
    printf("%jd %d %d ", (intmax_t)after.st_size, after.st_blocks - before.st_blocks < 100,
           read_at(fd, 40000000));
    printf("%s ", result(truncate(name, 3)));
    printf("%s ", result(ftruncate(fd, 90000)));
    printf("%d%d ", read_at(fd, 2) == 'a', read_at(fd, 5) == 0);
    printf("%s ", result(ftruncate(fd, 0)));
    puts(result(ftruncate(again(fd, O_RDONLY), 5)));
}
C
    run_program ./try
    assert_success
    assert_output 'done 50000000 1 0 done done 11 done EINVAL'
}

@test "on a full disk write fails with ENOSPC, and a store to a hole is SIGBUS" {
    says "A write(2) would fail with ENOSPC"
    says --in F-copy "The disk can be full, which can be a SIGBUS too"
    says "A store has no return value, so the kernel sends a signal: SIGBUS once more, in a file that is long enough and a mapping that is within it"
    says "A program that stores through a mapping into a new file should reserve the space first"
    says "It makes the file long enough, too, and it returns its error instead of leaving it in errno"
    [ "$(id -u)" = 0 ] || skip "needs root"
    needs namespaces
    makes try <<'C'
#include "rules.h"
int main(void)
{
    int full = scratch(0, 0), hole = scratch(0, 0);
    char room[4096] = { 1 };
    if (ftruncate(hole, 1) == -1)
        err(99, "ftruncate");
    char *p = map(1, PROT_READ | PROT_WRITE, MAP_SHARED, hole);
    while (write(full, room, sizeof room) > 0)
        ;
    puts(strerrorname_np(errno));
    catch_faults();
    puts(store(p, 'x'));
    errno = 0;
    int error = posix_fallocate(hole, 0, (off_t)page());
    printf("%s %d\n", strerrorname_np(error), errno);
    struct stat about;
    if (ftruncate(full, 0) == -1 || posix_fallocate(hole, 0, 5000) != 0 || fstat(hole, &about) == -1)
        err(99, "file");
    printf("%jd %s\n", (intmax_t)about.st_size, store(p, 'x'));
}
C
    run_shell 'mkdir small; exec unshare --mount sh -c "
        mount -t tmpfs -o size=1m tmpfs small && t=\$PWD/try && cd small && \"\$t\""'
    assert_success
    assert_output 'ENOSPC
SIGBUS BUS_ADRERR
ENOSPC 0
5000 stored'
}

@test "a mapping keeps a lock after close, until it goes itself" {
    says "a lock by flock(2) belongs to the open file, so it stays after the close(2) for as long as the mapping"
    says "A mapping holds the open file, as a descriptor does"
    makes try <<'C'
#include "rules.h"
#include <sys/file.h>
int main(void)
{
    int fd = scratch(1, 'a'), other = again(fd, O_RDWR);
    char *p = map(1, PROT_READ, MAP_PRIVATE, fd);
    printf("%s ", result(flock(fd, LOCK_EX)));
    close(fd);
    printf("%s ", result(flock(other, LOCK_EX | LOCK_NB)));
    munmap(p, 1);
    puts(result(flock(other, LOCK_EX | LOCK_NB)));
}
C
    run_program ./try
    assert_success
    assert_output 'done EAGAIN done'
}

@test "rename leaves the old file to those who map it; writing over it, or cutting it, does not" {
    says "provided that the new file takes over the name, by rename(2)"
    says "To overwrite it in place, as cp new old does, would change the code under the programs that run, or cut it off"
    makes try <<'C'
#include "rules.h"
int main(void)
{
    if (system("echo old > a; echo new > b; echo new > c; : > d") != 0)
        err(99, "system");
    catch_faults();
    int fd = open("a", O_RDONLY | O_CLOEXEC);
    const char *p = map(1, PROT_READ, MAP_PRIVATE, fd);
    printf("%s", load(p));
    if (rename("b", "a") == -1)
        err(99, "rename");
    puts(load(p));
    fd = open("a", O_RDONLY | O_CLOEXEC);
    p = map(1, PROT_READ, MAP_PRIVATE, fd);
    if (system("echo other > e; cp e a") != 0)
        err(99, "system");
    puts(load(p));
    if (system("cp d a") != 0)
        err(99, "system");
    puts(load(p));
}
C
    run_program ./try
    assert_success
    assert_output 'oo
o
SIGBUS BUS_ADRERR'
}

@test "a program that runs is not written, and one that is written does not run; a library is [Q6]" {
    says 'open(2) for writing fails with ETXTBSY, "Text file busy", while the program runs, and so does execve(2) of a file that somebody has open for writing'
    says "A library has no such protection"
    makes try <<'C'
#include "rules.h"
int main(int argc, char **argv)
{
    if (argc > 1)
        return 0;
    puts(result(open("/proc/self/exe", O_WRONLY)));
    fflush(stdout);
    if (system("cp /proc/$PPID/exe other") != 0)
        err(99, "cp");
    int fd = open("other", O_WRONLY | O_CLOEXEC);
    char *args[] = { argv[0], "again", NULL };
    puts(result(execv("other", args)));
    close(fd);
    fd = open("other", O_RDONLY | O_CLOEXEC);
    map(1, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd);
    puts(open("other", O_WRONLY | O_CLOEXEC) == -1 ? "refused" : "written");
}
C
    run_program ./try
    assert_success
    assert_output 'ETXTBSY
ETXTBSY
written'
}

@test "a file lives while a name, a descriptor or a mapping leads to it" {
    says "The file lives until neither a name nor a descriptor nor a mapping leads to it"
    makes try <<'C'
#include "rules.h"
/* A memfd has no name; its size counts in the memory of tmpfs files. */
int main(void)
{
    int fd = scratch(1, 'a');
    struct stat about;
    if (fstat(fd, &about) == -1)
        err(99, "fstat");
    char *p = map(1, PROT_READ | PROT_WRITE, MAP_SHARED, fd), line[512];
    close(fd);
    FILE *maps = fopen("/proc/self/maps", "re");
    int found = 0;
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        uintmax_t inode;
        found += sscanf(line, "%*s %*s %*s %*s %ju", &inode) == 1 && inode == about.st_ino
            && strstr(line, "(deleted)") != NULL;
    }
    p[0] = 'm';
    printf("%d %s\n", found, load(p));
}
C
    run_program ./try
    assert_success
    assert_output '1 m'
}

@test "what is stored beyond the end is seen by others who map it, and does not make the file longer" {
    says "what is stored there is seen by others who map the page, and does not change the size of the file"
    cat > beyond.c <<'C'
#include "rules.h"
int main(void)
{
    int fd = scratch(150, 'x');
    char *p = map(page(), PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    char *q = map(page(), PROT_READ, MAP_SHARED, again(fd, O_RDONLY)), room[400];
    struct stat about;
    printf("%s ", load(q + 200));
    p[200] = p[page() - 1] = 'J';
    printf("%s ", load(q + 200));
    printf("%s ", load(q + page() - 1));
    if (fstat(fd, &about) == -1)
        err(99, "fstat");
    printf("%jd %zd\n", (intmax_t)about.st_size, pread(fd, room, sizeof room, 0));
}
C
    makes try < beyond.c
    run_program ./try
    assert_success
    assert_output 'zero J J 150 150'
    on_tmpfs try
    assert_success
    assert_output 'zero J J 150 150'
}

@test "writing the page back clears what was stored beyond the end; in memory it stays" {
    says "writing the page back clears these bytes, at the next fsync(2) or sooner"
    says "In files that live in memory, in a memfd or on tmpfs, it turns into data"
    makes try <<'C'
#include "rules.h"
int main(void)
{
    int fd = scratch(150, 'x');
    char *p = map(page(), PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    p[200] = 'J';
    if (fsync(fd) == -1)
        err(99, "fsync");
    printf("%s ", load(p + 200));
    if (ftruncate(fd, 300) == -1)
        err(99, "ftruncate");
    printf("%d\n", read_at(fd, 200));
}
C
    on_tmpfs try
    assert_success
    assert_output 'J 74'
    needs_disk
    run_program ./try
    assert_success
    assert_output 'zero 0'
}

@test "a system call that meets the border says how much it moved, or fails where it moves all or none" {
    says "with a buffer of which ten bytes lie in front of the border, writing twenty to a file returns 10"
    says "A pipe takes none of them, and the call fails"
    makes try <<'C'
#include "rules.h"
int main(void)
{
    int fd = scratch(page(), 'x'), out = scratch(0, 0), ends[2];
    char *p = map(2 * page(), PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    struct stat about;
    if (pipe(ends) == -1)
        err(99, "pipe");
    ssize_t n = write(out, p + page() - 10, 20);
    fstat(out, &about);
    printf("%zd %jd ", n, (intmax_t)about.st_size);
    printf("%s ", result((int)write(ends[1], p + page() - 10, 20)));
    printf("%s ", result((int)write(out, p + page(), 20)));
    puts(result(open(p + page(), O_RDONLY)));
}
C
    run_program ./try
    assert_success
    assert_output '10 10 EFAULT EFAULT EFAULT'
}

@test "the end of the file is looked at with each fault; it may be moved by name, by another process" {
    says "The end of the file is looked at anew with each fault"
    says "each process with the right to write the file can move it"
    says "The whole pages beyond the new end are gone at once"
    makes try <<'C'
#include "rules.h"
int main(void)
{
    int fd = scratch(3 * page(), 'a');
    char *p = map(3 * page(), PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    char name[64];
    snprintf(name, sizeof name, "/proc/%jd/fd/%d", (intmax_t)getpid(), fd);
    catch_faults();
    for (int i = 0; i < 3; i++)
        p[(size_t)i * page()] = 'b';
    IN_A_CHILD(if (truncate(name, (off_t)page() + 1) == -1) _exit(1));
    printf("%s ", load(p + page() - 1));
    printf("%s ", load(p + page()));
    printf("%s ", load(p + page() + 1));
    printf("%s ", load(p + 2 * page()));
    printf("%s ", store(p + 3 * page() - 1, 'c'));
    IN_A_CHILD(if (truncate(name, 3 * (off_t)page()) == -1) _exit(1));
    puts(load(p + 2 * page()));
}
C
    run_program ./try
    assert_success
    assert_output 'a b zero SIGBUS BUS_ADRERR SIGBUS BUS_ADRERR zero'
}

@test "a private copy goes with the page that is cut off" {
    says "truncation | of a mapped file: SIGBUS, private or not"
    says "MAP_PRIVATE does not help, not even for a page that we have a copy of"
    makes try <<'C'
#include "rules.h"
int main(void)
{
    int fd = scratch(2 * page(), 'a');
    char *p = map(2 * page(), PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);
    p[page()] = p[0] = 'c';
    catch_faults();
    if (ftruncate(fd, 1) == -1)
        err(99, "ftruncate");
    printf("%s ", load(p));
    printf("%s ", load(p + page()));
    if (ftruncate(fd, 2 * (off_t)page()) == -1)
        err(99, "ftruncate");
    puts(load(p + page()));
}
C
    run_program ./try
    assert_success
    assert_output 'c SIGBUS BUS_ADRERR zero'
    on_tmpfs try
    assert_success
    assert_output 'c SIGBUS BUS_ADRERR zero'
}

@test "read returns a smaller number after the cut" {
    says "which would return a smaller number"
    makes try <<'C'
#include "rules.h"
int main(void)
{
    int fd = scratch(100, 'a');
    char room[100];
    printf("%zd ", pread(fd, room, 100, 0));
    IN_A_CHILD(if (ftruncate(fd, 30) == -1) _exit(1));
    printf("%zd\n", pread(fd, room, 100, 0));
}
C
    run_program ./try
    assert_success
    assert_output '100 30'
}

@test "who holds a lease is told before the file is opened for writing" {
    says "The owner of a file can also ask for a lease (fcntl(2), F_SETLEASE), and is told before somebody opens the file for writing"
    says --in F-copy "A program that must be certain takes a lease (fcntl(2), F_SETLEASE), which the owner of a file can get while nobody has it open for writing"
    makes try <<'C'
#include "rules.h"
static volatile sig_atomic_t told;
static void on_io(int number) { (void)number; told = 1; }
int main(void)
{
    int writing = scratch(1, 'a'), fd = again(writing, O_RDONLY);
    signal(SIGIO, on_io);
    printf("%s ", result(fcntl(fd, F_SETLEASE, F_RDLCK)));
    close(writing);
    printf("%s %d ", result(fcntl(fd, F_SETLEASE, F_RDLCK)), told);
    int other = again(fd, O_WRONLY | O_NONBLOCK | O_TRUNC);
    printf("%s %d %c\n", result(other), told, read_at(fd, 0));
}
C
    run_program ./try
    assert_success
    assert_output 'EAGAIN done 0 EAGAIN 1 a'
}

@test "with the seal nobody makes it shorter, but a hole can be punched, and bytes can change" {
    says "With F_SEAL_SHRINK a memfd does not become shorter, whoever tries it"
    says "a hole that fallocate(2) punches reads as zeros, without a signal"
    says "asks fcntl(2) for F_GET_SEALS before it maps it"
    makes try <<'C'
#include "rules.h"
int main(void)
{
    int fd = memfd_create("sealed", MFD_ALLOW_SEALING), other;
    if (fd == -1 || ftruncate(fd, 2 * (off_t)page()) == -1)
        err(99, "memfd_create");
    char *p = map(2 * page(), PROT_READ | PROT_WRITE, MAP_SHARED, fd), name[64];
    p[0] = 'a';
    printf("%d ", fcntl(fd, F_GET_SEALS) == 0);
    printf("%s ", result(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK)));
    printf("%d ", fcntl(fd, F_GET_SEALS) == F_SEAL_SHRINK);
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    printf("%s ", result(truncate(name, 1)));
    other = open(name, O_RDWR | O_TRUNC);
    printf("%s ", result(other));
    printf("%s ", load(p));
    write_at(fd, 0, 'b');
    printf("%s ", load(p));
    printf("%s ", result(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
                                   (off_t)page())));
    catch_faults();
    puts(load(p));
}
C
    run_program ./try
    assert_success
    assert_output '1 done 1 EPERM EPERM a b done zero'
}
