# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# shm_name: what a POSIX object is, and what a descriptor of it is good for.

@test "the session holds: it is a file, needs no descriptor and no msync [S04] [S09] [S34]" {
    needs_shm
    holds_session
}

@test "shm_open is open, with O_CLOEXEC and O_NOFOLLOW, in /dev/shm [S09]" {
    says "shm_open is an open(2) there, with O_CLOEXEC, and with O_NOFOLLOW, which refuses a symbolic link as the last part of the name"
    needs_shm
    traced openat ./shm_name
    assert_success
    assert_call 'openat\(AT_FDCWD, "/dev/shm/book\..*, O_(RDONLY|WRONLY)\|O_NOFOLLOW\|O_CLOEXEC'
    makes try <<'C'
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
int main(int argc, char **argv)
{
    return argc < 2 || shm_open(argv[1], O_RDWR | O_CREAT, 0640) == -1;
}
C
    ln -s "/dev/shm$name" "/dev/shm$name-link"
    traced openat ./try "$name-link"
    assert_failure 1
    assert_call 'openat\(AT_FDCWD, "/dev/shm/book-test\.[0-9.]*-link", .*O_NOFOLLOW.* = -1 ELOOP'
    rm "/dev/shm$name-link"
    run_shell './try "$1" && ls "/dev/shm$1" && chmod 600 "/dev/shm$1" && stat -c "%a %F" "/dev/shm$1" && rm "/dev/shm$1"' "$name"
    assert_success
    assert_output "/dev/shm$name
600 regular empty file"
    rm -f "/dev/shm$name"
}

@test "no descriptor of the object is open when it is stored into, and msync is not called [S04] [S34]" {
    says "A descriptor from O_WRONLY cannot be mapped: EACCES"
    says "Who wants to store opens with O_RDWR"
    needs_shm
    traced openat,mmap,close,msync ./shm_name
    assert_success
    refute_call 'msync\('
    assert_call 'mmap\(NULL, [0-9]+, PROT_WRITE, MAP_SHARED, [0-9]+, 0\) = -1 EACCES'
}

@test "it leaves nothing behind" {
    leaves_nothing ./shm_name
}
