# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# count_lost: somebody adds in the middle of an addition.

@test "the session holds: volatile loses one, an atomic type does not [S15] [S31]" {
    holds_session
}

@test "with both compilers, whatever they optimize, it is the same [S15]" {
    local cc level
    for cc in gcc clang; do
        command -v $cc > /dev/null || continue
        for level in 0 1 2 3; do
            $cc -std=c17 -O$level -o try "$root/out/build/06-shm/count_lost.c"
            run_shell './try | head -n 2'
            assert_output 'volatile int  0 + 1 + 1 = 1
_Atomic int   0 + 1 + 1 = 2'
        done
    done
    run_program ./count_lost
    assert_line 'volatile int  0 + 1 + 1 = 1'
}

@test "two processes add a hundred thousand times each, and none is lost [S31]" {
    makes try <<'C'
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
    atomic_int *n = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < 2; i++)
        if (fork() == 0) {
            for (int k = 0; k < 100000; k++)
                atomic_fetch_add(n, 1);
            _exit(0);
        }
    while (wait(NULL) != -1)
        ;
    printf("%d\n", *n);
}
C
    run_program ./try
    assert_output 200000
    run_program ./count_lost
    assert_line 'in one step without a lock: int yes, long yes, pointer yes'
}

@test "it leaves nothing behind, and says when it cannot print" {
    leaves_nothing ./count_lost
    no_leaked_fd ./count_lost
    inject 'wait4:error=EINTR:when=1' ./count_lost
    assert_success
    assert_line '_Atomic int   0 + 1 + 1 = 2'
}
