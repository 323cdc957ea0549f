# shellcheck shell=bash disable=SC2016,SC2154
bats_require_minimum_version 1.13.0
load ../lib/helpers
# What the chapter says of reading, of the end of file and of forgotten ends.

# slow_reader COMMAND...: runs COMMAND with a pipe for standard output that takes one
# line, and takes each line when COMMAND sleeps.
slow_reader() {
    makes slow <<'C'
#include "try.h"
int main(int argc, char **argv)
{
    int p[2];
    make(p, O_DIRECT);
    is("one slot", fcntl(p[1], F_SETPIPE_SZ, 1), page());
    pid_t pid = argc > 1 ? child_of() : -1;
    if (pid == 0) {
        dup2(p[1], STDOUT_FILENO);
        execv(argv[1], argv + 1);
        _exit(127);
    }
    close(p[1]);
    ssize_t n = 1;
    for (int seen = 0; n > 0; seen = 0) {
        for (char state; seen < 3 && (state = state_of(pid)) != 'Z'; usleep(500))
            seen = state == 'S' ? seen + 1 : 0;
        if ((n = read(p[0], data, sizeof data)) > 0)
            is("write", write(STDOUT_FILENO, data, (size_t)n), n);
    }
    return left(pid);
}
C
    run_program ./slow "$@"
}

@test "the reader has one place to sleep: with an output that is full, too, the lines are the same" {
    says "So the child must have no other place to sleep than the read that we ask about"
    says "The letter does not tell where a process sleeps"
    run_program ./pipe_eof
    sed 's/[0-9]\{3,\}/N/' stdout > expected
    slow_reader ./pipe_eof
    assert_success
    assert_equal "$(sed 's/[0-9]\{3,\}/N/' <<< "$output")" "$(< expected)"
}

@test "order is remembered, the borders of writes are not" {
    says "A pipe that was not made for packets is a stream"
    says "It remembers the order of the bytes and forgets which of them were written together"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2];
    long sum = 0;
    make(p, HURRY);
    for (int i = 1; i <= 200; i++, sum += i - 1) {
        memset(data, i, (size_t)i);
        is("write", write(p[1], data, (size_t)i), i);
    }
    is("read", read(p[0], data, sizeof data), sum);
    for (int i = 1, at = 0; i <= 200; at += i++) {
        is("first", (unsigned char)data[at], i);
        is("last", (unsigned char)data[at + i - 1], i);
    }
}
C
    run_program ./t
    assert_success
}

@test "read gives what is there, however much is asked for" {
    says "It does not wait for the buffer to be full"
    says "A program that needs ten bytes has to count, as read_full does"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2];
    make(p, WAIT);
    for (long n = 1; n < 65536; n = n * 3 + 1) {
        is("write", write(p[1], data, (size_t)n), n);
        is("read", read(p[0], data, sizeof data), n);
    }
}
C
    run_program ./t
    assert_success
}

@test "a handler that asks for a restart does not end a read, one that doesn't does" {
    says "A signal with a handler that asks for a restart (SA_RESTART) does not end that sleep"
    says "O_NONBLOCK prevents it, and a handler without SA_RESTART ends it with EINTR"
    makes t <<'C'
#include "try.h"
static volatile sig_atomic_t heard;
static void note(int n) { (void)n; heard = 1; }
static int told[2];
int main(void)
{
    for (int how = 0; how < 4; how++) {
        int p[2];
        make(p, how == 3 ? HURRY : WAIT);
        make(told, WAIT);
        pid_t pid = child_of();
        if (pid == 0) {
            on(SIGUSR1, note, how == 0 ? SA_RESTART : 0);
            if (how == 2)
                signal(SIGUSR1, SIG_IGN);
            close(p[1]);
            long n = read(p[0], data, 10), error = n == -1 ? errno : 0;
            if (write(told[1], (long[]){ n, error, heard }, sizeof(long[3])) == -1)
                _exit(1);
            _exit(0);
        }
        if (how < 3) {
            sleeps("the reader", pid);
            kill(pid, SIGUSR1);
            if (how != 1) {
                sleeps("the reader", pid);
                is("write", write(p[1], "x", 1), 1);
            }
        }
        is("the reader", left(pid), 0);
        long got[3];
        is("report", read(told[0], got, sizeof got), sizeof got);
        is("read", got[0], how == 0 || how == 2 ? 1 : -1);
        is("errno", got[1], how == 1 ? EINTR : how == 3 ? EAGAIN : 0);
        is("heard", got[2], how < 2);
    }
}
C
    run_program ./t
    assert_success
}

