# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
load ../05-mmap/rules
# What a copy by mappings stands on: nameless files, holes, sizes, times.

@test "a nameless file has no name until linkat, and then the one that it is given" {
    says "open(2) with O_TMPFILE makes a file without a name in a directory"
    says "give it its name, in one step"
    mkdir place
    makes try <<'C'
#include "../05-mmap/rules.h"
int main(void)
{
    int fd = open("place", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    struct stat about;
    char self[64];
    if (fd == -1 || fstat(fd, &about) == -1)
        err(99, "place");
    write_at(fd, 0, 'x');
    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    printf("%ju ", (uintmax_t)about.st_nlink);
    fflush(stdout);
    if (system("ls -A place | wc -l") == -1)
        err(99, "system");
    puts(result(linkat(AT_FDCWD, self, AT_FDCWD, "place/name", AT_SYMLINK_FOLLOW)));
    fflush(stdout);
    if (system("cat place/name; echo; ls -A place") == -1)
        err(99, "system");
    puts(result(linkat(AT_FDCWD, self, AT_FDCWD, "place/name", AT_SYMLINK_FOLLOW)));
}
C
    run_program ./try
    assert_success
    assert_output '0 0
done
x
name
EEXIST'
}

@test "a nameless file gets no name on another file system" {
    says "for a link cannot lead to another file system"
    [ "$(stat -f -c %T /dev/shm)" = tmpfs ] || skip "needs tmpfs at /dev/shm"
    needs_disk
    makes try <<'C'
#include "../05-mmap/rules.h"
int main(void)
{
    int fd = open("/dev/shm", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    char self[64];
    if (fd == -1)
        err(99, "/dev/shm");
    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    puts(result(linkat(AT_FDCWD, self, AT_FDCWD, "name", AT_SYMLINK_FOLLOW)));
}
C
    run_program ./try
    assert_success
    assert_output EXDEV
    refute [ -e name ]
}

@test "files of /proc have no size, are full of bytes, and cannot be mapped" {
    says "A mapping cannot copy them"
    says "Most files under /proc claim to be empty and are made up while they are read"
    makes try <<'C'
#include "../05-mmap/rules.h"
int main(void)
{
    static const char *const files[] = { "/proc/version", "/proc/self/status", "/proc/cpuinfo",
                                         "/proc/self/maps", "/proc/mounts" };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        int fd = open(files[i], O_RDONLY | O_CLOEXEC);
        struct stat about;
        if (fd == -1 || fstat(fd, &about) == -1)
            err(99, "%s", files[i]);
        char byte;
        void *p = mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);
        printf("%d%d%d%d ", S_ISREG(about.st_mode), about.st_size == 0, p == MAP_FAILED,
               read(fd, &byte, 1) == 1);
    }
    puts("");
}
C
    run_program ./try
    assert_success
    assert_output '1111 1111 1111 1111 1111 '
}

@test "SEEK_DATA finds the data behind a hole, SEEK_HOLE the hole behind data, and the end is a hole" {
    says "lseek(2) with SEEK_DATA goes to the next byte that is not in a hole, with SEEK_HOLE to the next one that is; the end of the file counts as a hole"
    makes try <<'C'
#include "../05-mmap/rules.h"
int main(void)
{
    const off_t piece = 1 << 20;
    int fd = scratch(0, 0), full = scratch(5000, 'a');
    char *room = calloc(1, (size_t)piece);
    if (room == NULL || ftruncate(fd, 4 * piece) == -1
        || pwrite(fd, memset(room, 'x', (size_t)piece), (size_t)piece, piece) != piece
        || fsync(fd) == -1)
        err(99, "write");
    printf("%d ", lseek(fd, 0, SEEK_DATA) == piece);
    printf("%d ", lseek(fd, piece + 7, SEEK_DATA) == piece + 7);
    printf("%d ", lseek(fd, piece, SEEK_HOLE) == 2 * piece);
    printf("%s ", result((int)lseek(fd, 2 * piece, SEEK_DATA)));
    printf("%jd\n", (intmax_t)lseek(full, 10, SEEK_HOLE));
}
C
    run_program ./try
    assert_success
    assert_output '1 1 1 ENXIO 5000'
}

