# shellcheck shell=bash disable=SC2016,SC2154
bats_require_minimum_version 1.13.0
load ../lib/helpers
# What the chapter says of SIGPIPE, of a full pipe and of several writers.

@test "SIGPIPE ends a writer that has arranged nothing; ignored, caught or blocked, EPIPE comes" {
    says "Unless it ignores, catches or blocks the signal"
    says "Then the write fails with EPIPE"
    says "no reader left | SIGPIPE, or EPIPE"
    makes t <<'C'
#include "try.h"
static volatile sig_atomic_t heard;
static void note(int n) { (void)n; heard++; }
int main(void)
{
    for (int how = 0; how < 4; how++) {
        pid_t pid = child_of();
        if (pid == 0) {
            int p[2];
            sigset_t set;
            make(p, WAIT);
            close(p[0]);
            sigemptyset(&set);
            sigaddset(&set, SIGPIPE);
            signal(SIGPIPE, how == 1 ? SIG_IGN : how == 2 ? note : SIG_DFL);
            if (how == 3)
                sigprocmask(SIG_BLOCK, &set, NULL);
            for (long n = 1; n < 100000; n = n * 5000)
                fails("write", write(p[1], data, (size_t)n), EPIPE);
            is("heard", heard, how == 2 ? 2 : 0);
            sigprocmask(SIG_UNBLOCK, &set, NULL);
            _exit(7);
        }
        is("the writer", left(pid), how == 1 || how == 2 ? 7 : -SIGPIPE);
    }
}
C
    run_program ./t
    assert_success
}

@test "what is ignored is inherited by a child and over an exec, a handler by a child alone" {
    says "A child inherits what signal(2) has chosen for SIGPIPE"
    says "A program that is run by an exec inherits it, too, if the choice was to ignore the signal"
    says "for they inherit what is ignored"
    makes t <<'C'
#include "try.h"
static void note(int n) { (void)n; }
static int chosen(void)
{
    struct sigaction a;
    is("sigaction", sigaction(SIGPIPE, NULL, &a), 0);
    return a.sa_handler == SIG_DFL ? 10 : a.sa_handler == SIG_IGN ? 11 : 12;
}
int main(int argc, char **argv)
{
    if (argc > 1)
        _exit(chosen());
    void (*choice[])(int) = { SIG_DFL, SIG_IGN, note };
    for (int i = 0; i < 3; i++) {
        signal(SIGPIPE, choice[i]);
        pid_t pid = child_of();
        if (pid == 0)
            _exit(chosen());
        is("a child's", left(pid), 10 + i);
        pid = child_of();
        if (pid == 0) {
            execl(argv[0], argv[0], "x", (char *)NULL);
            _exit(1);
        }
        is("after an exec", left(pid), i == 1 ? 11 : 10);
    }
}
C
    run_program ./t
    assert_success
}

@test "with SIGPIPE ignored or blocked at the start it makes no difference" {
    says "We do not know which choice we were born with, so the first line of main has put the default back"
    run_program ./pipe_broken
    assert_success
    cp stdout expected
    for how in --ignore-signal=PIPE --block-signal=PIPE; do
        run_program env "$how" ./pipe_broken
        assert_success
        cmp stdout expected
    done
}

@test "bash keeps all statuses, 128 and the number for who was killed" {
    says "It keeps the statuses of all parts of a pipeline, and gives 128 and the signal's number for one that was killed"
    says "The number 141 is 128 and 13, the number of SIGPIPE"
    run_shell 'sh -c "kill -TERM \$\$" | sh -c "exit 3" | sh -c "kill -USR1 \$\$" | true
        echo "${PIPESTATUS[@]}"'
    assert_output "143 3 138 0"
}

