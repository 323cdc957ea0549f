# shellcheck shell=bash disable=SC2016
bats_require_minimum_version 1.13.0
load ../lib/helpers
# The library's pipe to a command line.

@test "output, standard error, a missing command and a name that is a program" {
    says "The second says something to standard error, and that does not go through the pipe, but wherever ours goes"
    says "and the shell could not find the command and left with 127"
    holds_session
}

@test "it is known from pclose, and not from popen" {
    says "That is known when pclose has returned, and by no other call"
    makes t <<'C'
#include "try.h"
int main(void)
{
    FILE *f = popen("no-such-command 2> errors", "r");
    is("popen", f != NULL, 1);
    is("getc", getc(f), EOF);
    is("ferror", ferror(f), 0);
    int status = pclose(f);
    is("pclose", WIFEXITED(status) ? WEXITSTATUS(status) : -1, 127);
}
C
    run_program ./t
    assert_success
}

@test "without e the next program inherits our end, unless popen starts it" {
    says "The letter e in the mode sets O_CLOEXEC"
    says "Without it the next program that is started inherits our end, unless it is started by popen, too"
    makes t <<'C'
#include "try.h"
int main(void)
{
    const char *modes[] = { "w", "we" };
    for (int by_popen = 0; by_popen < 2; by_popen++)
        for (int e = 0; e < 2; e++) {
            FILE *f = popen("cat", modes[e]);
            char command[100];
            snprintf(command, sizeof command, "test -e /proc/self/fd/%d", fileno(f));
            int status;
            if (by_popen)
                status = pclose(popen(command, "r"));
            else
                status = system(command);
            is("open there", WEXITSTATUS(status) == 0, !by_popen && !e);
            is("cat", pclose(f), 0);
        }
}
C
    run_program ./t
    assert_success
}

@test "two pipes, read one after the other, hang when the second is filled first" {
    says "reading one to its end and then the other hangs when the command fills the second pipe meanwhile"
    makes t <<'C'
#include "try.h"
int main(void)
{
    for (int both = 0; both < 2; both++) {
        int out[2], errors[2];
        make(out, WAIT);
        make(errors, WAIT);
        pid_t command = child_of();
        if (command == 0) {
            is("dup2", dup2(out[1], 1) | dup2(errors[1], 2), 3);
            execlp("sh", "sh", "-c", "head -c 100000 /dev/zero >&2; echo done", NULL);
        }
        close(out[1]);
        close(errors[1]);
        if (both) {
            struct pollfd two[] = { { out[0], POLLIN, 0 }, { errors[0], POLLIN, 0 } };
            long got = 0, open = 2;
            while (open > 0 && poll(two, 2, -1) > 0)
                for (int i = 0; i < 2; i++)
                    if (two[i].revents != 0) {
                        long n = read(two[i].fd, data, sizeof data);
                        got += n;
                        if (n == 0) {
                            two[i].fd = -1;
                            open--;
                        }
                    }
            is("got", got, 100005);
            is("the command", left(command), 0);
            continue;
        }
        pid_t us = child_of();
        if (us == 0)
            _exit(read(out[0], data, 1) == 0);
        sleeps("the reader", us);
        while (unread(errors[0]) < 65536)
            usleep(1000);
        sleeps("the reader", us);
        is("it waits", waitpid(us, NULL, WNOHANG), 0);
        kill(us, SIGKILL);
        kill(command, SIGKILL);
        is("us", left(us), -SIGKILL);
        is("the command", left(command), -SIGKILL);
    }
}
C
    run_program ./t
    assert_success
}

@test "2>&1 keeps the order in which the two were written" {
    says "puts the two together, in the order in which they were written"
    run_program ./pipe_popen 'exec 2>&1; for i in 1 2 3; do echo $i; echo e$i >&2; done'
    assert_success
    assert_output '| 1
| e1
| 2
| e2
| 3
| e3'
}

@test "with one more dup2 standard error goes through the same pipe" {
    says "In a program of ours the same is one more dup2, to STDERR_FILENO"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2];
    make(p, WAIT);
    pid_t pid = child_of();
    if (pid == 0) {
        is("dup2", dup2(p[1], STDOUT_FILENO), STDOUT_FILENO);
        is("dup2", dup2(p[1], STDERR_FILENO), STDERR_FILENO);
        execlp("sh", "sh", "-c", "echo one; echo two >&2", NULL);
    }
    is("the command", left(pid), 0);
    is("read", read(p[0], data, 100), 8);
    is("what", memcmp(data, "one\ntwo\n", 8), 0);
}
C
    run_program ./t
    assert_success
}

@test "system ignores SIGINT and SIGQUIT, blocks SIGCHLD, and waits" {
    says "it starts a shell, ignores SIGINT and SIGQUIT and blocks SIGCHLD meanwhile, and waits"
    makes t <<'C'
#include "try.h"
int main(void)
{
    char command[200];
    snprintf(command, sizeof command, "sed -n '/^Sig[BI]/p' /proc/%d/status > told; exit 3", getpid());
    is("system", WEXITSTATUS(system(command)), 3);
    unsigned long blocked = 0, ignored = 0;
    FILE *told = fopen("told", "r");
    is("told", fscanf(told, "SigBlk: %lx SigIgn: %lx", &blocked, &ignored), 2);
    is("blocked", (blocked >> (SIGCHLD - 1)) & 1, 1);
    is("ignored", (ignored >> (SIGINT - 1)) & (ignored >> (SIGQUIT - 1)) & 1, 1);
}
C
    run_program ./t
    assert_success
}

@test "the shell is waited for, its status becomes ours" {
    leaves_no_zombie ./pipe_popen 'exit 7'
    assert_failure 7
    run_program ./pipe_popen 'kill -TERM $$'
    assert_failure 143
    run_program ./pipe_popen
    assert_failure 2
}

@test "a full standard output and a popen that fails are told" {
    run_shell './pipe_popen "seq 3" > /dev/full'
    assert_failure 1
    assert_stderr_line "pipe_popen: cannot write to standard output"
    inject 'pipe2:error=EMFILE' ./pipe_popen true
    assert_failure 1
    assert_stderr_line "pipe_popen: popen: Too many open files"
}
