# shellcheck shell=bash disable=SC2016,SC2154
bats_require_minimum_version 1.13.0
load ../lib/helpers
# What the chapter says of O_NONBLOCK, of poll, of stdio, and of running commands.

@test "the flag is the open file's: all who share it change with it [P43] [P18]" {
    says "fetch the flags with F_GETFL, add O_NONBLOCK, put them back with F_SETFL"
    says "A program that sets the flag on a standard input that it was given sets it for all who share that open file"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2], way[2];
    char path[64];
    make(p, WAIT);
    is("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, way), 0);
    send_fd(way[0], p[0]);
    snprintf(path, sizeof path, "/proc/self/fd/%d", p[0]);
    int sent = receive_fd(way[1]), copy = dup(p[0]), opened = open(path, O_RDONLY);
    pid_t pid = child_of();
    if (pid == 0) {
        int flags = fcntl(copy, F_GETFL);
        _exit(fcntl(copy, F_SETFL, flags | O_NONBLOCK));
    }
    is("the child", left(pid), 0);
    is("ours", fcntl(p[0], F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    is("the one that was sent", fcntl(sent, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    is("the one opened anew", fcntl(opened, F_GETFL) & O_NONBLOCK, 0);
    is("the other end", fcntl(p[1], F_GETFL) & O_NONBLOCK, 0);
}
C
    run_program ./t
    assert_success
}

@test "without waiting a write within PIPE_BUF is done or refused [P44]" {
    says "Up to PIPE_BUF bytes a write is done or refused"
    says "empty | EAGAIN | all | all, or what fits"
    says "a slot free | what is there | all | all, or what fits"
    makes t <<'C'
#include "try.h"
int main(void)
{
    for (long slots = 0; slots < 3; slots++)
        for (long n = 1; n <= PIPE_BUF; n = n < 16 ? n * 2 : n + 255) {
            int p[2];
            make(p, HURRY);
            long before = capacity(p[1]) - slots * page() - 100;
            is("write", write(p[1], data, (size_t)before), before);
            if (slots > 0 || n <= 100)
                is("write within PIPE_BUF", write(p[1], data, (size_t)n), n);
            else
                fails("write within PIPE_BUF", write(p[1], data, (size_t)n), EAGAIN);
            close(p[0]);
            close(p[1]);
        }
    int p[2];
    make(p, HURRY);
    fails("read", read(p[0], data, 1), EAGAIN);
    is("write PIPE_BUF", write(p[1], data, PIPE_BUF), PIPE_BUF);
    is("write twice what fits", write(p[1], data, (size_t)(2 * capacity(p[1]))), capacity(p[1]) - page());
    is("empty it", read(p[0], data, sizeof data), capacity(p[1]) - page() + PIPE_BUF);
    is("write more than PIPE_BUF", write(p[1], data, PIPE_BUF + 1), PIPE_BUF + 1);
    is("and again", write(p[1], data, PIPE_BUF + 1), PIPE_BUF + 1);
}
C
    run_program ./t
    assert_success
}

@test "beyond PIPE_BUF the caller gets less, and the last slot takes the remainder [P44]" {
    says "Beyond that the caller must be ready for less than it asked for, and what fits is counted in slots"
    says "With no slot free there is still the rest of the last page"
    says "no slot free, room in the last | what is there | all or EAGAIN | the remainder or EAGAIN"
    says "no room | what is there | EAGAIN | EAGAIN"
    makes t <<'C'
#include "try.h"
int main(void)
{
    const struct { long slots, room, length, stored; } cases[] = {
        { 0, 100, 100, 100 }, { 0, 100, 101, -1 },
        { 0, 100, page() + 100, 100 }, { 0, 100, page() + 101, -1 },
        { 0, 100, 5 * page() + 1, 1 }, { 0, 100, 2 * page(), -1 },
        { 1, 100, page() + 100, page() + 100 }, { 1, 100, page() + 101, page() },
        { 1, 100, 3 * page() + 5, page() + 5 }, { 2, 0, 3 * page() + 5, 2 * page() },
        { 0, 0, 1, -1 }, { 0, 0, 5 * page() + 1, -1 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int p[2];
        make(p, HURRY);
        long before = capacity(p[1]) - cases[i].slots * page() - cases[i].room;
        is("write", write(p[1], data, (size_t)before), before);
        printf("case %zu: ", i);
        if (cases[i].stored == -1)
            fails("write", write(p[1], data, (size_t)cases[i].length), EAGAIN);
        else
            is("write", write(p[1], data, (size_t)cases[i].length), cases[i].stored);
        is("read", read(p[0], data, 10), 10);
    }
}
C
    run_program ./t
    assert_success
}

@test "with no reader left a write of any length fails with EPIPE" {
    says "no reader left | - | EPIPE | EPIPE"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2];
    signal(SIGPIPE, SIG_IGN);
    make(p, HURRY);
    is("write", write(p[1], data, 10), 10);
    close(p[0]);
    fails("a short write", write(p[1], data, 1), EPIPE);
    fails("a long write", write(p[1], data, sizeof data), EPIPE);
}
C
    run_program ./t
    assert_success
}

@test "poll tells the end at the read end, and breakage at the write end [P47]" {
    says "A full pipe without a writer is the state that programs get wrong: poll says POLLIN and POLLHUP"
    says "Of an empty one it says POLLHUP alone"
    says "no writer left | what is there, then 0 | - | -"
    says "POLLHUP at the read end when the last writer has gone, POLLERR at the write end when the last reader has"
    makes t <<'C'
#include "try.h"
static int ask(int fd)
{
    struct pollfd one = { .fd = fd, .events = POLLIN | POLLOUT };
    is("poll", poll(&one, 1, 0) != -1, 1);
    return one.revents;
}
int main(void)
{
    int p[2];
    for (int full = 0; full < 2; full++) {
        make(p, HURRY);
        if (full)
            is("write", write(p[1], data, (size_t)capacity(p[1])), capacity(p[1]));
        is("the read end", ask(p[0]), full ? POLLIN : 0);
        is("the write end", ask(p[1]), full ? 0 : POLLOUT);
        close(p[1]);
        is("no writer", ask(p[0]), full ? POLLIN | POLLHUP : POLLHUP);
        is("read", read(p[0], data, sizeof data), full ? capacity(p[0]) : 0);
        is("empty, no writer", ask(p[0]), POLLHUP);
        is("read on", read(p[0], data, 1), 0);
        close(p[0]);
        make(p, HURRY);
        if (full)
            is("write", write(p[1], data, (size_t)capacity(p[1])), capacity(p[1]));
        close(p[0]);
        is("no reader", ask(p[1]), full ? POLLERR : POLLOUT | POLLERR);
        close(p[1]);
    }
}
C
    run_program ./t
    assert_success
}

@test "the notes' fragment compiles with its semicolon, and not without [P43]" {
    printf '%s\n' '#include <fcntl.h>' 'void set(int *fd);' \
        'void set(int *fd)' '{' \
        '    int flag = fcntl(fd[0], F_GETFL);' \
        '    flag |= O_NONBLOCK;' \
        '    fcntl(fd[0], F_SETFL, flag);' '}' > with.c
    compiles with.c
    sed 's/F_GETFL);/F_GETFL)/' with.c > without.c
    compile_fails without.c "expected '[,;]'.* before|expected ';'"
}

@test "what poll calls room is a slot" {
    says "What poll calls room is counted in slots, too: with 100 bytes left in the last slot it says nothing, although 100 bytes would go in"
    makes t <<'C'
#include "try.h"
int main(void)
{
    for (long room = 0; room < 2 * page(); room += room == 0 ? 100 : 401) {
        int p[2];
        make(p, HURRY);
        long before = capacity(p[1]) - room;
        is("write", write(p[1], data, (size_t)before), before);
        struct pollfd one = { .fd = p[1], .events = POLLOUT };
        is("poll", poll(&one, 1, 0), room >= page());
        if (room > 0)
            is("write", write(p[1], data, room < 100 ? 1 : 100), room < 100 ? 1 : 100);
    }
}
C
    run_program ./t
    assert_success
}

@test "what poll has promised another can take away" {
    says "After POLLOUT a write within PIPE_BUF does not wait for room, if no other writer comes first and nobody makes the pipe smaller; after POLLIN a read does not wait for bytes, if no other reader comes first"
    says "A program that must not wait for either sets O_NONBLOCK all the same"
    makes t <<'C'
#include "try.h"
int main(void)
{
    /* A writer, a reader; with another that comes first and without; waiting or not. */
    for (int how = 0; how < 8; how++) {
        bool writer = how & 1, other = how & 2, hurry = how & 4;
        int p[2];
        make(p, hurry ? HURRY : WAIT);
        long before = writer ? capacity(p[1]) - page() : 1;
        is("write", write(p[1], data, (size_t)before), before);
        struct pollfd one = { .fd = p[writer], .events = writer ? POLLOUT : POLLIN };
        is("poll", poll(&one, 1, 0), 1);
        if (other) {
            pid_t pid = child_of();
            if (pid == 0)
                _exit(writer ? write(p[1], data, (size_t)page()) != page() : read(p[0], data, 1) != 1);
            is("the other", left(pid), 0);
        }
        pid_t pid = child_of();
        if (pid == 0) {
            long n = writer ? write(p[1], data, PIPE_BUF) : read(p[0], data, 1);
            _exit(n == (writer ? PIPE_BUF : 1) ? 7 : n == -1 && errno == EAGAIN ? 8 : 9);
        }
        if (other && !hurry) {
            sleeps("the second", pid);
            kill(pid, SIGKILL);
        }
        is("the second", left(pid), !other ? 7 : hurry ? 8 : -SIGKILL);
    }
}
C
    run_program ./t
    assert_success
}

@test "at the first POLLHUP there may be words, which closing throws away" {
    says "Data and the end are reported together"
    says "Neither has to be asked for"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2];
    make(p, HURRY);
    is("write", write(p[1], "last words", 10), 10);
    close(p[1]);
    struct pollfd one = { .fd = p[0], .events = POLLIN };
    is("poll", poll(&one, 1, 0), 1);
    is("data and end", one.revents, POLLIN | POLLHUP);
    one.events = 0;
    is("poll for nothing", poll(&one, 1, 0), 1);
    is("end", one.revents, POLLHUP);
    is("read", read(p[0], data, 100), 10);
    make(p, HURRY);
    close(p[0]);
    one = (struct pollfd){ .fd = p[1], .events = 0 };
    is("poll for nothing", poll(&one, 1, 0), 1);
    is("broken", one.revents, POLLERR);
}
C
    run_program ./t
    assert_success
}