@test "a hole that is reserved takes its full size" {
    says "a sparse file with a page of data would take its full size on the disk"
    makes try <<'C'
#include "../05-mmap/rules.h"
int main(void)
{
    int fd = scratch(1, 'a');
    struct stat before, after;
    if (ftruncate(fd, 8 << 20) == -1 || fstat(fd, &before) == -1
        || posix_fallocate(fd, 0, 8 << 20) != 0 || fstat(fd, &after) == -1)
        err(99, "file");
    printf("%d%d\n", before.st_blocks * 512 < 1 << 20, after.st_blocks * 512 >= 8 << 20);
}
C
    run_program ./try
    assert_success
    assert_output 11
}

@test "the change time moves with each write and truncate, and is not set back" {
    says "each write(2) and each truncate(2) sets it to the present, and utimensat(2), which sets the other times of a file, does not set this one back"
    says "It also moves for a new mode or a new link"
    cat > moves.c <<'C'
#include "../05-mmap/rules.h"
#include <time.h>
static struct timespec last;
/* Has the change time moved? Then waits until the clock that older kernels take has. */
static void moved(int fd)
{
    struct stat about;
    struct timespec now;
    if (fstat(fd, &about) == -1)
        err(99, "fstat");
    bool later = about.st_ctim.tv_sec > last.tv_sec || (about.st_ctim.tv_sec == last.tv_sec
        && about.st_ctim.tv_nsec > last.tv_nsec);
    printf("%d", later);
    last = about.st_ctim;
    do
        clock_gettime(CLOCK_REALTIME_COARSE, &now);
    while (now.tv_sec < last.tv_sec || (now.tv_sec == last.tv_sec && now.tv_nsec <= last.tv_nsec));
}
int main(void)
{
    char name[] = "moves_XXXXXX", other[] = "other_XXXXXX";
    const struct timespec old[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };
    int fd = mkostemp(name, O_CLOEXEC), byte;
    moved(fd);
    write_at(fd, 0, 'x');
    moved(fd);
    write_at(fd, 0, 'x');
    moved(fd);
    byte = ftruncate(fd, 5);
    moved(fd);
    byte += truncate(name, 0);
    moved(fd);
    byte += fchmod(fd, 0640);
    moved(fd);
    close(mkostemp(other, O_CLOEXEC));
    unlink(other);
    byte += link(name, other);
    moved(fd);
    byte += futimens(fd, old);
    moved(fd);
    unlink(name);
    unlink(other);
    printf(" %d\n", byte);
}
C
    makes try < moves.c
    run_program ./try
    assert_success
    assert_output '11111111 0'
}