@test "the end comes with the last write end, in whatever process, after the last byte" {
    says "After the second it got its eight bytes, and only then the end"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2], go[2];
    make(p, WAIT);
    make(go, WAIT);
    pid_t holder = child_of();
    if (holder == 0) {
        close(go[1]);
        close(p[0]);
        if (read(go[0], data, 1) != 0 || write(p[1], "last", 4) != 4)
            _exit(1);
        _exit(0);
    }
    pid_t reader = child_of();
    if (reader == 0) {
        close(p[1]);
        close(go[1]);
        is("read", read(p[0], data, 4), 4);
        is("read on", read(p[0], data, 100), 4);
        is("the end", read(p[0], data, 100), 0);
        _exit(0);
    }
    is("write", write(p[1], "more", 4), 4);
    close(p[1]);
    sleeps("the reader", reader);
    close(go[1]);
    is("the holder", left(holder), 0);
    is("the reader", left(reader), 0);
}
C
    run_program ./t
    assert_success
}

@test "the end can end: a new writer may come by the link under /proc" {
    says "A second read at the end returns 0 once more, and so does a third, until a new writer comes"
    says "An anonymous pipe gets one when somebody opens its link under /proc for writing"
    says "A named pipe may get one later"
    says "empty, and no writer left | read returns 0, until a new writer comes"
    says "empty, and a writer exists | read waits, or EAGAIN"
    makes t <<'C'
#include "try.h"
int main(void)
{
    for (int named = 0; named < 2; named++) {
        int p[2];
        char path[64];
        if (named) {
            is("mkfifo", mkfifo("fifo", 0600), 0);
            p[0] = open("fifo", O_RDONLY | O_NONBLOCK);
            p[1] = open("fifo", O_WRONLY);
            snprintf(path, sizeof path, "fifo");
        } else {
            make(p, HURRY);
            snprintf(path, sizeof path, "/proc/self/fd/%d", p[0]);
        }
        fails("read", read(p[0], data, 1), EAGAIN);
        close(p[1]);
        for (int i = 0; i < 3; i++)
            is("read at the end", read(p[0], data, 1), 0);
        struct pollfd one = { .fd = p[0], .events = POLLIN };
        is("poll", poll(&one, 1, 0), 1);
        is("what poll says", one.revents, POLLHUP);
        int writer = open(path, O_WRONLY);
        is("open", writer != -1, 1);
        fails("read", read(p[0], data, 1), EAGAIN);
        is("poll", poll(&one, 1, 0), 0);
        pid_t pid = child_of();
        if (pid == 0) {
            close(writer);
            fcntl(p[0], F_SETFL, 0);
            _exit(read(p[0], data, 100) == 3 ? 0 : 1);
        }
        sleeps("the reader", pid);
        is("write", write(writer, "new", 3), 3);
        is("the reader", left(pid), 0);
    }
}
C
    run_program ./t
    assert_success
}

@test "a read of 0 bytes returns 0, with data, without, at the end" {
    says "A read of 0 bytes returns 0 as well and does not tell of the end"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2];
    make(p, WAIT);
    is("empty", read(p[0], data, 0), 0);
    is("write", write(p[1], "x", 1), 1);
    is("not empty", read(p[0], data, 0), 0);
    is("still there", unread(p[0]), 1);
    close(p[1]);
    is("no writer, not empty", read(p[0], data, 0), 0);
    is("read", read(p[0], data, 1), 1);
}
C
    run_program ./t
    assert_success
}

@test "F_DUPFD_CLOEXEC and dup give a second number, one with the flag, one without" {
    says "F_DUPFD_CLOEXEC of fcntl(2) gives a descriptor a second number, as dup(2) does, and marks the new one for closing at an exec"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2];
    make(p, HURRY);
    int a = fcntl(p[1], F_DUPFD_CLOEXEC, 0), b = dup(p[1]);
    is("flag of the first", fcntl(a, F_GETFD), FD_CLOEXEC);
    is("flag of the second", fcntl(b, F_GETFD), 0);
    close(p[1]);
    is("write by one", write(a, "x", 1), 1);
    is("write by the other", write(b, "x", 1), 1);
    is("clear by one", fcntl(a, F_SETFL, 0), 0);
    is("seen by the other", fcntl(b, F_GETFL) & O_NONBLOCK, 0);
    is("read", read(p[0], data, 100), 2);
}
C
    run_program ./t
    assert_success
}

@test "a reader that holds the last write end sleeps until it is killed" {
    says "The first reader would sleep until somebody kills it"
    says "A child made to hang must not outlive a parent that fails"
    run_program ./pipe_forgotten_end
    assert_line --regexp 'write end kept: sleeps, and holds the last write end$'
    inject 'write:error=EIO:when=1' ./pipe_forgotten_end
    assert_failure 1
    [ "$ended" = "exited 1" ]
}