@test "what stdio has not written is in both after a fork, and _exit drops it" {
    says "Either empty the buffer before the fork, or let a child that prints nothing leave by _exit(2), which writes nothing out"
    says "Into a pipe or a file it collects some thousand bytes first, in memory"
    makes t <<'C'
#include "try.h"
int main(int argc, char **argv)
{
    printf("%d", argc);
    if (argv[1][0] == 'f')
        fflush(stdout);
    pid_t pid = fork();
    if (pid == 0 && argv[1][1] == '_')
        _exit(0);
    if (pid == 0)
        exit(0);
    return left(pid);
}
C
    for way in ./t './t "$1" > file; cat file #'; do
        for how in ' ' 'f ' ' _' 'f_'; do
            run_shell "$way \"\$1\"" "$how"
            if [ "$how" = ' ' ]; then assert_output 22; else assert_output 2; fi
        done
    done
    makes u <<'C'
#include "try.h"
int main(void)
{
    for (int i = 0; i < 1000; i++)
        putchar('x');
    _exit(0);
}
C
    run_program ./u
    assert_output ''
}

@test "a child that prints needs the empty buffer, and a flush of its own before _exit" {
    says "A child that prints needs the empty buffer, and a flush of its own before _exit"
    makes t <<'C'
#include "try.h"
int main(int argc, char **argv)
{
    is("arguments", argc, 2);
    static char buffer[1024];
    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    printf("parent");
    if (strchr(argv[1], 'e') != NULL)
        fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        printf(" child");
        if (strchr(argv[1], 'f') != NULL)
            fflush(stdout);
        if (strchr(argv[1], 'o') != NULL)
            for (int i = 0; i < 2000; i++)
                putchar('.');
        _exit(0);
    }
    return left(pid);
}
C
    run_program ./t ef
    assert_output "parent child"
    run_program ./t e
    assert_output "parent"
    run_program ./t f
    assert_output "parent childparent"
    # What overflows the buffer takes along what was inherited.
    run_program ./t o
    assert_output --regexp '^parent child\.+parent$'
}