@test "a store moves the time when the page becomes dirty, not while it stays so" {
    says "A store through a mapping moves the time when it faults, so at most once for each page of a mapping until it is written back, and less often where the file system keeps pages together"
    needs_disk
    makes try <<'C'
#include "../05-mmap/rules.h"
#include <time.h>
static struct timespec changed(int fd)
{
    struct stat about;
    struct timespec now;
    if (fstat(fd, &about) == -1)
        err(99, "fstat");
    do
        clock_gettime(CLOCK_REALTIME_COARSE, &now);
    while (now.tv_sec < about.st_ctim.tv_sec || (now.tv_sec == about.st_ctim.tv_sec
           && now.tv_nsec <= about.st_ctim.tv_nsec));
    return about.st_ctim;
}
static void compare(int fd, struct timespec *before)
{
    struct timespec after = changed(fd);
    printf("%s ", after.tv_sec == before->tv_sec && after.tv_nsec == before->tv_nsec
           ? "still" : "moved");
    *before = after;
}
int main(void)
{
    int fd = scratch(100, 'a');
    fsync(fd);
    char *p = map(100, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    struct timespec before = changed(fd);
    p[0] = 'x';
    compare(fd, &before);
    p[1] = 'x';
    compare(fd, &before);
    msync(p, 100, MS_SYNC);
    compare(fd, &before);
    p[2] = 'x';
    compare(fd, &before);
    char *another = map(100, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    another[3] = 'x';
    compare(fd, &before);
    puts("");
}
C
    run_program ./try
    assert_success
    assert_output 'moved still still moved moved '
}

@test "before Linux 6.13 two changes in a row may have one time, since then not when somebody has looked" {
    says "the times move in steps of some milliseconds before Linux 6.13"
    makes try <<'C'
#include "../05-mmap/rules.h"
int main(void)
{
    int fd = scratch(1, 'a'), same = 0;
    struct stat before, after;
    for (int i = 0; i < 1000; i++) {
        write_at(fd, 0, 'b');
        fstat(fd, &before);
        write_at(fd, 0, 'c');
        fstat(fd, &after);
        same += before.st_ctim.tv_sec == after.st_ctim.tv_sec
            && before.st_ctim.tv_nsec == after.st_ctim.tv_nsec;
    }
    puts(same == 0 ? "each its own" : "shared");
}
C
    run_program ./try
    assert_success
    local kernel major minor
    kernel=$(uname -r) major=${kernel%%.*} minor=${kernel#*.} minor=${minor%%[!0-9]*}
    if [ "$major" -gt 6 ] || { [ "$major" = 6 ] && [ "$minor" -ge 13 ]; }; then
        assert_output 'each its own'
    else
        assert_output shared
    fi
}

@test "on tmpfs a store moves no time if the page was loaded before, and a copy is not refused" {
    says "on tmpfs it need not move it at all if the page, or one near it, was loaded through that mapping before"
    makes try <<'C'
#include "../05-mmap/rules.h"
#include <time.h>
/* Does a store to page AT move the time, after a load of page LOADED (of none, if -1)? */
static bool moves(int at, int loaded)
{
    int fd = scratch(3 * page(), 'a');
    struct stat before, after;
    struct timespec now;
    char *p = map(3 * page(), PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    if ((loaded >= 0 && ((volatile char *)p)[loaded * page()] != 'a') || fstat(fd, &before) == -1)
        err(99, "fstat");
    do
        clock_gettime(CLOCK_REALTIME_COARSE, &now);
    while (now.tv_sec < before.st_ctim.tv_sec || (now.tv_sec == before.st_ctim.tv_sec
           && now.tv_nsec <= before.st_ctim.tv_nsec));
    p[at * page()] = 'b';
    fstat(fd, &after);
    munmap(p, 3 * page());
    close(fd);
    return after.st_ctim.tv_sec != before.st_ctim.tv_sec
        || after.st_ctim.tv_nsec != before.st_ctim.tv_nsec;
}
int main(void)
{
    puts(moves(0, -1) ? "moved" : "still");
    puts(moves(0, 0) ? "moved" : "still");
    /* The kernel enters the neighbors of a page where it can at once, in an aligned window:
     * the page before is outside at one address of sixteen, and then the page after is inside. */
    int tries = 100;
    while (tries > 0 && moves(0, 1) && moves(2, 1))
        tries--;
    puts(tries == 0 ? "moved" : "still");
}
C
    mounted '-t tmpfs' 'cd there && $try'
    assert_success
    assert_output 'moved
still
still'
}

@test "without multigrain timestamps two changes in a row have one time, whatever the kernel" {
    says "after it on file systems without multigrain timestamps"
    makes try <<'C'
#include "../05-mmap/rules.h"
int main(void)
{
    int fd = scratch(1, 'a'), same = 0;
    struct stat before, after;
    for (int i = 0; i < 1000; i++) {
        write_at(fd, 0, 'b');
        fstat(fd, &before);
        write_at(fd, 0, 'c');
        fstat(fd, &after);
        same += before.st_ctim.tv_sec == after.st_ctim.tv_sec
            && before.st_ctim.tv_nsec == after.st_ctim.tv_nsec;
    }
    puts(same == 0 ? "each its own" : "shared");
}
C
    mounted '-t ramfs' 'cd there && $try'
    assert_success
    assert_output shared
}

@test "where no file may grow, the programs that make one to try with say so" {
    local program
    for program in 'map_measure 1' 'map_random 1'; do
        run_shell '(ulimit -f 0; ./$1 2>&1 > /dev/null; echo "status $?" >&2) 2>&1 | cat' "$program"
        assert_line --partial 'File too large'
        assert_line 'status 1'
    done
}
