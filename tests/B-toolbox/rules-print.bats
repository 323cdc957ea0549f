# shellcheck disable=SC2154,SC2016 # helpers.bash sets it; other shells expand
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# What the toolbox says of standard output, and of seeing a process asleep.

@test "standard output writes at the end of a line on a terminal, elsewhere when its buffer is full" {
    says "writes at the end of each line on a terminal, and elsewhere when its buffer is full"
    makes printer <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    for (int n = argc > 1 ? atoi(argv[1]) : 1; n > 0; n--)
        printf("a line\n");
    _exit(0);
}
C
    run_on_terminal ./printer
    assert_output 'a line'
    run_program ./printer
    assert_output ''
    run_shell './printer 1000000 | head -n 1'
    assert_output 'a line'
    run_shell './printer 100000 | wc -c'
    [ "$output" -gt 0 ] && [ "$output" -lt 700000 ] || fail "$output bytes of 700000"
}

@test "one call makes it write line by line elsewhere, as long as a line fits the buffer" {
    says "One call before the first line is printed makes it write line by line elsewhere, too, as long as a line fits the buffer"
    with_chunks lines <<'C'
<<feature macro and headers>>
int main(int argc, char **argv)
{
    <<print line by line>>
    for (int n = 0; n < atoi(argv[argc - 1]); n++)
        putchar('x');
    printf("\n");
    _exit(EXIT_SUCCESS);
}
C
    traced write ./lines 60
    assert_output "$(printf '%060d' 0 | tr 0 x)"
    [ "$(grep -c 'write(1,' strace)" = 1 ]
    traced write ./lines 100000
    [ "$(grep -c 'write(1,' strace)" -gt 1 ]
}

@test "printf may succeed where nothing can be written, and exit does not tell" {
    says "may have put the text into a buffer only, and"
    says "says nothing when that cannot be written"
    makes careless <<'C'
#include <stdio.h>
int main(void)
{
    return printf("lost\n") == 5 ? 0 : 1;
}
C
    run_shell './careless > /dev/full'
    assert_success
    run_shell './careless >&-'
    assert_success
    with_chunks careful <<'C'
<<feature macro and headers>>
int main(void)
{
    printf("lost\n");
    <<leave, unless standard output failed>>
}
C
    for to in '> /dev/full' '>&-'; do
        run_shell "./careful $to"
        assert_failure 1
        assert_equal "$stderr" 'careful: cannot write to standard output'
    done
    run_program ./careful
    assert_success
}

# a_watcher: ./watcher WHAT tells asleep() of a child, the letter of one in
# WHAT: reading, spinning, dead, gone, printing (to a full pipe) or soon.
a_watcher() {
    with_chunks watcher <<'C'
<<feature macro and headers>>
<<wait until a process sleeps>>
int main(int argc, char **argv)
{
    int p[2], full[2];
    const char *what = argv[argc - 1];
    if (pipe2(p, O_CLOEXEC) == -1 || pipe2(full, O_CLOEXEC | O_NONBLOCK) == -1)
        return 1;
    while (write(full[1], "", 1) == 1)
        ;
    fcntl(full[1], F_SETFL, 0);
    pid_t child = fork();
    if (child == 0) {
        char c;
        if (strcmp(what, "reading") == 0)
            _exit(read(p[0], &c, 1) == 1 ? 0 : 1);
        if (strcmp(what, "printing") == 0)
            _exit(write(full[1], "", 1) == 1 ? 0 : 1);
        if (strcmp(what, "spinning") == 0)
            for (;;)
                ;
        _exit(0);
    }
    siginfo_t info;
    if (strcmp(what, "dead") == 0)
        waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT);
    if (strcmp(what, "gone") == 0)
        waitpid(child, NULL, 0);
    char letter = (char)state_of(child);
    if (strcmp(what, "spinning") != 0)
        printf("%d ", asleep(child));
    if (strcmp(what, "dead") == 0 || strcmp(what, "gone") == 0 || strcmp(what, "spinning") == 0)
        printf("%c", letter == 0 ? '0' : letter);
    printf("\n");
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return 0;
}
C
}

@test "the letter is R, S or Z, and none for a process that is gone" {
    says "as a letter:"
    a_watcher
    run_program ./watcher reading
    assert_output '1 '
    run_program ./watcher spinning
    assert_output 'R'
    run_program ./watcher dead
    assert_output '0 Z'
    run_program ./watcher gone
    assert_output '0 0'
}

@test "without a /proc, and with one that has other numbers, no state is told" {
    says "A file that is missing there means that the process is gone, if"
    says "Without a /proc, every file is missing, and one of another process id namespace has other numbers"
    says "When the state cannot be told, a parent gives up by err(3), and a child by fail"
    needs mounts
    a_watcher
    with_chunks looker <<'C'
<<feature macro and headers>>
<<complain and leave at once>>
<<wait until the parent sleeps>>
int main(void)
{
    pid_t parent = getpid(), child = fork();
    if (child == 0)
        _exit(parent_sleeps(parent) ? 8 : 9);
    int status;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}
C
    run_program ./looker
    assert_failure 8
    run_program unshare --mount sh -c 'mount -t tmpfs none /proc && ./looker'
    assert_failure 1
    assert_stderr_line 'looker: /proc: No such file or directory'
    run_program unshare --pid --fork ./looker
    assert_failure 1
    assert_stderr_line 'looker: /proc: No such process'
}

@test "the programs of chapter 1 that look into /proc say that they cannot" {
    says --in 01-ends "a letter that is S when a process is asleep"
    needs mounts
    local program
    for program in wait_one wait_all wait_poll wait_interrupted sigchld_ignored sigchld pidfd_wait; do
        run_program unshare --mount sh -c "mount -t tmpfs none /proc && $root/out/bin/01-ends/$program"
        assert_failure
        assert_stderr_line "$program: /proc: No such file or directory"
    done
}

@test "the name in parentheses may hold parentheses and blanks" {
    makes named <<'C'
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    prctl(PR_SET_NAME, ") Z 1 (");
    if (argc > 1)
        execv(argv[1], argv + 1);
    printf("\n");
    fflush(stdout);
    pause();
}
C
    with_chunks looks <<'C'
<<feature macro and headers>>
<<wait until a process sleeps>>
int main(int argc, char **argv)
{
    return argc == 2 && asleep((pid_t)atoi(argv[1])) ? 0 : 1;
}
C
    run_shell 'coproc ./named; read -r <&"${COPROC[0]}"; pid=$COPROC_PID; ./looks $pid; echo $?; kill $pid'
    assert_output '0'
}

@test "a process that prints to a full pipe is asleep as well" {
    says "A process that prints to a full pipe sleeps as well as one that waits for its child"
    says "The letter says that a process sleeps, not in which call"
    a_watcher
    run_program ./watcher printing
    assert_output '1 '
}

@test "a process that does not sleep is given up after ten thousand looks" {
    says "After ten thousand looks we give up"
    with_chunks patient <<'C'
<<feature macro and headers>>
<<wait until a process sleeps>>
int main(void)
{
    struct timespec begin, end;
    pid_t child = fork();
    if (child == 0)
        for (;;)
            ;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    bool seen = asleep(child);
    clock_gettime(CLOCK_MONOTONIC, &end);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    printf("%d %d\n", seen, end.tv_sec - begin.tv_sec >= 9);
    return 0;
}
C
    run_program -t 60 ./patient
    assert_output '0 1'
}
