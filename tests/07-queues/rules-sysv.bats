# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# What the chapter says of System V's queues.

@test "MSG_COPY looks at a message by its position and leaves it, where the kernel has it [G24]" {
    says "of POSIX's; System V's has MSG_EXCEPT, and on some kernels MSG_COPY"
    make_v
    run_program ./v get 'send 5 first' 'send 1 second' 'take 99 0 c' 'take 99 1 c' 'take 99 2 c' stat rm
    assert_success
    if [ "${lines[3]}" = ENOSYS ]; then return; fi
    assert_line --index 3 5:first
    assert_line --index 4 1:second
    assert_line --index 5 ENOMSG
    assert_line --index 6 --regexp '^2 11 '
}

@test "a negative type takes the lowest, and the oldest of that; zero takes the oldest [G01]" {
    says "among those of one priority; by type, if the taker asks"
    says "A number below zero is a bound: it takes the lowest type up to there"
    make_v
    run_program ./v get 'send 5 a' 'send 1 b' 'send 5 c' 'send 2147483647 d' 'send 1 e' 'take 9 -100' 'take 9 -100' 'take 9 -100' 'take 9 -100' 'take 9 -100' 'take 9 0' rm
    assert_output "ok
0
0
0
0
0
1:b
1:e
5:a
5:c
ENOMSG
2147483647:d
0"
}

@test "a handler ends both calls with EINTR, with SA_RESTART or without; POSIX's it restarts" {
    says "A signal whose handler returns ends both calls with EINTR, even when the handler was installed with SA_RESTART"
    makes interrupted <<'C'
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/wait.h>
#include <unistd.h>
static mqd_t q;
static void on(int n) { (void)n; if (q) mq_send(q, "x", 1, 0); }
static void later(void)
{
    pid_t parent = getpid();
    if (fork() != 0)
        return;
    char path[64], state = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", parent);
    for (int seen = 0; seen < 2; seen = state == 'S' ? seen + 1 : 0) {
        FILE *f = fopen(path, "r");
        if (f == NULL || fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
            _exit(1);
        fclose(f);
    }
    kill(parent, SIGUSR1);
    _exit(0);
}
int main(void)
{
    struct { long type; char text[4]; } m = { .type = 1 };
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int restart = 0; restart < 2; restart++) {
        sigaction(SIGUSR1, &(struct sigaction){ .sa_handler = on, .sa_flags = restart ? SA_RESTART : 0 }, NULL);
        int id = msgget(IPC_PRIVATE, 0600);
        later();
        puts(msgrcv(id, &m, 4, 0, 0) == -1 ? strerrorname_np(errno) : "taken");
        wait(NULL);
        while (msgsnd(id, &m, 4, IPC_NOWAIT) == 0)
            ;
        later();
        puts(msgsnd(id, &m, 4, 0) == -1 ? strerrorname_np(errno) : "sent");
        wait(NULL);
        msgctl(id, IPC_RMID, NULL);
    }
    char name[64], text[8];
    struct mq_attr form = { .mq_maxmsg = 2, .mq_msgsize = 8 };
    snprintf(name, sizeof name, "/interrupted.%d", getpid());
    q = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &form);
    mq_unlink(name);
    later();
    puts(mq_receive(q, text, 8, NULL) == -1 ? strerrorname_np(errno) : "restarted");
    wait(NULL);
}
C
    run_program ./interrupted
    assert_success
    assert_output "EINTR
EINTR
EINTR
EINTR
restarted"
}

@test "without MSG_NOERROR the message stays, and a small buffer takes a small message [G14]" {
    says "If MSG_NOERROR is given, and then the rest is lost"
    says "Without it the call fails with E2BIG and the message stays"
    says "and so a small buffer for small messages is enough, other than with POSIX's"
    make_v
    run_program ./v get 'send 1 0123456789x' 'take 4 0' stat 'take 4 0 n' 'take 4 0' 'send 1 ab' 'take 2 0' rm
    assert_success
    assert_line --index 2 E2BIG
    assert_line --index 3 --regexp '^1 11 '
    assert_line --index 4 1:0123
    assert_line --index 5 ENOMSG
    assert_line --index 7 1:ab
}

@test "types below one are refused" {
    says "A message of type zero or below is refused with EINVAL, an error that many other mistakes share"
    make_v
    alone './v get "send 0 a" "send -1 a" "send 1 60000" "use 2147483646" "send 1 a"'
    assert_output "ok
EINVAL
EINVAL
EINVAL
EINVAL"
}

@test "queue and message outlive their sender, and the number is enough for whom the mode lets [G19]" {
    says "Who knows the identifier, or tries numbers, can use it if the mode lets them; otherwise the error is EACCES"
    says "Queue and message outlive both sender and receiver"
    make_v
    alone './v get id "send 1 kept" spid kill > out; sed -n 2,4p out > seen; { read -r id; read -r _; read -r pid; } < seen
        kill -0 $pid 2> /dev/null && exit 8
        ./v "use $id" "spid" "take 9 0" | sed "s/^$pid\$/the dead/"
        ipcs -q | grep -c "^0x"; ipcrm -q $id; ipcs -q | grep -c "^0x"'
    assert_line --index 0 'the dead'
    assert_line --index 1 1:kept
    assert_line --index 2 1
    assert_line --index 3 0
}

