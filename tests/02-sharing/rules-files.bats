bats_require_minimum_version 1.13.0
load ../lib/helpers
load rules

# What is said of descriptors, open file descriptions and inodes, tried with programs
# that are not the book's.

@test "open takes the lowest free number, and so do the calls of its kind" {
    says "If 0, 1 and 2 are open, and 3 and 4 are free"
    says "takes the lowest free number, whatever that is"
    says "gives the lowest that is free"
    says "With 0 free, the first file would be descriptor 0"
    tries <<'C'
#include <sys/socket.h>
static int opened(void) { return open("/dev/null", O_RDONLY | O_CLOEXEC); }
int main(void)
{
    int p[2];
    dup2(2, 7), dup2(2, 9);                     /* taken, and in nobody's way */
    THAT("two files are 3 and 4 with 7 taken", opened() == 3 && opened() == 4);
    THAT("then 5, 6, 8", opened() == 5 && opened() == 6 && opened() == 8);
    THAT("then 10", opened() == 10);
    close(5), close(8);
    THAT("a hole is filled from below", opened() == 5);
    THAT("dup, too", dup(2) == 8);
    close(4), close(6);
    THAT("pipe2, too", pipe2(p, O_CLOEXEC) == 0 && p[0] == 4 && p[1] == 6);
    close(3);
    THAT("socket, too", socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) == 3);
    close(0);
    THAT("0 is a number like others", opened() == 0);
    close(1), close(0);
    THAT("and 1", opened() == 0 && opened() == 1);
    return 0;
}
C
}

@test "the book's programs take 0, 1 and 2 at their start" {
    says "so programs that start from a known state take 0, 1 and 2 first"
    run_shell './fork_files a b <&- >&- 2>&-'
    assert_failure
    # nothing of what it prints has gone into the files
    refute grep -q descriptor a b
    run_shell './fork_files a b <&-'
    assert_line --partial 'a is descriptor 3, b is descriptor 4'
}

@test "the position moves for both, whoever moves it and by which call" {
    says "The position in the file has moved for both"
    makes_trial position <<'C'
int main(int argc, char *argv[])
{
    (void)argc;
    char buffer[5000] = "";
    int fd = open(argv[1], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), p[2];
    THAT("open", fd != -1 && pipe2(p, O_CLOEXEC) == 0);
    pid_t child = forked();
    if (child == 0) {
        char byte;
        close(p[1]);
        THAT("go", read(p[0], &byte, 1) == 0);
        THAT("the child finds what its parent wrote", lseek(fd, 0, SEEK_CUR) == 5000);
        THAT("and writes behind it", write(fd, buffer, 77) == 77);
        THAT("seek", lseek(fd, 4999, SEEK_SET) == 4999);
        THAT("a read moves it, too", read(fd, buffer, 7) == 7);
        _exit(0);
    }
    THAT("write", write(fd, buffer, sizeof buffer) == 5000);
    close(p[1]);
    collect(child);
    THAT("the parent finds what its child did", lseek(fd, 0, SEEK_CUR) == 5006);
    struct stat s;
    THAT("nothing was overwritten", fstat(fd, &s) == 0 && s.st_size == 5077);
    int again = open(argv[1], O_RDONLY | O_CLOEXEC);
    THAT("another open begins at the beginning", lseek(again, 0, SEEK_CUR) == 0);
    THAT("and moves alone", read(again, buffer, 9) == 9
         && lseek(fd, 0, SEEK_CUR) == 5006 && lseek(again, 0, SEEK_CUR) == 9);
    return unlink(argv[1]);
}
C
    run_program ./position here
    assert_success
    run_program ./position "/dev/shm/position.$$"
    assert_success
}

