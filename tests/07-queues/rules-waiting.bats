# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# What the chapter says of waiting: who is woken, who is told, and what a descriptor can do.

@test "a better nice value goes before a longer wait [G11]" {
    says "it is the one who has waited longest, unless their nice values differ"
    make_q
    run_shell "$functions"'
        nice -n 5 ./q "open $1 rc" mark take > first & a=$!; marked $a
        ./q "open $1 r" mark take > second & b=$!; marked $b
        ./q "open $1 w" "send one"; wait $b; sleeping $a
        ./q "open $1 w" "send two"; wait $a; cat second first; ./q "unlink $1"' "$queue"
    assert_success
    assert_output "ok
0
ok
0
ok
0:one
ok
0:two
0"
}

@test "a signal puts who waits to the end of the line, though its handler restarts the call [G11]" {
    says "A signal that is handled, and one that stops, puts a sleeper at the end of the line, SA_RESTART or not"
    make_q
    for signal in STOP USR1 USR2; do
        run_shell "$functions"'
            ./q "open $1 rc" catch mark take > first & a=$!; marked $a
            ./q "open $1 r" mark take > second & b=$!; marked $b
            if [ $2 = STOP ]; then kill -STOP $a; until grep -q "^State:.T" /proc/$a/status; do kill -0 $a || exit 9; done; kill -CONT $a
            else kill -$2 $a; until [ -s caught ]; do kill -0 $a || exit 9; done; rm caught; fi
            sleeping $a; ./q "open $1 w" "send one"; wait $b; sleeping $a
            ./q "open $1 w" "send two"; wait $a; cat second first; ./q "unlink $1"' "$queue" "$signal"
        assert_success
        assert_line --index 5 0:one
        assert_line --index 7 0:two
    done
}

@test "senders that wait for room go by age, whatever they bring" {
    says "Of several with one nice value that wait for room, the one that has waited longest is the first to put its message in, whatever the priority of that"
    make_q
    run_shell "$functions"'
        ./q "open $1 wc 600 1 8" "send first 0"
        ./q "open $1 w" mark "send low 1" & a=$!; marked $a
        ./q "open $1 w" mark "send high 9" & b=$!; marked $b
        ./q "open $1 rn" take take take take; ./q "unlink $1"; wait' "$queue"
    assert_success
    assert_line 0:first
    assert_equal "$(printf '%s\n' "${lines[@]}" | grep -E ':|EAGAIN' | tr '\n' ' ')" '0:first 1:low 9:high EAGAIN '
    # but a better nice value goes before that
    run_shell "$functions"'
        ./q "open $1 wc 600 1 8" "send first 0"
        nice -n 5 ./q "open $1 w" mark "send late 1" & a=$!; marked $a
        ./q "open $1 w" mark "send nice 1" & b=$!; marked $b
        ./q "open $1 rn" take take take take; ./q "unlink $1"; wait' "$queue"
    assert_equal "$(printf '%s\n' "${lines[@]}" | grep -E ':|EAGAIN' | tr '\n' ' ')" '0:first 1:nice 1:late EAGAIN '
}

@test "the time for sending is a time of day, too [G09]" {
    says "mq_timedsend(3) is told the same"
    says "A time that is none, such as { -1, 0 } or one with a billion nanoseconds, is EINVAL"
    says "The second 3600 of it was at one o'clock of the first night, and the call does not wait at all"
    makes late <<'C'
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
int main(void)
{
    char name[64], date[64], text[8];
    struct mq_attr form = { .mq_maxmsg = 1, .mq_msgsize = 8 };
    struct timespec hour = { .tv_sec = 3600 };
    snprintf(name, sizeof name, "/late.%d", getpid());
    mqd_t q = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &form);
    mq_unlink(name);
    strftime(date, sizeof date, "%F %T", gmtime(&hour.tv_sec));
    puts(date);
    printf("%d ", mq_timedsend(q, "x", 1, 0, &hour));
    puts(mq_timedsend(q, "y", 1, 0, &hour) == -1 ? strerrorname_np(errno) : "sent");
    puts(mq_timedreceive(q, text, 8, NULL, &hour) == 1 ? "taken" : "error");
    puts(mq_timedreceive(q, text, 8, NULL, &hour) == -1 ? strerrorname_np(errno) : "taken");
    const struct timespec none[] = { { -1, 0 }, { 3600, 1000000000 }, { 3600, -1 } };
    mq_send(q, "x", 1, 0);
    for (int i = 0; i < 3; i++)
        puts(mq_timedreceive(q, text, 8, NULL, none + i) == -1 ? strerrorname_np(errno) : "taken");
}
C
    run_program ./late
    assert_output "1970-01-01 01:00:00
