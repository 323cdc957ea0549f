# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# shm_start: what a stranger finds while the object is being made.

@test "the session holds: named first it is seen half made, named last it is not [S05] [S06]" {
    holds_session
}

@test "made again with O_TRUNC, the bytes are gone for those who have them mapped [S05]" {
    says "With O_TRUNC it takes the bytes away from all who have them mapped"
    says "And O_TRUNC takes its bytes away, also from under those who have it mapped"
    makes try <<'C'
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    const struct rlimit none = { 0, 0 };
    setrlimit(RLIMIT_CORE, &none);
    int fd = shm_open(argv[argc - 1], O_RDWR | O_CREAT, 0600);
    if (ftruncate(fd, 4096) == -1)
        return 1;
    volatile char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    map[0] = 'x';
    if (shm_open(argv[argc - 1], O_RDWR | O_CREAT, 0600) == -1 || map[0] != 'x')
        return 2;
    puts("kept");
    fflush(stdout);
    if (shm_open(argv[argc - 1], O_RDWR | O_CREAT | O_TRUNC, 0600) == -1)
        return 3;
    return map[0];
}
C
    run_program ./try "$name"
    assert_killed SIGBUS
    assert_output kept
    run_program ./shm_start
    assert_line '  with O_CREAT and O_TRUNC    0 bytes, a load: SIGBUS'
}

@test "O_TMPFILE makes a file that has no name, and linkat gives it one, once [S06]" {
    says "open(2) with O_TMPFILE makes such a file in the directory that it is given, and linkat(2) gives it a name, if nobody else has been faster"
    says "A file that is made without a name, filled, and named by linkat(2) is complete when it is first seen"
    says "linkat(2) elects as well: the second to come gets EEXIST, and opens what is there"
    says "It does not help that one maker was elected by O_EXCL: those who come second are not told how far the first has come"
    traced openat,linkat,ftruncate,unlink ./shm_start
    assert_success
    parent=$(grep -m 1 unlink strace | cut -d ' ' -f 1)
    grep "^$parent " strace | grep -oE 'O_TMPFILE|ftruncate|linkat.*= (0|-1 EEXIST)' | tail -n 4 | sed 's/(.*= /=/' > order
    assert_equal "$(paste -sd ' ' order)" 'O_TMPFILE ftruncate linkat=0 linkat=-1 EEXIST'
}

@test "it leaves nothing behind, not even a core" {
    run_shell 'ulimit -c unlimited; ./shm_start > out; ls'
    refute_output --partial core
    leaves_nothing ./shm_start
}