@test "another user is kept out by the mode [G19]" {
    says "Nobody has to open a queue"
    says "To remove it or to change its limits is for its owner, its maker and root; others get EPERM"
    needs root setpriv
    make_v
    book_open_to_nobody
    alone './v get id > out; id=$(sed -n 2p out); setpriv --reuid=65534 --clear-groups ./v "use $id" "take 9 0" "send 1 x"
        ./v "get 77 c666" "send 1 yours"; setpriv --reuid=65534 --clear-groups ./v "get 77" "take 9 0" "set 10" rm; ./v "get 77" rm'
    assert_output "EACCES
EACCES
ok
0
ok
1:yours
EPERM
EPERM
ok
0"
}

@test "a new queue may hold kernel.msgmnb bytes, and as many empty messages [G15]" {
    says "It begins with the setting"
    says "Empty ones cost none of these, but there is a second bound, which is the same number taken as a number of"
    make_v
    alone 'cat /proc/sys/kernel/msgmnb; ./v get stat "set 60" "fill 20" stat rm; ./v get "set 60" "fill 0" rm'
    assert_success
    n=${lines[0]}
    assert_output "$n
ok
0 0 $n 600
0
3 EAGAIN
3 60 60 600
0
ok
0
60 EAGAIN
0"
}

@test "to raise it above the setting takes the capability [G15]" {
    says "To raise it above kernel.msgmnb takes CAP_SYS_RESOURCE"
    needs root
    make_v
    alone "$poor"'poor ./v get "set 2000000" rm; mask=$(sed -n "s/^CapEff:\t*//p" /proc/self/status)
        if [ $((0x$mask >> 24 & 1)) = 1 ]; then ./v get "set 2000000" rm; else printf "ok\n0\n0\n"; fi'
    assert_output "ok
EPERM
0
ok
0
0"
}

@test "a file made again can have another key, and a missing one has none [G17]" {
    says "A file that was deleted and made again can have another key"
    says "And for a missing file ftok fails with ENOENT"
    makes keys <<'C'
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <unistd.h>
int main(void)
{
    close(open("file", O_CREAT | O_WRONLY, 0600));
    key_t first = ftok("file", 1);
    close(open("other", O_CREAT | O_WRONLY, 0600));
    unlink("file");
    close(open("third", O_CREAT | O_WRONLY, 0600)); /* may have the inode that got free */
    close(open("file", O_CREAT | O_WRONLY, 0600));
    puts(ftok("file", 1) == first ? "the same" : "another");
    unlink("file");
    puts(ftok("file", 1) == -1 ? strerrorname_np(errno) : "a key");
}
C
    run_program ./keys
    assert_output "another
ENOENT"
}

@test "a byte goes there and back by a pipe and by a queue; which is faster is not tested [G22]" {
    says "measure it, on the machine in question"
    makes both <<'C'
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
    char name[64], c = 'x';
    struct mq_attr form = { .mq_maxmsg = 1, .mq_msgsize = 1 };
    int to[2], from[2], n = 0;
    mqd_t q[2];
    if (pipe(to) == -1 || pipe(from) == -1)
        return 1;
    for (int i = 0; i < 2; i++) {
        snprintf(name, sizeof name, "/both.%d.%d", getpid(), i);
        q[i] = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &form);
        mq_unlink(name);
    }
    if (fork() == 0) {
        for (int i = 0; i < 1000; i++)
            if (read(to[0], &c, 1) != 1 || write(from[1], &c, 1) != 1)
                _exit(1);
        for (int i = 0; i < 1000; i++)
            if (mq_receive(q[0], &c, 1, NULL) != 1 || mq_send(q[1], &c, 1, 0) != 0)
                _exit(1);
        _exit(0);
    }
    for (int i = 0; i < 1000; i++)
        n += write(to[1], &c, 1) == 1 && read(from[0], &c, 1) == 1;
    for (int i = 0; i < 1000; i++)
        n += mq_send(q[0], &c, 1, 0) == 0 && mq_receive(q[1], &c, 1, NULL) == 1;
    wait(NULL);
    printf("%d\n", n);
}
C
    run_program ./both
    assert_output 2000
    for page in mq_overview pipe; do
        if man -w 7 $page > /dev/null 2>&1; then run bash -c 'man 7 $1 2> /dev/null | grep -ciE "faster than (a )?(pipe|message queue)"' bash $page; assert_output 0; fi
    done
}

@test "files are made until two have one key [G17]" {
    says "A test of this chapter makes files until it has such a pair"
    makes pair <<'C'
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
static key_t key_of(int fd)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return ftok(path, 'A');
}
int main(void)
{
    struct stat first, other;
    int a = memfd_create("a", 0), b = memfd_create("b", 0);
    fstat(a, &first);
    while (fstat(b, &other) == 0 && (other.st_ino & 0xffff) != (first.st_ino & 0xffff)) {
        close(b);
        b = memfd_create("b", 0);
    }
    printf("%s inodes, %s\n", other.st_ino == first.st_ino ? "the same" : "different",
        key_of(a) == key_of(b) ? "one key" : "two keys");
}
C
    run_program -t 60 ./pair
    assert_success
    assert_output 'different inodes, one key'
}

@test "strangers meet by a key" {
    says "One of them makes a queue by msgget(key, IPC_CREAT | IPC_EXCL | 0600), others find it by msgget(key, 0)"
    make_v
    alone './v "get 77"; ./v "get 77 cx600" "send 1 hello"; ./v "get 77 cx600"; ./v "get 77" "take 9 0" rm'
    assert_output "ENOENT
ok
0
EEXIST
ok
1:hello
0"
}
