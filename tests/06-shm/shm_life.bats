# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# shm_life: who removes the name, and what becomes of those who use the object.

@test "the session holds: the maker is killed, the name removed, and made again [S01] [S02] [S03]" {
    holds_session
}

@test "an object outlives its maker, killed or not, until somebody removes the name [S03]" {
    says "It outlives its maker, with all that is in it, until somebody removes the name, or the /dev/shm goes that it lies in"
    says "The maker's next start with O_EXCL then fails with EEXIST"
    run_shell './shm_hello $1 word; bash -c "./shm_hello $1-two word; kill -9 \$\$"; ./shm_hello $1; ./shm_hello $1-two; rm /dev/shm$1 /dev/shm$1-two' "$name"
    assert_output 'word
word'
    traced openat ./shm_life
    assert_call 'O_CREAT\|O_EXCL.* = -1 EEXIST'
}

@test "the pages are there until the last mapping is gone, whatever is unlinked and closed [S01]" {
    says "The pages stay as long as the object is mapped or open somewhere"
    says "Nor does closing the last descriptor free them, while there is a mapping"
    needs namespaces
    makes try <<'C'
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>
static void used(const char *when)
{
    struct statvfs is;
    if (statvfs("/dev/shm", &is) == -1)
        err(1, "statvfs");
    printf("%s %ju\n", when, (uintmax_t)((is.f_blocks - is.f_bfree) * is.f_frsize / 1024));
}
int main(void)
{
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1
        || mount("none", "/dev/shm", "tmpfs", 0, "size=8m") == -1)
        return 77;
    int fd = shm_open("/try", O_RDWR | O_CREAT, 0600);
    if (fd == -1 || ftruncate(fd, 1 << 20) == -1)
        err(1, "shm_open");
    used("sized");
    char *map = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    memset(map, 'x', 1 << 20);
    used("filled");
    shm_unlink("/try");
    used("unlinked");
    close(fd);
    used("closed");
    munmap(map, 1 << 20);
    used("unmapped");
}
C
    in_own_mounts ./try
    [ "$status" != 77 ] || skip "needs namespaces"
    assert_output 'sized 0
filled 1024
unlinked 1024
closed 1024
unmapped 0'
    run_program ./shm_life
    assert_line '  our mapping says              old'
}

@test "who cleans up the name at its start is cut off from those who run [S02]" {
    says "So a program that \"cleans up\" the name when it starts, to be rid of what a crash has left, cuts itself off from all who are still running"
    run_shell './shm_hello $1 old; exec 5< /dev/shm$1; rm /dev/shm$1; ./shm_hello $1 new; head -c 3 <&5; echo; ./shm_hello $1' "$name"
    assert_output 'old
new'
    run_program ./shm_life
    assert_line '  the two mappings say          old, new'
}

@test "it leaves nothing behind, and no descriptor in use is needed" {
    leaves_nothing ./shm_life
}