@test "the chapter's programs leave nothing over at a fork, and children leave by _exit" {
    says "they print line by line, or print nothing before a fork, and their children leave by _exit"
    run_program ./pipe_stdio _exit
    assert_output "printed once"
    local file
    for file in "$root"/tangled/03-pipes/*.c; do
        grep -q 'fork()' "$file" || continue
        case $file in */pipe_stdio.c) continue ;; esac
        run grep -nE '[^_]exit\(' "$file"
        assert_failure
        grep -q '_exit(' "$file"
        # In main nothing is printed before the fork, unless line by line.
        if ! grep -q '_IOLBF' "$file"; then
            run awk '/^int main/ { in_main = 1 } in_main && /fork\(\)/ { exit }
                in_main && /printf|puts|putchar/ { print }' "$file"
            assert_output ''
        fi
    done
}

@test "dup2 of a descriptor to itself keeps its O_CLOEXEC, and a copy has none" {
    says "dup2 has nothing to do, and the flag O_CLOEXEC, which a copy would not have, stays on"
    says "since the first line of main takes care that a pipe gets numbers above 2"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2];
    make(p, WAIT);
    is("dup2 to itself", dup2(p[1], p[1]), p[1]);
    is("its flag", fcntl(p[1], F_GETFD), FD_CLOEXEC);
    is("dup2", dup2(p[1], 100), 100);
    is("the copy's flag", fcntl(100, F_GETFD), 0);
}
C
    run_program ./t
    assert_success
    for closed in '0' '1' '2' '0 1' '0 2' '1 2' '0 1 2'; do
        redirections=
        for fd in $closed; do redirections+=" $fd>&-"; done
        run_shell "./pipe_ps sh -c 'test -w /dev/fd/1 && exit 5' $redirections"
        assert_failure 5
    done
}

