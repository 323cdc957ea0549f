bats_require_minimum_version 1.13.0
load ../lib/helpers
# The smallest family: one child, one wait, one number.

@test "the number that the child leaves with arrives at its parent" {
    holds_session
    traced clone,wait4,exit_group ./last_word
    assert_success
    assert_call 'exit_group\(7[ )]'
    assert_call 'wait4\(-1, \[\{WIFEXITED\(s\) && WEXITSTATUS\(s\) == 7\}\], 0, NULL\) += [0-9]+'
}

@test "fork returns 0 in the child, and the child's process id in the parent" {
    says "it returns 0 in the child and the child's process id in the parent"
    makes forks <<'C'
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
    int p[2];
    pid_t me = 0;
    if (pipe(p) == -1)
        return 99;
    pid_t child = fork();
    if (child == 0) {
        me = getpid();
        _exit(write(p[1], &me, sizeof me) != sizeof me);
    }
    if (read(p[0], &me, sizeof me) != sizeof me)
        return 98;
    int status;
    pid_t waited = wait(&status);
    printf("%d %d %d\n", child > 0, child == me, child == waited);
}
C
    run_program ./forks
    assert_output '1 1 1'
}

@test "it gives up where wait_one does not: an interruption, a killed child" {
    says "A signal may interrupt wait before the child has ended"
    says "The child may be killed and have left no number, and then last_word says that it left with 0"
    inject wait4:error=EINTR:when=1 ./last_word
    assert_failure 1
    assert_stderr_line 'last_word: wait: Interrupted system call'
    inject 'set_robust_list:signal=SIGTERM:when=1' ./last_word
    assert_line 'my child left with 0'
}

@test "the session holds for an ordinary user, and on a terminal" {
    as_nobody holds_session
    holds_session --terminal
}

@test "no child and no descriptor is left" {
    leaves_no_zombie ./last_word
    assert_output
    no_leaked_fd ./last_word
}

@test "a full disk is reported" {
    run_shell './last_word > /dev/full'
    assert_failure 1
    assert_stderr --partial "last_word: standard output: No space left"
}
