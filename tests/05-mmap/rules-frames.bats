# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
load rules
# Where the rules of the chapter have their borders: overlays, huge pages, files in memory.

@test "on an overlay a mapping falls behind when the file is copied up, and holds no lock" {
    says "a mapping shows the file of one layer"
    says "it holds no lock of flock(2)"
    says "when somebody opens the file for writing and it is copied to the upper layer, an older mapping goes on showing the lower one"
    makes try <<'C'
#include "rules.h"
#include <sys/file.h>
int main(void)
{
    int reading = open("below", O_RDONLY | O_CLOEXEC);
    const char *old = map(1, PROT_READ, MAP_SHARED, reading);
    printf("%s ", load(old));
    write_at(open("below", O_RDWR | O_CLOEXEC), 0, 'n');
    printf("%s %c ", load(old), read_at(reading, 0));
    int fd = scratch(1, 'a'), other = again(fd, O_RDWR);
    map(1, PROT_READ, MAP_SHARED, fd);
    printf("%s ", result(flock(fd, LOCK_EX)));
    close(fd);
    puts(result(flock(other, LOCK_EX | LOCK_NB)));
}
C
    mounted '-t tmpfs' 'cd there && mkdir low up work all && echo old > low/below &&
        { mount -t overlay -o lowerdir=low,upperdir=up,workdir=work none all 2> /dev/null || exit 77; } &&
        cd all && $try'
    assert_success
    assert_output 'o o n done done'
}

@test "huge pages count in larger units, and a seal does not help where there is none" {
    says "For huge pages (of MFD_HUGETLB, or of a tmpfs with the option huge=always) the units are larger than it says"
    says "It also asks fstatfs(2), and refuses a memfd of huge pages (HUGETLBFS_MAGIC)"
    says "there may be no page for a hole of it, and that is a SIGBUS in spite of the seal"
    makes try <<'C'
#include "rules.h"
#include <linux/magic.h>
#include <sys/vfs.h>
int main(void)
{
    struct statfs about, small;
    int fd = memfd_create("huge", MFD_HUGETLB | MFD_ALLOW_SEALING);
    if (fd == -1)
        return 77;
    if (fstatfs(fd, &about) == -1 || fstatfs(memfd_create("small", 0), &small) == -1)
        err(99, "fstatfs");
    const size_t size = (size_t)about.f_bsize;
    printf("%d%d ", about.f_type == HUGETLBFS_MAGIC, small.f_type == TMPFS_MAGIC);
    if (ftruncate(fd, (off_t)size) == -1 || fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) == -1)
        err(99, "seal");
    char *p = map(size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd);
    printf("%s ", result(munmap(p, 1)));
    printf("%s ", result(mmap(NULL, 1, PROT_READ, MAP_SHARED | MAP_NORESERVE, fd, (off_t)page())
                         == MAP_FAILED ? -1 : 0));
    catch_faults();
    puts(load(p));
}
C
    run_program ./try
    [ "$status" != 77 ] || skip "needs MFD_HUGETLB"
    assert_success
    case $(sed -n 's/^HugePages_Free: *//p' /proc/meminfo) in
    0) assert_output '11 EINVAL EINVAL SIGBUS BUS_ADRERR' ;;
    *) assert_output '11 EINVAL EINVAL zero' ;;
    esac
}