@test "127 for a command that was not found, 126 for one that cannot be run" {
    says "A shell returns 127 for a command that it did not find and 126 for one that it found and could not run"
    says "We return 127 if the error is ENOENT and 126 otherwise, which is the same in most cases"
    touch plain
    chmod 644 plain
    printf 'garbage' > broken
    chmod 755 broken
    for command in ./no-such ./plain no-such-command ./plain/x; do
        run_shell '"$1"' "$command"
        expected=$status
        for ours in ./pipe_ps "./pipe_line true :"; do
            run_shell "$ours \"\$1\"" "$command"
            assert_failure "$expected"
        done
    done
}

@test "in lower case the name of the macro does not exist" {
    says "dup2(2) makes descriptor 1, STDOUT_FILENO, another name for the write end"
    printf '#include <unistd.h>\nint f(void);\nint f(void) { return STDOUT_FILENO; }\n' > upper.c
    compiles upper.c
    sed 's/STDOUT_FILENO/stdout_fileno/' upper.c > lower.c
    compile_fails lower.c stdout_fileno
}

@test "a parent that waits first is right up to what the pipe takes, and hangs beyond" {
    says "A parent that waits first is right up to what the pipe takes, and hangs beyond"
    says "that is 65,536 bytes at most here, unless the command enlarges the pipe, and with some sizes of writes it is less"
    while read -r size most; do
        [ "$(getconf PAGESIZE)" = 4096 ] || continue
        run_shell './pipe_ps_wrong dd if=/dev/zero bs=$1 count=$2 status=none | wc -c' "$size" "$most"
        assert_output $((size * most))
        run_program timeout 0.3 ./pipe_ps_wrong dd if=/dev/zero bs="$size" count=$((most + 1)) status=none
        assert_failure 124
        assert_output ''
    done << 'END'
1024 64
4096 16
3000 16
2049 16
END
    # 1031 is F_SETPIPE_SZ.
    run_shell './pipe_ps_wrong perl -e "fcntl(STDOUT, 1031, 1 << 20) or die; print q(x) x 200000" | wc -c'
    assert_output 200000
}

