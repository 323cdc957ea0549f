bats_require_minimum_version 1.13.0
load ../lib/helpers
# What the checks of the exercises say of the start, of right and of wrong answers.

hold_exercises

@test "whose_lock: a lock of flock is the open file's, one of fcntl the process's" {
    says "without LOCK_NB the program would wait for itself here"
    says "Closing a changes nothing, because c still leads to the open file"
    makes t <<'C'
#include "hang.h"
int main(int argc, char **argv)
{
    (void)argv;
    int a = must(open("file", O_RDWR | O_CREAT, 0600));
    int b = must(open("file", O_RDWR)), c = must(dup(a)), d = must(open("file", O_RDWR));
    struct flock whole = { .l_type = F_WRLCK };
    must(flock(a, LOCK_EX));
    must(flock(c, LOCK_EX));
    if (argc > 1)
        must(flock(b, LOCK_EX));
    close(a);
    if (flock(b, LOCK_EX | LOCK_NB) == 0)
        return 1;
    close(c);
    must(flock(b, LOCK_EX | LOCK_NB));
    must(fcntl(b, F_SETLK, &whole));
    must(fcntl(d, F_SETLK, &whole));
    close(d);
    return fork() == 0 ? fcntl(b, F_SETLK, &whole) : wait(&c) == -1 || c;
}
C
    run_program ./t
    assert_equal "$ended" 'exited 0'
    run_program -t 60 ./t waits
    assert_equal "$ended" stuck
    assert_equal "$(sed -n 's/^waits //p' "$BATS_TEST_TMPDIR/how")" \
't waits in flock on file
    that t itself can unlock
Nobody else can end it: t is stuck.'
}