@test "a service that ignores SIGPIPE and looks at its writes outlives a client" {
    says "A service that must survive its clients ignores SIGPIPE and looks at what its writes return"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int served = 0, lost = 0;
    signal(SIGPIPE, SIG_IGN);
    for (int client = 0; client < 6; client++) {
        int p[2];
        make(p, WAIT);
        if (client % 2)
            close(p[0]);
        *(write(p[1], "answer", 6) == 6 ? &served : &lost) += 1;
        close(p[1]);
    }
    is("served", served, 3);
    is("lost", lost, 3);
}
C
    run_program ./t
    assert_success
}

@test "a write within PIPE_BUF waits for room for all of it, a longer one stores first" {
    says "It waits until everything is in, so that the first writer could report all its 69,632 bytes"
    says "It was within PIPE_BUF, and such a write goes in whole or not at all"
    says "The program writes one page more than fits; then the same with a signal in the middle of the sleep; then 200 bytes where there is room for 100"
    makes t <<'C'
#include "try.h"
int main(void)
{
    const struct { long room, length, stored; } cases[] = {
        { 0, 1, 0 }, { 0, PIPE_BUF, 0 }, { 10, 11, 0 }, { PIPE_BUF - 1, PIPE_BUF, 0 },
        { 10, page() + 10, 10 }, { 10, page() + 9, 9 }, { 10, page() + 11, 0 },
        { page(), 2 * page(), page() }, { page() + 10, 3 * page() + 10, page() + 10 },
        { page() + 10, 3 * page() + 20, page() },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int p[2];
        make(p, WAIT);
        long before = capacity(p[1]) - cases[i].room;
        is("write", write(p[1], data, (size_t)before), before);
        pid_t pid = child_of();
        if (pid == 0)
            _exit(write(p[1], data, (size_t)cases[i].length) == cases[i].length ? 7 : 1);
        sleeps("the writer", pid);
        printf("case %zu: ", i);
        is("stored", unread(p[0]) - before, cases[i].stored);
        for (long n = 0, m; n < before + cases[i].length; n += m)
            is("read", (m = read(p[0], data, sizeof data)) > 0, 1);
        is("the writer", left(pid), 7);
    }
}
C
    run_program ./t
    assert_success
}

@test "a signal with a handler, or a stop and a start, ends a long write early" {
    says "is not restarted after a signal with a handler, whatever SA_RESTART says"
    says "a program that takes any result but -1 for success loses the rest"
    says "a writer that is stopped and continued, by Ctrl-Z and fg for example, returns early as well"
    says "and SA_RESTART asks the kernel to go on with an interrupted call"
    says "a handler or a stop during a long write | it returns what it has stored"
    makes t <<'C'
#include "try.h"
static void note(int n) { (void)n; }
int main(void)
{
    /* By a handler, by stopping, by a signal that is ignored; short and long. */
    for (int how = 0; how < 3; how++)
        for (int is_long = 0; is_long < 2; is_long++) {
            int p[2], told[2];
            make(p, WAIT);
            make(told, WAIT);
            long full = capacity(p[1]);
            if (!is_long)
                is("write", write(p[1], data, (size_t)full), full);
            pid_t pid = child_of();
            if (pid == 0) {
                on(SIGUSR1, how == 2 ? SIG_IGN : note, SA_RESTART);
                long n = write(p[1], data, is_long ? (size_t)full + 100 : 100);
                _exit(write(told[1], &n, sizeof n) != sizeof n);
            }
            sleeps("the writer", pid);
            if (how == 1) {
                int status;
                kill(pid, SIGSTOP);
                is("stopped", waitpid(pid, &status, WUNTRACED), pid);
                kill(pid, SIGCONT);
            } else
                kill(pid, SIGUSR1);
            bool early = is_long && how != 2;
            if (!early) {
                sleeps("the writer", pid);
                is("read", read(p[0], data, (size_t)full), full);
            }
            long n;
            is("told", read(told[0], &n, sizeof n), sizeof n);
            is("write", n, early ? full : is_long ? full + 100 : 100);
            is("the writer", left(pid), 0);
        }
}
C
    run_program ./t
    assert_success
    traced rt_sigaction ./pipe_full
    assert_call 'SIGUSR1, .*SA_RESTART'
}