0 ETIMEDOUT
taken
ETIMEDOUT
EINVAL
EINVAL
EINVAL"
}

@test "what poll has seen another may take [G07]" {
    says "Between the poll(2) that sees a message and the mq_receive(3) that wants it another process may take it, so the queue should be open with O_NONBLOCK"
    makes taken <<'C'
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
    char name[64], text[8];
    struct mq_attr form = { .mq_maxmsg = 2, .mq_msgsize = 8 };
    snprintf(name, sizeof name, "/taken.%d", getpid());
    mqd_t q = mq_open(name, O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, 0600, &form);
    mq_unlink(name);
    mq_send(q, "x", 1, 0);
    printf("%d ", poll(&(struct pollfd){ .fd = q, .events = POLLIN }, 1, -1));
    fflush(stdout);
    if (fork() == 0)
        _exit(mq_receive(q, text, 8, NULL) != 1);
    wait(NULL);
    puts(mq_receive(q, text, 8, NULL) == -1 ? strerrorname_np(errno) : "taken");
}
C
    run_program ./taken
    assert_output '1 EAGAIN'
}

@test "a message that comes between emptying and asking is not told, nor is the next [G08]" {
    says "a message that comes between the last look and the asking lies in the queue, tells nobody, and keeps the next ones from telling"
    says "When told, first ask again, then take until EAGAIN says that the queue is empty"
    says "A message that comes after that comes into an empty queue, and the asking stands, or its signal is there already"
    makes told <<'C'
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
static mqd_t q;
static sigset_t set;
static void ask(void) { mq_notify(q, &(struct sigevent){ .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 }); }
static void take(void) { char t[8]; while (mq_receive(q, t, 8, NULL) != -1) ; }
static void send(void)
{
    mq_send(q, "x", 1, 0);
    printf("%s ", sigtimedwait(&set, NULL, &(struct timespec){ 0 }) == SIGUSR1 ? "told" : "not");
}
int main(void)
{
    char name[64];
    struct mq_attr form = { .mq_maxmsg = 9, .mq_msgsize = 8 };
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    snprintf(name, sizeof name, "/told.%d", getpid());
    q = mq_open(name, O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, 0600, &form);
    mq_unlink(name);
    ask(); send(); take(); send(); ask(); send(); send(); take(); /* the wrong order */
    puts("");
    send();                                                       /* the first asking is used by this */
    ask(); send(); take(); send();                                /* the right one */
    puts("");
    ask(); mq_send(q, "x", 1, 0); take(); send();                 /* its signal is there already */
    puts("");
}
C
    run_program ./told
    assert_output "told not not not 
told not told 
told "
}

@test "who has asked and goes leaves the place to the next [G08]" {
    says "One process at a time can ask; for others, and for those who ask twice, the error is EBUSY"
    makes two <<'C'
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
    char name[64];
    struct mq_attr form = { .mq_maxmsg = 2, .mq_msgsize = 8 };
    struct sigevent how = { .sigev_notify = SIGEV_NONE };
    setvbuf(stdout, NULL, _IOLBF, 0);
    snprintf(name, sizeof name, "/two.%d", getpid());
    mqd_t q = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &form);
    mq_unlink(name);
    mq_notify(q, &how);
    if (fork() == 0) {
        puts(mq_notify(q, &how) == -1 ? strerrorname_np(errno) : "0");
        _exit(0);
    }
    wait(NULL);
}
C
    run_program ./two
    assert_output EBUSY
}

