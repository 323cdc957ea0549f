bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# Two processes that take two locks in opposite order.

@test "who waits for which lock is shown by three tools" {
    holds_session
}

@test "each waits for the other's lock" {
    : > left
    : > right
    run_program -t 60 ./lock_order left right
    assert_equal "$ended" stuck
    assert_equal "$(sed -n 's/^waits //p' "$BATS_TEST_TMPDIR/how")" \
'lock_order waits in flock on right
    that lock_order (2) can unlock
lock_order (2) waits in flock on left
    that lock_order can unlock
Nobody else can end it: lock_order and lock_order (2) are stuck.'
}

# locking FIRST SECOND CODE: ./t has two processes. The parent takes lock 0, does CODE
# and takes lock 1; the child takes lock FIRST, waits until the parent has one, and takes
# SECOND. Each tells when it is refused a lock.
locking() {
    makes t <<C
#include "hang.h"
static int lock(int which)
{
    struct flock one = { .l_type = F_WRLCK, .l_start = which, .l_len = 1 };
    int f = must(open("file", O_RDWR | O_CREAT, 0600));
    return fcntl(f, F_SETLKW, &one) == -1;
}
int main(void)
{
    int p[2], q[2], status;
    char none;
    make(p);
    make(q);
    pid_t child = must(fork());
    if (child == 0) {
        close(q[1]);
        int refused = lock($1);
        close(p[1]);
        must((int)read(q[0], &none, 1));
        _exit(refused + lock($2));
    }
    close(p[1]);
    int refused = lock(0);
    close(q[1]);
    $3
    refused += lock(1);
    if (refused)
        printf("the parent is refused\n"), fflush(stdout);
    must(fcntl(must(open("file", O_RDWR)), F_SETLK, &(struct flock){ .l_type = F_UNLCK }));
    must(waitpid(child, &status, 0));
    if (WEXITSTATUS(status))
        printf("the child is refused\n");
}
C
}

@test "in one order both get through" {
    says "Then the one who has the first lock will get the second"
    locking 0 1 ''
    run_program ./t
    assert_success
    assert_output ''
}

@test "among the locks of fcntl the one that would close the ring is refused" {
    says "refuses with EDEADLK the one that would close it"
    says "For flock it does not look"
    locking 1 0 'must((int)read(p[0], &none, 1));'
    run_program ./t
    assert_success
    assert_output --regexp '^the (parent|child) is refused$'
    : > left
    : > right
    run_program -t 60 ./lock_order left right
    assert_equal "$ended" stuck
}

@test "a wrong call and a file that is not there are told" {
    run_program ./lock_order one
    assert_failure 2
    assert_stderr 'lock_order: usage: lock_order FILE FILE'
    run_program ./lock_order nothing nothing
    assert_failure 1
    assert_stderr 'lock_order: nothing: No such file or directory'
}
