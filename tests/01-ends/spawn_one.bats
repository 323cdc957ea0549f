bats_require_minimum_version 1.13.0
load ../lib/helpers
# posix_spawn: fork and exec in one call, the wait stays with the caller.

@test "a command is spawned and waited for, and one that is not found is an error of the call" {
    holds_session
}

@test "the call returns an error number, and then there is no child to wait for" {
    says "It returns an error number and not -1"
    says "so that a command that is not found is an error of the call, before there is anything to wait for"
    makes number <<'C'
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
    char *argv[] = { "no_such_command", NULL };
    pid_t child;
    int number = posix_spawnp(&child, argv[0], NULL, NULL, argv, environ);
    printf("%s\n", strerrorname_np(number));
    int got = wait(NULL);
    printf("%d %s\n", got, strerrorname_np(errno));
}
C
    run_program ./number
    assert_output $'ENOENT\n-1 ECHILD'
}

@test "a command that a signal kills is told apart" {
    # shellcheck disable=SC2016 # the inner shell expands it
    run_program ./spawn_one sh -c 'kill -TERM $$'
    assert_success
    assert_output 'sh was killed by signal 15'
}

@test "attributes give the child a group, a mask, and the default action for ignored signals" {
    says "With attributes the child gets a process group, a signal mask, and the default action for signals that its caller ignores"
    makes attributes <<'C'
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    if (argc > 1) {
        sigset_t mask;
        struct sigaction term;
        sigprocmask(SIG_SETMASK, NULL, &mask);
        sigaction(SIGTERM, NULL, &term);
        printf("%d %d %d\n", getpgrp() == getpid(), sigismember(&mask, SIGUSR1),
               term.sa_handler == SIG_DFL);
        return 0;
    }
    char *words[] = { argv[0], "child", NULL };
    posix_spawnattr_t with;
    sigset_t set;
    pid_t child;
    signal(SIGTERM, SIG_IGN);
    posix_spawnattr_init(&with);
    for (int i = 0; i < 2; i++) {
        posix_spawn(&child, argv[0], NULL, &with, words, environ);
        waitpid(child, NULL, 0);
        posix_spawnattr_setflags(&with, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK
                                 | POSIX_SPAWN_SETSIGDEF);
        sigemptyset(&set), sigaddset(&set, SIGUSR1), sigaddset(&set, SIGTERM);
        posix_spawnattr_setsigmask(&with, &set);
        posix_spawnattr_setsigdefault(&with, &set);
    }
}
C
    run_program ./attributes
    assert_output $'0 0 0\n1 1 1'
}

@test "no command is refused with a usage line" {
    run_program ./spawn_one
    assert_failure 2
    assert_stderr "spawn_one: usage: spawn_one COMMAND [ARGUMENT]..."
}

@test "an interrupted wait is asked again" {
    inject wait4:error=EINTR:when=1 ./spawn_one sh -c 'exit 3'
    assert_success
    assert_output 'sh left with 3'
}

@test "the session holds for an ordinary user, and on a terminal" {
    as_nobody holds_session
    holds_session --terminal
}

@test "no child and no descriptor is left" {
    leaves_no_zombie ./spawn_one true
    assert_output
    no_leaked_fd ./spawn_one true
}

@test "a full disk is reported" {
    run_shell './spawn_one true > /dev/full'
    assert_failure 1
    assert_stderr "spawn_one: cannot write to standard output"
}