@test "a signal without a handler would end the writer" {
    says "It is there because a signal without one would end the process"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2];
    make(p, WAIT);
    pid_t pid = child_of();
    if (pid == 0)
        _exit(write(p[1], data, sizeof data) > 0);
    sleeps("the writer", pid);
    kill(pid, SIGUSR1);
    is("the writer", left(pid), -SIGUSR1);
}
C
    run_program ./t
    assert_success
}

@test "full is no slot free and no room for the remainder, not that no byte fits" {
    says "it means that no slot is free and the last slot has no room for the remainder of the write, or there is no remainder"
    says "no slot free, no room behind the last byte | write waits, or EAGAIN"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2];
    make(p, HURRY);
    while (write(p[1], data, (size_t)page() - 10) == page() - 10)
        ;
    is("unread", unread(p[0]), capacity(p[1]) / page() * (page() - 10));
    fails("write 11", write(p[1], data, 11), EAGAIN);
    fails("write a page", write(p[1], data, (size_t)page()), EAGAIN);
    fails("write two pages", write(p[1], data, 2 * (size_t)page()), EAGAIN);
    is("write a page and 4", write(p[1], data, (size_t)page() + 4), 4);
    is("write 6", write(p[1], data, 6), 6);
    fails("write 1", write(p[1], data, 1), EAGAIN);
}
C
    run_program ./t
    assert_success
}

@test "a writer asleep whose reader leaves gets the count and the signal [P42]" {
    says "Then it gets both: the count of what it has stored, and the signal"
    makes t <<'C'
#include "try.h"
static volatile sig_atomic_t signals;
static void note(int n) { signals += n == SIGPIPE; }
int main(void)
{
    int p[2];
    make(p, WAIT);
    long full = capacity(p[1]);
    pid_t pid = child_of();
    if (pid == 0) {
        close(p[0]);
        on(SIGPIPE, note, SA_RESTART);
        is("write", write(p[1], data, (size_t)(full + page())), full);
        is("signals by then", signals, 1);
        fails("the next write", write(p[1], data, 1), EPIPE);
        is("signals", signals, 2);
        _exit(0);
    }
    sleeps("the writer", pid);
    close(p[0]);
    is("the writer", left(pid), 0);
}
C
    run_program ./t
    assert_success
}

@test "what a writer stored before its reader left stays for a new one" {
    says "What it had stored stays unread, unless somebody opens the pipe for reading once more"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2], told[2];
    make(p, WAIT);
    make(told, WAIT);
    long full = capacity(p[1]);
    pid_t pid = child_of();
    if (pid == 0) {
        close(p[0]);
        signal(SIGPIPE, SIG_IGN);
        long n = write(p[1], data, (size_t)full + 1);
        is("tell", write(told[1], &n, sizeof n), sizeof n);
        pause();
    }
    sleeps("the writer", pid);
    close(p[0]);
    long n;
    is("told", read(told[0], &n, sizeof n), sizeof n);
    is("write", n, full);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", p[1]);
    int again = open(path, O_RDONLY);
    is("open", again != -1, 1);
    is("unread", unread(again), full);
    is("write", write(p[1], "x", 0), 0);
    kill(pid, SIGKILL);
    is("the writer", left(pid), -SIGKILL);
}
C
    run_program ./t
    assert_success
}

# crowd RECORD PIECE: four writers of records, a reader that cuts what comes into pieces;
# $output is how many of the pieces have more than one letter.
crowd() {
    run_shell 'for letter in A B C D; do
            head -c 1638400 /dev/zero | tr "\\0" $letter | dd bs=$1 iflag=fullblock status=none &
        done | fold -w $2 | tr -s A-D | awk "{ torn += length > 1 } END { print torn + 0 }"' "$@"
}

