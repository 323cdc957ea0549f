bats_require_minimum_version 1.13.0
load ../lib/helpers
# What system returns: a status word, or -1.

@test "the result of system is a status word, in which 1 is 256" {
    holds_session
}

@test "-1 says that no status could be had, and errno why" {
    says "A result of -1 says that no status could be had, and errno why"
    makes system_ignored <<'C'
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(void)
{
    signal(SIGCHLD, SIG_IGN);
    int result = system("exit 0");
    printf("%d %s\n", result, strerrorname_np(errno));
}
C
    run_program ./system_ignored
    assert_output '-1 ECHILD'
    inject 'wait4:error=ECHILD:when=1' ./system_says true
    assert_success
    assert_output --regexp '^true +-1  no status: No child processes$'
}

@test "while a command runs its caller ignores SIGINT and SIGQUIT and has SIGCHLD blocked" {
    says "While the command runs, system ignores SIGINT and SIGQUIT in its caller and blocks SIGCHLD"
    # shellcheck disable=SC2016 # the shell of system expands it
    run_program ./system_says 'sed -n "s/^Sig\(Blk\|Ign\):[^0-9a-f]*/\1 /p" /proc/$PPID/status'
    assert_success
    local ignored blocked
    ignored=0x$(sed -n 's/^Ign //p' stdout) blocked=0x$(sed -n 's/^Blk //p' stdout)
    assert_equal "$((ignored >> 1 & 1)) $((ignored >> 2 & 1)) $((blocked >> 16 & 1))" '1 1 1'
}

@test "no command is refused with a usage line" {
    run_program ./system_says
    assert_failure 2
    assert_stderr "system_says: usage: system_says COMMAND..."
}

@test "the session holds for an ordinary user, and on a terminal" {
    as_nobody holds_session
    holds_session --terminal
}

@test "an interrupted wait is asked again" {
    inject wait4:error=EINTR:when=1 ./system_says 'exit 3'
    assert_success
    assert_output --regexp 'exit status 3$'
}

@test "no child and no descriptor is left" {
    leaves_no_zombie ./system_says true
    assert_output
    no_leaked_fd ./system_says true
}

@test "a full disk is reported" {
    run_shell './system_says true > /dev/full'
    assert_failure 1
    assert_stderr "system_says: cannot write to standard output"
}