@test "when the reader of our output goes, SIGPIPE ends us, and the command too" {
    says "when the reader of our output has gone, SIGPIPE ends us"
    says "The command then finds its own reader gone"
    says "SIGPIPE ended pipe_ps before it could say anything"
    run_shell 'trap "" PIPE; ./pipe_ps seq 1000000 | head -n 1; echo "${PIPESTATUS[@]}"'
    assert_line --index 0 1
    assert_line --index 1 "141 0"
    assert_equal "$stderr" ""
    # The runner would tell of a command that is left behind.
    run_shell './pipe_ps yes | head -n 1'
    assert_output y
}

@test "no command is given something that it has to ignore, be blocked from or do without" {
    says "has put the default back"
    says "no signal is blocked, and SIGPIPE and SIGCHLD have their default"
    for how in --ignore-signal=PIPE --block-signal=PIPE --ignore-signal=CHLD --block-signal=CHLD; do
        for ours in './pipe_ps' './pipe_line'; do
            run_program env "$how" "$ours" grep -E 'SigIgn|SigBlk' /proc/self/status
            assert_success
            assert_line --regexp '^SigBlk:.0000000000000000$'
            ignored=$((16#$(sed -n 's/^SigIgn:.//p' stdout)))
            assert_equal $((ignored & 1 << 12 | ignored & 1 << 16)) 0
        done
    done
}

@test "what comes out is all there, and the missing command's reason is in the status" {
    says "The hundred thousand lines are 588,895 bytes, about nine times what the pipe holds"
    says "The command that does not exist wrote nothing, so the parent met the end and learned the reason from the status"
    run_program ./pipe_ps seq 100000
    assert_equal "$(wc -c < stdout)" 588895
    assert_equal "$((588895 * 10 / 65536))" 89
    run_program ./pipe_ps ./no-such
    assert_failure 127
    assert_output ''
}

@test "an argument list with nothing beside a colon is refused" {
    says "An argument list with nothing to the left or right of a colon is no pipeline"
    for words in ':' 'true :' ': true' 'true : : true' 'true : true :'; do
        # shellcheck disable=SC2086
        run_program ./pipe_line $words
        assert_failure 2
        assert_output ''
    done
    run_program ./pipe_line echo :x x: ::
    assert_success
    assert_output ":x x: ::"
}

@test "if a pipe cannot be made, those who write find their reader gone, and are waited for" {
    says "If a pipe or a process cannot be made, the parent closes the read end that it holds"
    says "The command that writes there finds its reader gone at its next write"
    says "We wait for those that run already, however long that takes"
    inject 'pipe2:error=EMFILE:when=2' ./pipe_line sh -c 'read -r _; exit 4' : cat : cat
    assert_failure 1
    assert_stderr_line "pipe_line: sh left with status 4"
    inject 'pipe2:error=EMFILE:when=3' ./pipe_line yes : cat : cat : cat
    assert_failure 1
    assert_stderr_line "pipe_line: yes was killed by SIGPIPE"
    run_shell 'ulimit -n 5; ./pipe_line yes : cat : cat : cat : cat'
    assert_failure 1
    assert_stderr_line "pipe_line: pipe2: Too many open files"
    assert_stderr_line "pipe_line: yes was killed by SIGPIPE"
}

@test "no command is held back until another has finished" {
    says "No command is held back until another has finished"
    mkfifo back
    run_program ./pipe_line sh -c 'echo first; read -r _ < back; echo last' : \
        sh -c 'read -r word; echo "$word"; echo go > back; cat'
    assert_success
    assert_output "first
last"
}

@test "the end comes with the last writer, which may be a process that the command left" {
    says "a process that it leaves behind, as sh -c 'sleep 9 &' does, keeps the write end, and pipe_ps reads on until that process ends, too"
    mkfifo go
    ./pipe_ps sh -c '{ read -r _ < go; echo later; } & echo now' > out 2> err 3>&- &
    until grep -q now out; do :; done
    kill -0 $!
    run grep later out
    assert_failure
    echo > go
    wait $!
    assert_equal "$(< out)" "now
later"
    assert_equal "$(< err)" "pipe_ps: sh left with status 0"
    # The shell has ended and is not waited for, as long as nobody ends its sleep.
    ./pipe_ps sh -c 'sleep 9 & echo $$ $!' > out 2> err 3>&- &
    until grep -q ' .' out; do :; done
    read -r shell sleep < out
    while [ -e "/proc/$shell" ] && ! grep -q '^State:.Z' "/proc/$shell/status"; do :; done
    found=$(ls -d "/proc/$shell")
    kill "$sleep"
    assert_equal "$found" "/proc/$shell"
    wait $!
    assert_equal "$(< err)" "pipe_ps: sh left with status 0"
}

@test "a call that sleeps already is not woken when the flag is set" {
    says "A call that already sleeps is not woken"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2];
    make(p, WAIT);
    pid_t pid = child_of();
    if (pid == 0)
        _exit(read(p[0], data, 100) == 3 ? 7 : 1);
    sleeps("the reader", pid);
    is("F_SETFL", fcntl(p[0], F_SETFL, O_NONBLOCK), 0);
    sleeps("the reader", pid);
    fails("read", read(p[0], data, 1), EAGAIN);
    is("write", write(p[1], "new", 3), 3);
    is("the reader", left(pid), 7);
}
C
    run_program ./t
    assert_success
}

