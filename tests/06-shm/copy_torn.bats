# shellcheck disable=SC2016,SC2154 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# copy_torn: somebody looks in the middle of a copy.

@test "the session holds: half of the record is new, and the number is odd [S28]" {
    says "A copy is many stores, and the reader sees those that have been done"
    holds_session
}

@test "a copy by memcpy is seen half done as well [S28]" {
    says "That is what memcpy(3) does as well, though with larger steps and in an order of its own"
    makes try <<'C'
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
static volatile char *ours;
static char *theirs;
static long page;
static void half(int n)
{
    (void)n;
    int old = 0, new = 0;
    for (long i = page - 4096; i < page + 4096; i++)
        if (ours[i] == 'n')
            new = 1;
        else
            old = 1;
    puts(old && new ? "torn" : "whole");
    mprotect(theirs, 2 * (size_t)page, PROT_READ | PROT_WRITE);
}
int main(void)
{
    page = sysconf(_SC_PAGESIZE);
    int fd = memfd_create("x", 0);
    if (ftruncate(fd, 2 * page) == -1)
        return 1;
    ours = mmap(NULL, 2 * (size_t)page, PROT_READ, MAP_SHARED, fd, 0);
    theirs = mmap(NULL, 2 * (size_t)page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    static char new[8192];
    memset(new, 'n', sizeof new);
    signal(SIGSEGV, half);
    mprotect(theirs + page, (size_t)page, PROT_READ);
    void *(*volatile copy)(void *, const void *, size_t) = memcpy;
    copy(theirs + page - 4096, new, sizeof new);
}
C
    run_program ./try
    assert_output torn
    run_program ./copy_torn
    assert_line 'in the middle:       new new old old, sequence number 1'
}

@test "it leaves nothing behind, and says when it cannot print" {
    leaves_nothing ./copy_torn
}