@test "a tmpfs of huge pages has pages that the file does not reach" {
    says "For huge pages (of MFD_HUGETLB, or of a tmpfs with the option huge=always) the units are larger than it says"
    makes try <<'C'
#include "rules.h"
int main(void)
{
    FILE *huge = fopen("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", "re");
    size_t size;
    if (huge == NULL || fscanf(huge, "%zu", &size) != 1)
        return 77;
    int fd = scratch(1, 'a');
    char *p = map(2 * size, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    catch_faults();
    store(p, 'a');
    puts(load(p + 2 * page()));
}
C
    mounted '-t tmpfs -o huge=always' 'cd there && $try'
    assert_success
    [[ $output != SIGBUS* ]] || skip "needs a huge page"
    assert_output zero
    mounted '-t tmpfs -o huge=never' 'cd there && $try'
    assert_output 'SIGBUS BUS_ADRERR'
}

@test "in files that live in memory a load through a mapping takes the space of a hole" {
    says "The space is sought when a byte is stored (in files that live in memory, also when one is loaded through a mapping)"
    says "on tmpfs, where a load through a mapping needs the space too, a load gets it as well"
    makes try <<'C'
#include "rules.h"
int main(void)
{
    enum { PAGES = 32 };
    const size_t size = PAGES * page();
    int fd = scratch(0, 0);
    struct stat before, after;
    if (ftruncate(fd, (off_t)size) == -1 || fstat(fd, &before) == -1)
        err(99, "ftruncate");
    char *p = map(size, PROT_READ, MAP_PRIVATE, fd);
    catch_faults();
    int loaded = 0;
    while (loaded < PAGES && strcmp(load(p + (size_t)loaded * page()), "zero") == 0)
        loaded++;
    fstat(fd, &after);
    printf("%d %s %s\n", loaded, after.st_blocks - before.st_blocks == 0 ? "none"
           : after.st_blocks - before.st_blocks == loaded * (blkcnt_t)page() / 512 ? "all"
           : "some", loaded == PAGES ? "" : fault());
}
C
    mounted '-t tmpfs -o huge=never,size=16m' 'cd there && $try'
    assert_success
    assert_output '32 all '
    mounted "-t tmpfs -o huge=never,size=$((16 * $(getconf PAGESIZE)))" 'cd there && $try'
    assert_success
    assert_output '16 all SIGBUS BUS_ADRERR'
    case $(stat -f -c %T .) in
    ext*) run_program ./try
        assert_success
        assert_output '32 none ' ;;
    esac
}

@test "a call that does not touch the memory succeeds, and the library that touches it is sent the signal" {
    says "A write(2) to /dev/null touches nothing, and succeeds"
    says "the GNU library's sigaction(2) reads its argument before it calls the kernel"
    makes try <<'C'
#include "rules.h"
int main(void)
{
    char *p = map(2 * page(), PROT_READ | PROT_WRITE, MAP_SHARED, scratch(1, 'x'));
    const struct sigaction *beyond = (void *)(p + page());
    printf("%zd ", write(open("/dev/null", O_WRONLY), beyond, 1));
    catch_faults();
    if (sigsetjmp(back, 1) != 0)
        puts(fault());
    else
        puts(result(sigaction(SIGUSR1, beyond, NULL)));
}
C
    run_program ./try
    assert_success
    assert_output '1 SIGBUS BUS_ADRERR'
}