@test "the remainder that fits is the first bytes of the write" {
    says "where there is room for 100 bytes, of a page and 100 bytes it takes the first 100, of a page and 200 bytes nothing"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2];
    make(p, HURRY);
    long before = capacity(p[1]) - 100, n = page() + 100;
    is("write", write(p[1], data, (size_t)before), before);
    for (long i = 0; i < n; i++)
        data[i] = (char)(i < 100 ? 'a' : 'b');
    is("write", write(p[1], data, (size_t)n), 100);
    is("read", read(p[0], data, sizeof data), capacity(p[1]));
    is("the first that was added", data[before], 'a');
    is("the last", data[before + 99], 'a');
}
C
    run_program ./t
    assert_success
}

@test "of 0 bytes a write says nothing, a read does not wait" {
    says "What a pipe that does not wait returns, when asked for a byte or more"
    says "A pipe in eight lines, for calls that ask for a byte or more"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2];
    make(p, HURRY);
    is("read of nothing", read(p[0], data, 0), 0);
    fails("read", read(p[0], data, 1), EAGAIN);
    close(p[0]);
    signal(SIGPIPE, SIG_IGN);
    is("write of nothing", write(p[1], data, 0), 0);
    fails("write", write(p[1], data, 1), EPIPE);
}
C
    run_program ./t
    assert_success
}

@test "where a directory of PATH may not be searched, execvp says EACCES and we return 126" {
    says "where a directory in PATH may not be searched, and the command is in none of the others, execvp says EACCES"
    chmod 755 .
    mkdir -m 0 closed
    for path in closed:/nonexistent closed:/bin; do
        as_nobody run_shell "PATH=\$PWD/$path ./pipe_ps nosuch-command"
        assert_failure 126
    done
    as_nobody run_shell 'PATH=$PWD/closed:/bin; nosuch-command'
    assert_failure 127
    as_nobody run_shell 'PATH=$PWD/closed:$PATH ./pipe_ps true'
    assert_success
    as_nobody run_shell 'PATH=/nonexistent ./pipe_ps nosuch-command'
    assert_failure 127
    chmod 755 closed
}

@test "a command that sets O_NONBLOCK on what it shares with us loses no byte" {
    says "If it sets O_NONBLOCK there, it sets it for us"
    says "Our write to a full pipe would then fail with EAGAIN"
    says "Then poll waits in place of our write"
    makes t <<'C'
#include "try.h"
int main(void)
{
    is("F_SETFL", fcntl(2, F_SETFL, fcntl(2, F_GETFL) | O_NONBLOCK), 0);
    for (int i = 0; i < 200; i++)
        is("write", write(1, data, 4099), 4099);
}
C
    run_shell './pipe_ps ./t 2>&1 | { sleep 0.3; cat; } | tr -dc "\0" | wc -c; echo "${PIPESTATUS[0]}"'
    assert_line --index 0 $((200 * 4099))
    assert_line --index 1 0
}