@test "a crowd does not tear records within PIPE_BUF, whatever their size" {
    says "does not tear a record that is written in one call of up to PIPE_BUF bytes"
    says "A write of up to PIPE_BUF bytes is atomic: what it writes stands together in the pipe, and nothing of another write comes between"
    says "a write of up to PIPE_BUF | stays in one piece"
    says "At a full pipe writers of 4,096 bytes come out one after the other"
    for size in 100 1000 2048 4096; do
        run_shell 'for letter in A B C D; do
            head -c $((300 * $1)) /dev/zero | tr "\\0" $letter | dd bs=$1 iflag=fullblock status=none &
        done | fold -w $1 | tr -s A-D | awk "{ torn += length > 1 } END { print torn + 0, NR }"' "$size"
        assert_output "0 1200"
    done
}

@test "a crowd tears longer ones, and who looks at pages sees none" {
    says "A longer write may be mixed with those of others"
    says "A record of two whole pages is torn between them, and a test that looks at a page at a time sees whole pages"
    # Chance has a part in it: once is enough, in twenty.
    for ((i = 0; i < 20; i++)); do
        crowd 8192 8192
        [ "$output" -eq 0 ] || break
    done
    [ "$output" -gt 0 ]
    if [ "$(getconf PAGESIZE)" = 4096 ]; then
        crowd 8192 4096
        assert_output 0
    fi
}

@test "a writer that finds room for everything is not interrupted by another" {
    says "A writer that finds room for everything is done before another gets its turn"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2], go[2];
    pid_t pid[2];
    make(p, WAIT);
    make(go, WAIT);
    is("F_SETPIPE_SZ", fcntl(p[1], F_SETPIPE_SZ, 1 << 20), 1 << 20);
    const size_t record = 5 * 4096 + 100, times = 20;
    for (int i = 0; i < 2; i++)
        if ((pid[i] = child_of()) == 0) {
            close(go[1]);
            memset(data, 'A' + i, record);
            is("go", read(go[0], data + record, 1), 0);
            for (size_t k = 0; k < times; k++)
                is("write", write(p[1], data, record), (long)record);
            _exit(7);
        }
    close(go[1]);
    is("one", left(pid[0]), 7);
    is("the other", left(pid[1]), 7);
    for (size_t k = 0; k < 2 * times; k++) {
        is("read", read(p[0], data, record), (long)record);
        for (size_t i = 1; i < record; i++)
            is("a byte of the record", data[i], data[0]);
    }
}
C
    run_program ./t
    assert_success
}

@test "long writers at a full pipe take turns by pages, short ones do not [P45]" {
    says "writers of 8,192 are torn apart, page by page: one that has put in its first page waits for room again, behind the next"
    says "keeps its records within PIPE_BUF and writes each in one call, or takes a lock"
    makes t <<'C'
#include "try.h"
#include <sys/file.h>
int main(void)
{
    /* Short writes, long ones, long ones under a lock. */
    for (int how = 0; how < 3; how++) {
        int p[2], lock = memfd_create("lock", 0);
        long length = how == 0 ? page() : 3 * page(), changes = 0;
        char path[64], before = '.';
        pid_t pid[2];
        make(p, WAIT);
        is("one slot", fcntl(p[1], F_SETPIPE_SZ, 1), page());
        memset(data, '.', (size_t)page());
        is("fill it", write(p[1], data, (size_t)page()), page());
        snprintf(path, sizeof path, "/proc/self/fd/%d", lock);
        for (int i = 0; i < 2; i++) {
            if ((pid[i] = child_of()) == 0) {
                int own = open(path, O_RDWR);
                if (how == 2)
                    is("flock", flock(own, LOCK_EX), 0);
                memset(data, 'A' + i, (size_t)length);
                is("write", write(p[1], data, (size_t)length), length);
                _exit(7);
            }
            sleeps("a writer", pid[i]);
        }
        for (long n = -page(); n < 2 * length; n += page()) {
            for (long k = 0, m; k < page(); k += m)
                is("read", (m = read(p[0], data + k, (size_t)(page() - k))) > 0, 1);
            changes += data[0] != before;
            before = data[0];
            for (int i = 0; i < 2; i++)
                for (char s; (s = state_of(pid[i])) != 'S' && s != 'Z';)
                    usleep(1000);
        }
        is("changes of the letter", changes, how == 1 ? 6 : 2);
        is("one", left(pid[0]), 7);
        is("the other", left(pid[1]), 7);
    }
}
C
    run_program ./t
    assert_success
}