@test "munmap fails where a hole makes one mapping too many" {
    says "with ENOMEM, if a hole in the middle makes one mapping too many"
    [ "$(< /proc/sys/vm/max_map_count)" -le 300000 ] || skip "needs a limit on mappings"
    makes try <<'C'
#include "rules.h"
int main(void)
{
    char *big = map(8 * page(), PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    const size_t pages = 700000;
    char *many = map(pages * page(), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
    size_t at = 1;
    while (at < pages && mprotect(many + at * page(), page(), PROT_READ) == 0)
        at += 2;
    printf("%s ", result(at < pages ? -1 : 0));
    /* Where one more fitted, it is used up. */
    bool failed = false;
    for (size_t i = 1; i < 7 && !failed; i += 2)
        failed = munmap(big + i * page(), page()) == -1;
    puts(failed ? strerrorname_np(errno) : "done");
}
C
    run_program ./try
    assert_success
    assert_output 'ENOMEM ENOMEM'
}

@test "munmap fails where a page is sealed by mseal" {
    says "with EPERM, if one of the pages is sealed by mseal, Linux 6.10"
    makes try <<'C'
#include "rules.h"
#include <sys/syscall.h>
int main(void)
{
    char *p = map(3 * page(), PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    if (syscall(462, p + 2 * page(), page(), 0) == -1)
        return errno == ENOSYS || errno == EPERM ? 77 : 99;
    printf("%s ", result(munmap(p, 3 * page())));
    puts(result(munmap(p, page())));
}
C
    run_program ./try
    [ "$status" != 77 ] || skip "needs mseal"
    assert_success
    assert_output 'EPERM done'
}

@test "MAP_SHARED_VALIDATE is for files" {
    says "And it is for files: with MAP_ANONYMOUS it is EINVAL"
    makes try <<'C'
#include "rules.h"
int main(void)
{
    int type[] = { MAP_SHARED, MAP_SHARED_VALIDATE };
    for (int i = 0; i < 2; i++)
        puts(mmap(NULL, 1, PROT_READ, type[i] | MAP_ANONYMOUS, -1, 0) != MAP_FAILED ? "mapped"
             : strerrorname_np(errno));
}
C
    run_program ./try
    assert_output 'mapped
EINVAL'
}

@test "on ext4 MAP_SHARED_VALIDATE refuses a flag that MAP_SHARED obeys" {
    says "on ext4 it refuses MAP_FIXED_NOREPLACE"
    [ "$(stat -f -c %T .)" = ext2/ext3 ] || skip "needs a file system on a disk"
    makes try <<'C'
#include "rules.h"
int main(void)
{
    int fd = open("file", O_RDWR | O_CREAT, 0600), type[] = { MAP_SHARED, MAP_SHARED_VALIDATE };
    if (fd == -1 || ftruncate(fd, 1) == -1)
        err(99, "file");
    char *free = map(1, PROT_READ, MAP_SHARED, fd);
    for (int i = 0; i < 2; i++) {
        munmap(free, 1);
        puts(mmap(free, 1, PROT_READ, type[i] | MAP_FIXED_NOREPLACE, fd, 0) == free ? "mapped"
             : strerrorname_np(errno));
    }
}
C
    run_program ./try
    assert_output 'mapped
EOPNOTSUPP'
}

@test "F_SEAL_WRITE is refused while a shared mapping of a descriptor that can write is there" {
    says "F_SEAL_WRITE has to come in time: while a shared mapping exists that was made through a descriptor open for writing, it is refused with EBUSY, whatever may be done with that mapping"
    makes try <<'C'
#include "rules.h"
int main(void)
{
    int fd = memfd_create("sealed", MFD_ALLOW_SEALING);
    if (fd == -1 || ftruncate(fd, 1) == -1)
        err(99, "memfd_create");
    const int protections[] = { PROT_READ | PROT_WRITE, PROT_READ, PROT_NONE };
    for (int i = 0; i < 3; i++) {
        char *p = map(1, protections[i], MAP_SHARED, fd);
        printf("%s ", result(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE)));
        munmap(p, 1);
    }
    map(1, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);
    puts(result(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE)));
}
C
    run_program ./try
    assert_success
    assert_output 'EBUSY EBUSY EBUSY done'
}

@test "with 0 as its second argument sigsetjmp does not keep the mask, and the next fault kills" {
    says "During the handler its signal is blocked"
    says "with a second argument other than 0 sigsetjmp(3) keeps the mask, and the jump puts it back"
    makes try <<'C'
#include "rules.h"
int main(void)
{
    volatile char *p = map(1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    catch_faults();
    for (volatile int keep = 1; keep >= 0; keep--) {
        sigset_t mask;
        if (sigsetjmp(back, keep) == 0)
            *p = 'x';
        sigprocmask(SIG_BLOCK, NULL, &mask);
        puts(sigismember(&mask, SIGSEGV) ? "blocked" : "put back");
    }
}
C
    run_program ./try
    assert_success
    assert_output 'put back
blocked'
}

@test "where no file may grow, each program of the helper that makes files says so" {
    says --in B-toolbox "Where ulimit -f limits the size of files, making one longer sends SIGXFSZ, which kills without a word"
    says --in B-toolbox "Ignored, it leaves us an error that we can tell"
    run_program sh -c 'ulimit -f 0; exec truncate -s 100 long'
    assert_killed SIGXFSZ
    assert_stderr ''
    local program
    for program in map_private map_empty map_bounds map_truncated map_modes map_refused; do
        run_shell '(ulimit -f 0; ./$1 2>&1 > /dev/null; echo "status $?" >&2) 2>&1 | cat' "$program"
        assert_line --partial 'File too large'
        assert_line 'status 1'
    done
}