@test "what belongs to the table is each descriptor's, what belongs to the description is common" {
    says "An entry of it holds a pointer and one flag, close-on-exec, and the descriptor is its index"
    says "makes a second entry for the same description"
    says "The description keeps the position, called the offset, and the status flags such as O_APPEND and O_NONBLOCK"
    says "which one successful open has made, or one call of socket(2) and its kind; pipe(2) makes two of them"
    tries <<'C'
#include <sys/socket.h>
static void differ(const char *what, int a, int b, int flag)
{
    int old = fcntl(a, F_GETFL);
    THAT(what, fcntl(a, F_SETFL, old | flag) == 0 && (fcntl(a, F_GETFL) & flag)
               && !(fcntl(b, F_GETFL) & flag));
}
int main(void)
{
    int a = open("f", O_RDWR | O_CREAT | O_CLOEXEC, 0600), twin = dup(a);
    int other = open("f", O_RDWR | O_CLOEXEC), p[2], s[2];
    THAT("open", a != -1 && twin != -1 && other != -1);
    THAT("write", write(a, "hello", 5) == 5);
    THAT("dup has the offset in common", lseek(twin, 0, SEEK_CUR) == 5);
    THAT("another open has not", lseek(other, 0, SEEK_CUR) == 0);
    THAT("dup has no close-on-exec", fcntl(twin, F_GETFD) == 0 && fcntl(a, F_GETFD) == FD_CLOEXEC);
    THAT("the flag is each one's", fcntl(a, F_SETFD, 0) == 0
         && fcntl(twin, F_SETFD, FD_CLOEXEC) == 0 && fcntl(a, F_GETFD) == 0);
    THAT("status flags are common", fcntl(twin, F_SETFL, O_APPEND | O_NONBLOCK) == 0
         && (fcntl(a, F_GETFL) & (O_APPEND | O_NONBLOCK)) == (O_APPEND | O_NONBLOCK));
    THAT("but not with another open", !(fcntl(other, F_GETFL) & (O_APPEND | O_NONBLOCK)));
    THAT("the file is one", write(other, "HELLO world", 11) == 11);
    struct stat one, two;
    THAT("its size is the inode's", fstat(a, &one) == 0 && fstat(other, &two) == 0
         && one.st_ino == two.st_ino && one.st_size == 11 && two.st_size == 11);
    THAT("a pipe and a pair", pipe2(p, O_CLOEXEC) == 0
         && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s) == 0);
    differ("each end of a pipe has a description", p[0], p[1], O_NONBLOCK);
    differ("each socket of a pair", s[0], s[1], O_NONBLOCK);
    return 0;
}
C
}