@test "SIGPIPE spares process 1 of a PID namespace" {
    needs namespaces
    says "is process 1 of a PID namespace, such as the main program of a container"
    says "SIGPIPE, which ordinarily ends the program"
    for namespace in '' '--pid --map-root-user'; do
        # shellcheck disable=SC2086
        run_shell "${namespace:+unshare --fork $namespace} ./pipe_ps seq 100000 | head -n 1; echo \"\${PIPESTATUS[@]}\""
        assert_line --index 0 1
        if [ -n "$namespace" ]; then
            assert_line --index 1 "1 0"
            assert_stderr_line "pipe_ps: standard output: Broken pipe"
        else
            assert_line --index 1 "141 0"
        fi
    done
}

@test "pwritev2 can ask for no signal, and one that is blocked stays pending" {
    says "has asked pwritev2 for no signal (RWF_NOSIGNAL, since Linux 6.18)"
    says "A signal that is blocked stays pending"
    makes t <<'C'
#include "try.h"
#include <sys/uio.h>
int main(void)
{
    int p[2];
    sigset_t set;
    struct iovec part = { data, 1 };
    make(p, WAIT);
    close(p[0]);
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    is("block", sigprocmask(SIG_BLOCK, &set, NULL), 0);
    ssize_t n = pwritev2(p[1], &part, 1, -1, 0x100);
    /* An older kernel does not know the flag. */
    if (n != -1 || errno != EOPNOTSUPP) {
        fails("pwritev2", n, EPIPE);
        is("pending", sigpending(&set) + sigismember(&set, SIGPIPE), 0);
    }
    fails("write", write(p[1], data, 1), EPIPE);
    is("pending", sigpending(&set) + sigismember(&set, SIGPIPE), 1);
}
C
    run_program ./t
    assert_success
}

@test "a pipe is broken when the last reader has closed, in whatever process" {
    says "with one of two readers left nothing was broken"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2], go[2];
    make(p, WAIT);
    make(go, WAIT);
    signal(SIGPIPE, SIG_IGN);
    pid_t pid = child_of();
    if (pid == 0) {
        close(go[1]);
        _exit(read(go[0], data, 1) == 0 ? 7 : 1);
    }
    close(p[0]);
    is("write, the child reads", write(p[1], "x", 1), 1);
    close(go[1]);
    is("the child", left(pid), 7);
    fails("write", write(p[1], "x", 1), EPIPE);
}
C
    run_program ./t
    assert_success
}

@test "a call in progress in another thread keeps the pipe from being broken" {
    says "closed once more means closed by all, and a call in progress in another thread counts as well"
    makes t <<'C'
#include "try.h"
#include <pthread.h>
static int p[2], go[2], thread;
static void *wait_at_the_read_end(void *nothing)
{
    struct pollfd both[] = { { .fd = p[0] }, { .fd = go[0], .events = POLLIN } };
    __atomic_store_n(&thread, gettid(), __ATOMIC_RELEASE);
    is("poll", poll(both, 2, -1) > 0, 1);
    return nothing;
}
int main(void)
{
    pthread_t t;
    make(p, WAIT);
    make(go, WAIT);
    signal(SIGPIPE, SIG_IGN);
    is("thread", pthread_create(&t, NULL, wait_at_the_read_end, NULL), 0);
    while (__atomic_load_n(&thread, __ATOMIC_ACQUIRE) == 0)
        usleep(100);
    sleeps("the thread", thread);
    close(p[0]);
    is("write while the call goes on", write(p[1], "x", 1), 1);
    is("let it return", write(go[1], "x", 1), 1);
    is("join", pthread_join(t, NULL), 0);
    fails("write", write(p[1], "x", 1), EPIPE);
}
C
    run_program ./t
    assert_success
}