@test "who is told to end while commands run leaves them, as a shell does" {
    says "A signal that is sent to pipe_line alone, by the command kill for example, leaves the commands running"
    mkfifo go done
    for line in './pipe_line sh -c "echo on; read -r _ < go; echo later > done" : cat' \
        'bash -c "sh -c \"echo on; read -r _ < go; echo later > done\" | cat; :"'; do
        rm -f out
        bash -c "exec $line" > out 3>&- &
        until grep -q on out; do :; done
        kill $!
        wait $! || true
        echo > go
        run cat done
        assert_output later
    done
}

@test "to a terminal each line is written, unless the program has chosen a buffer" {
    says "On a terminal stdout writes at the end of every line, unless the program has chosen otherwise"
    makes t <<'C'
#include "try.h"
int main(void)
{
    for (int chosen = 0; chosen < 2; chosen++) {
        int terminal = posix_openpt(O_RDWR | O_NOCTTY);
        is("terminal", grantpt(terminal) | unlockpt(terminal), 0);
        int end = open(ptsname(terminal), O_RDWR | O_NOCTTY);
        is("its end", end != -1, 1);
        pid_t pid = child_of();
        if (pid == 0) {
            dup2(end, STDOUT_FILENO);
            if (chosen)
                setvbuf(stdout, NULL, _IOFBF, 4096);
            printf("one\ntwo");
            _exit(7);
        }
        is("the child", left(pid), 7);
        close(end);
        long sum = 0;
        for (ssize_t n; (n = read(terminal, data, 100)) > 0; sum += n)
            ;
        is("what came, with a carriage return", sum, chosen ? 0 : 5);
        close(terminal);
    }
}
C
    run_program ./t
    assert_success
}

@test "a command that fills a standard error that does not wait does not swallow our last line" {
    says "Standard error may have the flag as well"
    says "our last line waits for room before it is printed"
    makes t <<'C'
#include "try.h"
int main(void)
{
    pid_t self = getpid();
    is("F_SETFL", fcntl(2, F_SETFL, fcntl(2, F_GETFL) | O_NONBLOCK), 0);
    while (write(2, data, (size_t)page()) == page())
        ;
    return write(1, &self, sizeof self) != sizeof self;
}
C
    makes u <<'C'
#include "try.h"
int main(int argc, char **argv)
{
    int out[2], error[2];
    pid_t command;
    make(out, WAIT);
    make(error, WAIT);
    pid_t pid = child_of();
    if (pid == 0) {
        is("dup2", dup2(out[1], 1) + dup2(error[1], 2), 3);
        execv(argv[argc - 1], (char *[]){ argv[argc - 1], "./t", NULL });
        _exit(1);
    }
    is("the command", read(out[0], &command, sizeof command), sizeof command);
    close(out[1]);
    close(error[1]);
    while (state_of(command) != 0)
        usleep(1000);
    sleeps("who has to say how it ended", pid);
    long n, all = 0;
    while ((n = read(error[0], data + all, sizeof data - (size_t)all)) > 0)
        all += n;
    is("the program", left(pid), 0);
    return write(1, data + capacity(error[0]), (size_t)(all - capacity(error[0]))) == -1;
}
C
    for program in pipe_ps pipe_ps_wrong pipe_line; do
        run_program ./u "./$program"
        assert_success
        assert_output "$program: ./t left with status 0"
    done
}

@test "a colon alone is no command's argument" {
    says "so no command gets an argument that is a colon and no more"
    run_program ./pipe_line echo x : sh -c 'cat; echo "$#" "$@"' sh y : cat
    assert_success
    assert_output "x
1 y"
    run_program ./pipe_line echo '\:' '::' ' :'
    assert_output '\: ::  :'
}