@test "a description has a user more after a fork, an inode has not" {
    says "The descriptions are not copied, they have one more user each, and the inodes stay as they were"
    tries <<'C'
#include <sys/file.h>
int main(void)
{
    int a = open("f", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int b = open("f", O_RDWR | O_CLOEXEC), go[2];
    char byte;
    struct stat before, after;
    THAT("open", a != -1 && b != -1 && pipe2(go, O_CLOEXEC) == 0);
    THAT("lock", flock(a, LOCK_EX | LOCK_NB) == 0 && fstat(a, &before) == 0);
    pid_t child = forked();
    if (child == 0) {
        close(go[1]);
        THAT("go", read(go[0], &byte, 1) == 0);
        _exit(0);
    }
    THAT("the inode is as it was", fstat(a, &after) == 0
         && memcmp(&before, &after, sizeof after) == 0);
    close(a);                           /* the lock is the description's */
    THAT("the child still uses it", flock(b, LOCK_EX | LOCK_NB) == -1
         && errno == EWOULDBLOCK);
    close(go[1]);
    collect(child);
    THAT("with its last user it is gone", flock(b, LOCK_EX | LOCK_NB) == 0);
    return 0;
}
C
}

@test "CLONE_FILES makes one table for two processes, without it there are two" {
    says "what either of them opens, closes or marks afterwards is its private business"
    says "One table for two is possible, but it takes the flag CLONE_FILES of clone(2), which threads are made with and fork does not use"
    says "makes a thread without a copy of the table"
    tries <<'C'
#include <pthread.h>
static int spare, opened;
static int act(void *unused)
{
    (void)unused;
    close(spare);
    opened = fcntl(2, F_DUPFD_CLOEXEC, 50);
    return opened == 50 ? 0 : 1;
}
static void *threaded(void *unused)
{
    return act(unused) == 0 ? unused : NULL;
}
static bool noticed(void)
{
    bool closed = fcntl(spare, F_GETFD) == -1, open = fcntl(50, F_GETFD) != -1;
    THAT("both or neither", closed == open);
    close(50), close(spare);
    return open;
}
int main(void)
{
    static char stack[65536] __attribute__((aligned(16)));
    spare = dup(2);
    collect(clone(act, stack + sizeof stack, CLONE_FILES | SIGCHLD, NULL));
    THAT("with CLONE_FILES the parent notices", noticed());
    spare = dup(2);
    collect(clone(act, stack + sizeof stack, SIGCHLD, NULL));
    THAT("without it, it does not", !noticed());
    spare = dup(2);
    pid_t child = forked();
    if (child == 0)
        _exit(act(NULL));
    collect(child);
    THAT("after fork, it does not", !noticed());
    spare = dup(2);
    pthread_t thread;
    void *result;
    THAT("thread", pthread_create(&thread, NULL, threaded, &spare) == 0
         && pthread_join(thread, &result) == 0 && result != NULL);
    THAT("of a thread, it does", noticed());
    return 0;
}
C
}

@test "the child's own table is not seen by the parent, nor the parent's by the child" {
    says "The descriptors themselves are copies, each in a table of its own"
    tries <<'C'
int main(void)
{
    int a = dup(2), b = dup(2), go[2], done[2];
    char byte;
    THAT("pipe2", pipe2(go, O_CLOEXEC) == 0 && pipe2(done, O_CLOEXEC) == 0);
    pid_t child = forked();
    if (child == 0) {
        close(go[1]);
        THAT("go", read(go[0], &byte, 1) == 0);
        THAT("what the parent closed is open here", fcntl(a, F_GETFD) == 0);
        THAT("what it opened is not", fcntl(60, F_GETFD) == -1);
        THAT("what it marked is not marked", fcntl(b, F_GETFD) == 0);
        _exit(0);
    }
    close(a);
    THAT("open", fcntl(2, F_DUPFD_CLOEXEC, 60) == 60);
    THAT("mark", fcntl(b, F_SETFD, FD_CLOEXEC) == 0);
    close(go[1]);
    collect(child);
    return 0;
}
C
}

@test "O_NONBLOCK on an inherited standard input is the parent's too" {
    says "A child that sets O_NONBLOCK on an inherited standard input has set it for the process that handed it down as well, and there a read that used to wait then fails with EAGAIN"
    tries <<'C'
int main(void)
{
    int p[2];
    char byte;
    THAT("pipe", pipe2(p, O_CLOEXEC) == 0 && dup2(p[0], 0) == 0);
    pid_t child = forked();
    if (child == 0) {
        execlp("perl", "perl", "-MFcntl", "-e",
               "fcntl STDIN, F_SETFL, O_NONBLOCK or die", (char *)NULL);
        _exit(1);
    }
    THAT("write", write(p[1], "x", 1) == 1);
    collect(child);
    THAT("what is there is read", read(0, &byte, 1) == 1);
    THAT("nothing there: EAGAIN", read(0, &byte, 1) == -1 && errno == EAGAIN);
    THAT("put back", fcntl(0, F_SETFL, 0) == 0);
    child = forked();                   /* one that opens it for itself */
    if (child == 0) {
        int own = open("/proc/self/fd/0", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        _exit(own != -1 && (fcntl(own, F_GETFL) & O_NONBLOCK) ? 0 : 1);
    }
    collect(child);
    THAT("not by a description of its own", !(fcntl(0, F_GETFL) & O_NONBLOCK));
    return 0;
}
C
}

@test "the terminal comes by inheritance: make and its command open none" {
    says "Neither make nor cc opened that terminal"
    says "Each got it from its parent, as descriptor 1"
    needs strace
    printf 'all:\n\t@cc -E -o /dev/null -x c /dev/null && readlink /proc/self/fd/1\n' > makefile
    run_on_terminal strace -f -qq -o log -e trace=open,openat make
    assert_success
    assert_output --regexp '^/dev/pts/[0-9]+'
    grep -q ENOENT log || grep -q openat log
    refute grep -E '"/dev/(tty|pts)' log
}

@test "kcmp tells one table and one description from two" {
    says "tells whether two processes hold one and the same thing, in particular one table (KCMP_FILES) or one open file description (KCMP_FILE)"
    says "It returns 0 for the same, a positive number for different, and -1 where it is not allowed"
    run_program ./fork_table
    if [[ $output == *'not told'* ]]; then skip "needs kcmp"; fi
    tries <<'C'
#include <linux/kcmp.h>
#include <sys/syscall.h>
static long cmp(pid_t other, int what, int mine, int its)
{
    return syscall(SYS_kcmp, getpid(), other, what, mine, its);
}
int main(void)
{
    int a = dup(2), b = open("/dev/null", O_RDONLY | O_CLOEXEC);
    THAT("dup has the same description", cmp(getpid(), KCMP_FILE, 2, a) == 0);
    THAT("an open another one", cmp(getpid(), KCMP_FILE, a, b) > 0);
    int go[2];
    char byte;
    THAT("pipe2", pipe2(go, O_CLOEXEC) == 0);
    pid_t child = forked();
    if (child == 0) {
        close(go[1]);
        _exit(read(go[0], &byte, 1) == 0 ? 0 : 1);
    }
    THAT("the child's is the same", cmp(child, KCMP_FILE, b, b) == 0);
    THAT("its table is not", cmp(child, KCMP_FILES, 0, 0) > 0);
    THAT("ours is ours", cmp(getpid(), KCMP_FILES, 0, 0) == 0);
    close(go[1]);
    collect(child);
    return 0;
}
C
}

@test "of the closings of fork_table one fails each time, whatever is open" {
    says "Each time one of these fails with EBADF"
    traced close ./fork_table
    assert_success
    [ "$(grep -c 'close(.*EBADF' strace)" = 2 ]
    run_program ./fork_table
    local expected=$output
    run_shell './fork_table 5< /dev/null 7< /dev/null 100< /dev/null'
    assert_success
    assert_output "$expected"
    run_shell 'ulimit -n 10; ./fork_table'
    assert_success
    assert_output "$expected"
}

@test "a descriptor that was received has the lowest free number and the sender's description" {
    says "The kernel looks up which open file description it leads to in the sender's table, and enters that into the receiver's, under the lowest number that is free there"
    says "a stranger at the other end of a local socket can be handed it too"
    says "A descriptor travels beside a message, as ancillary data of the type SCM_RIGHTS"
    tries <<'C'
#include <sys/socket.h>
static void carry(int way, int *fd, bool out, bool fits)
{
    char byte = 0, room[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8))) = { 0 };
    struct iovec part = { &byte, 1 };
    struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = room,
                        .msg_controllen = sizeof room };
    struct cmsghdr *head = CMSG_FIRSTHDR(&m);
    head->cmsg_level = SOL_SOCKET, head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof *fd);
    memcpy(CMSG_DATA(head), fd, sizeof *fd);
    if (out) {
        THAT("sendmsg", (sendmsg(way, &m, 0) == 1) == fits);
        return;
    }
    THAT("recvmsg", recvmsg(way, &m, MSG_CMSG_CLOEXEC) == 1 && (head = CMSG_FIRSTHDR(&m))
                    && head->cmsg_type == SCM_RIGHTS);
    memcpy(fd, CMSG_DATA(head), sizeof *fd);
}
int main(void)
{
    int way[2], fd = open("f", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    THAT("pair", fd == 3 && socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, way) == 0);
    pid_t child = forked();
    if (child == 0) {
        int mine = 0;
        close(fd), close(way[0]);
        dup2(2, 3);
        carry(way[1], &mine, false, true);
        THAT("the lowest free number", mine == 4);      /* 3 is taken, way was 4 */
        THAT("the same position", lseek(mine, 0, SEEK_CUR) == 5 && write(mine, "!", 1) == 1);
        _exit(0);
    }
    THAT("write", write(fd, "hello", 5) == 5);
    carry(way[0], &fd, true, true);
    collect(child);
    THAT("moved by the receiver", lseek(fd, 0, SEEK_CUR) == 6);
    return 0;
}
C
}
