bats_require_minimum_version 1.13.0
load ../lib/helpers
# A child that asks to end with its parent, and what counts as the parent.

@test "the child is killed when the process ends that forked it, and when the thread does" {
    holds_session
}

@test "what ends in the second case is a thread, and its process goes on" {
    says "What the kernel takes for the parent is the thread that forked"
    says "In the second case the process lived, and it is the one that tells it"
    traced prctl,wait4,clone,clone3 ./parent_ends
    assert_success
    [ "$(grep -c 'prctl(PR_SET_PDEATHSIG, SIGKILL) *= 0' strace)" -eq 2 ]
    [ "$(grep -cE 'wait4\(.*WTERMSIG\(s\) == SIGKILL' strace)" -eq 2 ]
    assert_call 'clone3?\(.*CLONE_THREAD'
}

@test "a parent that is gone before its child asks is found by the comparison, as no signal comes" {
    says "the parent may have ended before the child asked, and for that end no signal comes"
    makes late <<'C'
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
    int gate[2], status;
    char byte;
    if (pipe(gate) == -1 || prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
        return 99;
    pid_t middle = fork();
    if (middle == 0) {
        pid_t parent = getpid();
        if (fork() == 0) {
            close(gate[1]);
            (void)!read(gate[0], &byte, 1);
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            _exit(getppid() != parent ? 5 : 6);
        }
        _exit(0);
    }
    waitpid(middle, NULL, 0);
    close(gate[1]);
    wait(&status);
    printf("left by itself %d, compared %d\n", WIFEXITED(status), WEXITSTATUS(status) == 5);
}
C
    run_program ./late
    assert_output 'left by itself 1, compared 1'
}

@test "interrupted calls are asked again" {
    inject 'wait4:error=EINTR:when=1 read:error=EINTR:when=1' ./parent_ends
    assert_success
    assert_equal "${#lines[@]}" 2
}

@test "the session holds for an ordinary user, and on a terminal" {
    as_nobody holds_session
    holds_session --terminal
}

@test "no child and no descriptor is left" {
    leaves_no_zombie ./parent_ends
    assert_output
    no_leaked_fd ./parent_ends
}

@test "a full disk is reported" {
    run_shell './parent_ends > /dev/full'
    assert_failure 1
    assert_stderr "parent_ends: cannot write to standard output"
}