@test "an exec keeps what has no O_CLOEXEC, and closes what has" {
    says "It keeps those without O_CLOEXEC when it becomes another program"
    says "A child inherits all descriptors"
    says "and marks the new one for closing at an exec"
    makes t <<'C'
#include "try.h"
int main(int argc, char **argv)
{
    if (argc > 1)
        _exit((fcntl(atoi(argv[1]), F_GETFD) != -1) + 2 * (fcntl(atoi(argv[2]), F_GETFD) != -1));
    int p[2], kept[2];
    make(p, WAIT);
    is("pipe", pipe(kept), 0);
    pid_t pid = child_of();
    if (pid == 0)
        _exit(fcntl(p[1], F_GETFD) == FD_CLOEXEC && fcntl(kept[1], F_GETFD) == 0 ? 7 : 1);
    is("a child without an exec", left(pid), 7);
    pid = child_of();
    if (pid == 0) {
        char a[12], b[12];
        snprintf(a, sizeof a, "%d", p[1]);
        snprintf(b, sizeof b, "%d", kept[1]);
        execl(argv[0], argv[0], a, b, (char *)NULL);
        _exit(9);
    }
    is("open after the exec", left(pid), 2);
}
C
    run_program ./t
    assert_success
}

@test "EAGAIN tells that somebody may still write, and it is the program that was started" {
    says "nothing now, but somebody may still write"
    says "before cat begins, and the read returns 0, the end"
    makes t <<'C'
#include "try.h"
int main(void)
{
    for (int flag = 0; flag <= 1; flag++) {
        int p[2], talk[2];
        is("pipe2", pipe2(p, flag ? O_CLOEXEC : 0), 0);
        is("socketpair", socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, talk), 0);
        is("F_SETFL", fcntl(p[0], F_SETFL, O_NONBLOCK), 0);
        pid_t pid = child_of();
        if (pid == 0) {
            dup2(talk[1], 0);
            dup2(talk[1], 1);
            execlp("cat", "cat", (char *)NULL);
            _exit(9);
        }
        close(talk[1]);
        is("to cat", write(talk[0], "x", 1), 1);
        is("from cat", read(talk[0], data, 1), 1);
        close(p[1]);
        if (flag)
            is("read", read(p[0], data, 1), 0);
        else
            fails("read", read(p[0], data, 1), EAGAIN);
        close(talk[0]);
        is("cat", left(pid), 0);
        is("read when cat has ended", read(p[0], data, 1), 0);
    }
}
C
    run_program ./t
    assert_success
}

@test "all pipes of the book are made by pipe2" {
    says "All programs of this book but those that open a chapter make their pipes by pipe2"
    run_program ./pipe_forgotten_end
    assert_line --partial "met the end and left"
    run grep -lwE 'pipe2' "$root"/tangled/*/*.c
    [ "${#lines[@]}" -gt 20 ]
    # the first root chunk of each chapter
    for chapter in "$root"/chapters/[0-9]*.nw; do
        echo "$root/tangled/$(basename "$chapter" .nw)/$(sed -n 's/^<<\(.*\.c\)>>=$/\1/p' "$chapter" | head -1)"
    done > openers
    run bash -c 'grep -lE "[^a-z_.]pipe\(" "$0"/tangled/*/*.c | grep -vxF -f openers' "$root"
    assert_output ''
    run grep -c . openers
    [ "$output" -ge 10 ]
    xargs -d '\n' grep -qE '[^a-z_.]pipe\(' < openers
}

@test "a call that a thread has in progress keeps the end open that is closed meanwhile" {
    says "A call on it that another thread has in progress keeps the end open, too"
    makes t <<'C'
#include "try.h"
#include <pthread.h>
static int p[2], go[2], thread;
static void *wait_for_room(void *nothing)
{
    struct pollfd both[] = { { .fd = p[1] }, { .fd = go[0], .events = POLLIN } };
    __atomic_store_n(&thread, gettid(), __ATOMIC_RELEASE);
    is("poll", poll(both, 2, -1) > 0, 1);
    return nothing;
}
int main(void)
{
    pthread_t t;
    make(p, HURRY);
    make(go, WAIT);
    is("thread", pthread_create(&t, NULL, wait_for_room, NULL), 0);
    while (__atomic_load_n(&thread, __ATOMIC_ACQUIRE) == 0)
        usleep(100);
    sleeps("the thread", thread);
    close(p[1]);
    fails("read while the call goes on", read(p[0], data, 1), EAGAIN);
    is("let it return", write(go[1], "x", 1), 1);
    is("join", pthread_join(t, NULL), 0);
    is("read", read(p[0], data, 1), 0);
}
C
    run_program ./t
    assert_success
}