@test "to close any descriptor of the queue ends the asking, and who had to wait for room tells nobody [G08]" {
    says "Nothing is told of a message whose sender had to wait for room"
    says "The asking ends, too, when who asked closes a descriptor of the queue, be it another one"
    makes closes <<'C'
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
static mqd_t q;
static sigset_t set;
static const char *told(void)
{
    return sigtimedwait(&set, NULL, &(struct timespec){ 0 }) == SIGUSR1 ? "told" : "not told";
}
static void ask(void) { mq_notify(q, &(struct sigevent){ .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 }); }
int main(void)
{
    char name[64], path[64], text[8], state = 0;
    struct mq_attr form = { .mq_maxmsg = 1, .mq_msgsize = 8 };
    setvbuf(stdout, NULL, _IOLBF, 0);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    snprintf(name, sizeof name, "/closes.%d", getpid());
    q = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &form);
    mqd_t other = mq_open(name, O_RDONLY);
    mq_unlink(name);
    ask();
    mq_send(q, "a", 1, 0);
    puts(told());
    pid_t child = fork();
    if (child == 0)
        _exit(mq_send(q, "b", 1, 0) == -1);
    snprintf(path, sizeof path, "/proc/%d/stat", child);
    for (int seen = 0; seen < 2; seen = state == 'S' ? seen + 1 : 0) {
        FILE *f = fopen(path, "r");
        if (f == NULL || fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
            exit(1);
        fclose(f);
    }
    ask();
    mq_receive(q, text, 8, NULL);
    wait(NULL);
    puts(told());
    mq_receive(q, text, 8, NULL);
    close(dup(q));
    mq_send(q, "c", 1, 0);
    puts(told());
    mq_receive(q, text, 8, NULL);
    ask();
    mq_close(other);
    mq_send(q, "d", 1, 0);
    puts(told());
}
C
    run_program ./closes
    assert_output "told
not told
not told
not told"
}

@test "epoll waits for a queue, and a System V queue has no descriptor [G07]" {
    says "A System V queue has no descriptor, and there poll has nothing to look at"
    makes waits <<'C'
#include <dirent.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <unistd.h>
static int fds(void) { int n = 0; DIR *d = opendir("/proc/self/fd"); while (readdir(d)) n++; closedir(d); return n; }
int main(void)
{
    char name[64];
    struct mq_attr form = { .mq_maxmsg = 2, .mq_msgsize = 8 };
    int before = fds();
    int id = msgget(IPC_PRIVATE, 0600);
    printf("%d ", fds() - before);
    msgctl(id, IPC_RMID, NULL);
    snprintf(name, sizeof name, "/waits.%d", getpid());
    mqd_t q = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &form);
    mq_unlink(name);
    struct epoll_event e = { .events = EPOLLIN };
    int all = epoll_create1(EPOLL_CLOEXEC);
    printf("%d ", epoll_ctl(all, EPOLL_CTL_ADD, q, &e));
    printf("%d ", epoll_wait(all, &e, 1, 0));
    mq_send(q, "x", 1, 0);
    printf("%d\n", epoll_wait(all, &e, 1, -1));
}
C
    run_program ./waits
    assert_output '0 0 0 1'
}

@test "after an exec the descriptor is gone, though nobody asked for that [G21]" {
    says "sets the flag in every case"
    makes execs <<'C'
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    char name[64], fd[16];
    struct mq_attr form = { .mq_maxmsg = 2, .mq_msgsize = 8 };
    if (argc > 1)
        return 1;
    snprintf(name, sizeof name, "/execs.%d", getpid());
    mqd_t q = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &form);
    mq_unlink(name);
    snprintf(fd, sizeof fd, "/proc/self/fd/%d", q);
    printf("%d\n", access(fd, F_OK));
    fflush(stdout);
    execlp("ls", "ls", fd, NULL);
    (void)argv;
}
C
    run_program ./execs
    assert_line 0
    assert_stderr_line --partial 'No such file or directory'
}

@test "no mount is needed, and where there is one a queue is a file of 80 bytes [G06]" {
    says "root can do that anywhere, by mount -t mqueue none DIR, and each queue is a file there, which ls lists and rm removes"
    says "/dev/mqueue must be mounted, and cat shows the messages | no mount is needed; cat shows a line about the queue. ipcs -q lists System V's alone"
    make_q
    alone 'umount -A mqueue 2> /dev/null || while grep -q " mqueue " /proc/mounts; do umount "$(grep -m 1 " mqueue " /proc/mounts | cut -d " " -f 2)" || break; done
        grep -c " mqueue " /proc/mounts; ./q "open /a bc" "send secret" "send word"
        mkdir m; mount -t mqueue none m; stat -c "%a %s" m/a; ls m; cut -c 1-8 m/a; grep -c secret m/a
        echo x 2>&1 > m/a; ipcs -q | grep -c "^0x"; rm m/a; ./q "open /a r"'
    assert_output "0
ok
0
0
600 80
a
QSIZE:10
0
bash: line 4: echo: write error: Invalid argument
0
ENOENT"
}
