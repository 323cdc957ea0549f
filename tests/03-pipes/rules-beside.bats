# shellcheck disable=SC2016,SC2154,SC2034 # scripts are for other shells; helpers set it
bats_require_minimum_version 1.13.0
load ../lib/helpers
# What the text says beside its programs.

@test "with a larger pipe, or smaller pieces, a longer question hangs all the same" {
    says "A larger pipe only moves the limit, and so does a smaller piece"
    makes t <<'C'
#include "try.h"
int main(int argc, char *argv[])
{
    (void)argc;
    /* A larger pipe, then pieces of a page, the second time without. */
    for (int how = 0; how < 2; how++) {
        int to[2], from[2];
        make(to, WAIT);
        make(from, WAIT);
        pid_t cat = child_of();
        if (cat == 0) {
            is("dup2", dup2(to[0], 0) | dup2(from[1], 1), 1);
            execlp("cat", "cat", NULL);
        }
        pid_t us = child_of();
        if (us == 0) {
            long size = how == 0 ? 1 << 21 : page();
            if (how == 0)
                is("larger", fcntl(to[1], F_SETPIPE_SZ, 1 << 20), 1 << 20);
            for (long sent = 0; sent < 1 << 21; sent += size)
                is("write", write(to[1], data, (size_t)size), size);
            _exit(0);
        }
        sleeps(argv[0], us);
        sleeps("cat", cat);
        /* Asleep for good: nobody reads. */
        is("unread", unread(from[0]) > 0, 1);
        is("still there", waitpid(us, NULL, WNOHANG), 0);
        kill(us, SIGKILL);
        kill(cat, SIGKILL);
        is("us", left(us), -SIGKILL);
        is("cat", left(cat), -SIGKILL);
    }
}
C
    run_program ./t
    assert_success
}

@test "a socket pair can take the place of the two pipes, and hangs as well" {
    says "One pair of connected sockets, made by socketpair(2), can take the place of the two pipes, with shutdown(2) where we close in"
    says "The deadlock is the same"
    makes t <<'C'
#include "try.h"
int main(void)
{
    for (int how = 0; how < 2; how++) {
        int s[2];
        is("socketpair", socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s), 0);
        pid_t cat = child_of();
        if (cat == 0) {
            is("dup2", dup2(s[1], 0) | dup2(s[1], 1), 1);
            execlp("cat", "cat", NULL);
        }
        close(s[1]);
        if (how == 0) {
            is("write", write(s[0], "word", 4), 4);
            is("shutdown", shutdown(s[0], SHUT_WR), 0);
            is("read", read(s[0], data, 100), 4);
            is("read", read(s[0], data, 100), 0);
            is("cat", left(cat), 0);
            continue;
        }
        pid_t us = child_of();
        if (us == 0)
            for (;;)
                is("write", write(s[0], data, 4096), 4096);
        sleeps("cat", cat);
        sleeps("the writer", us);
        kill(us, SIGKILL);
        kill(cat, SIGKILL);
        is("the writer", left(us), -SIGKILL);
        is("cat", left(cat), -SIGKILL);
    }
}
C
    run_program ./t
    assert_success
}

@test "it is known from pclose, and not from popen" {
    says "That is known when pclose has returned, not when popen has"
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

@test "posix_spawn reports the error of a failed exec as its own" {
    says "posix_spawn(3), which is a fork and an exec in one call, reports the error of a failed exec as its own, too"
    makes t <<'C'
#include "try.h"
#include <spawn.h>
int main(void)
{
    pid_t pid;
    char *words[] = { "no-such-command", NULL };
    is("posix_spawnp", posix_spawnp(&pid, words[0], NULL, NULL, words, environ), ENOENT);
    fails("wait", wait(NULL), ECHILD);
}
C
    run_program ./t
    assert_success
}

@test "what a program has printed stays in its memory until its buffer is written" {
    says "nothing comes back until it meets the end of its input and leaves"
    needs strace
    run_program ./pipe_stdio flush
    assert_success
    run_shell 'printf "a\nb\n" | strace -e trace=write -o calls tr a-z A-Z | cat; grep -c "^write(1" calls
        printf "a\nb\n" | strace -e trace=write -o calls stdbuf -oL tr a-z A-Z | cat; grep -c "^write(1" calls
        printf "a\nb\n" | strace -e trace=write -o calls grep --line-buffered . | cat; grep -c "^write(1" calls
        printf "a\nb\n" | strace -e trace=write -o calls sed -u p | cat; grep -c "^write(1" calls'
    assert_output "A
B
1
A
B
2
a
b
2
a
a
b
b
4"
}

@test "stdbuf changes nothing in a program that is static, sets its buffer, or has its own" {
    says "it changes nothing in a program that is linked statically, that calls setvbuf itself, or that does not print by stdio"
    needs strace
    run_program ./pipe_stdio flush
    assert_success
    makes plain <<'C'
#include <stdio.h>
int main(void) { puts("a"); puts("b"); return 0; }
C
    makes sets <<'C'
#include <stdio.h>
int main(void) { setvbuf(stdout, NULL, _IOFBF, BUFSIZ); puts("a"); puts("b"); return 0; }
C
    makes own <<'C'
#include <unistd.h>
int main(void) { return write(1, "a\nb\n", 4) != 4; }
C
    printf '#include <stdio.h>\nint main(void) { puts("a"); puts("b"); return 0; }\n' > static.c
    "${CC:-gcc}" -static -o static static.c
    for program in plain:2 sets:1 own:1 static:1; do
        run_shell 'strace -f -e trace=write -o calls stdbuf -oL ./$1 | cat; grep -c "write(1" calls' "${program%:*}"
        assert_output "a
b
${program#*:}"
    done
}

@test "a program that prints to a pseudoterminal writes line by line" {
    run_on_terminal ./pipe_stdio flush
    assert_success
    makes two <<'C'
#include <stdio.h>
int main(void) { puts("a"); puts("b"); return 0; }
C
    needs strace
    run_on_terminal strace -e trace=write -o calls ./two
    assert_success
    assert_equal "$(grep -c '^write(1' calls)" 2
}
