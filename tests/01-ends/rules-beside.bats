# shellcheck disable=SC2016,SC2154,SC2034 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# What the text says beside its programs.

@test "who leaves the group, or the session, is out of reach" {
    says "A program in the group that asks for a group or a session of its own is out of reach"
    run_shell 'set -m
        sh -c "setsid sh -c \"echo \\\$\\\$ > away; exec sleep 600\" & echo \$\$ > leader; exec sleep 600" &
        until [ -s away ] && [ -s leader ]; do :; done
        kill -TERM -- "-$(cat leader)"
        wait "$!" 2> /dev/null; echo "leader $?"
        kill -0 "$(cat away)" && echo "the other lives"
        kill "$(cat away)"'
    assert_line 'leader 143'
    assert_line 'the other lives'
}

@test "kill(0) ends the caller as well" {
    says "And kill(0, SIGTERM), which means the caller's own group, ends the caller as well"
    run_shell 'setsid -w sh -c "kill -TERM 0; echo still here"; echo "ended $?"'
    assert_output 'ended 143'
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

@test "a program that compares with 1 or passes 256 on takes a failure for success" {
    says "so a program that compares the result with 1 finds no failure, and one that passes 256 to exit reports success, because eight bits of it are 0"
    makes passes <<'C'
#include <stdlib.h>
int main(int argc, char **argv)
{
    (void)argv;
    int result = system("exit 1");
    if (argc > 1)
        return result == 1;
    exit(result);
}
C
    run_program ./passes
    assert_success
    run_program ./passes compare
    assert_success
}

@test "a command that the shell does not find is 127, and WEXITSTATUS of a killed shell is 0" {
    says "A command that the shell does not find is no error of system: the shell leaves with 127"
    says "WEXITSTATUS alone is not enough: the third shell was killed and has no exit status"
    makes alone <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
int main(void)
{
    int killed = system("kill -9 $$"), none = system("no_such_command 2> /dev/null");
    printf("%d %d, %d %d\n", WIFEXITED(killed), WEXITSTATUS(killed), WIFEXITED(none),
           WEXITSTATUS(none));
}
C
    run_program ./alone
    assert_output '0 0, 1 127'
}
