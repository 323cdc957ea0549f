# shellcheck shell=bash disable=SC2016,SC2154
bats_require_minimum_version 1.13.0
load ../lib/helpers
# What the chapter says of the ends of a pipe and of its life, tried with other programs.

@test "what a child writes into its variables the parent sees only in shared memory" {
    says "the parent does not see, unless the two have arranged to share that memory"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int own = 1;
    int *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    *shared = 1;
    pid_t pid = child_of();
    if (pid == 0) {
        own = 2;
        *shared = 2;
        _exit(own == 2 ? 0 : 3);
    }
    is("the child", left(pid), 0);
    is("the variable", own, 1);
    is("the shared one", *shared, 2);
}
C
    run_program ./t
    assert_success
}

@test "the end of file comes when nobody holds a write end any more" {
    says "That end comes when nobody holds a write end any more"
    says "it must not keep it, because the reading below goes on until end of file"
    says "as long as somebody could still write"
    makes t <<'C'
#include "try.h"
int main(void)
{
    for (int kept = 0; kept < 2; kept++) {
        int p[2];
        make(p, WAIT);
        pid_t writer = child_of();
        if (writer == 0)
            _exit(write(p[1], "hello", 5) != 5);
        is("the writer", left(writer), 0);
        pid_t reader = child_of();
        if (reader == 0) {
            if (!kept)
                close(p[1]);
            is("read", read(p[0], data, 100), 5);
            _exit(read(p[0], data, 100) == 0 ? 0 : 1);
        }
        close(p[1]);
        if (kept) {
            sleeps("one who keeps a write end", reader);
            is("kill", kill(reader, SIGKILL), 0);
        }
        is("the reader", left(reader), kept ? -SIGKILL : 0);
    }
}
C
    run_program ./t
    assert_success
}

@test "the kernel closes all descriptors of a process that ends, in whatever way" {
    says "the kernel closes all descriptors of a process that ends"
    makes t <<'C'
#include "try.h"
int main(void)
{
    for (int how = 0; how < 4; how++) {
        int p[2];
        make(p, WAIT);
        pid_t pid = child_of();
        if (pid == 0) {
            dup(p[1]);
            if (how == 0) _exit(0);
            if (how == 1) exit(0);
            if (how == 2) raise(SIGKILL);
            execlp("true", "true", (char *)NULL);
            _exit(1);
        }
        close(p[1]);
        is("read", read(p[0], data, 1), 0);
        is("the child", left(pid), how == 2 ? -SIGKILL : 0);
    }
}
C
    run_program ./t
    assert_success
}

@test "an anonymous pipe is in no directory and on no disk, and has an inode [P03] [P12]" {
    says "None on a disk and none in a directory"
    says "that is mounted nowhere, so that no directory leads to it"
    makes t <<'C'
#include "try.h"
#include <sys/vfs.h>
int main(void)
{
    int p[2];
    struct stat s;
    struct statfs f;
    make(p, WAIT);
    is("fstat", fstat(p[0], &s), 0);
    is("links it has", s.st_nlink, 1);
    is("blocks", s.st_blocks, 0);
    is("inode", s.st_ino != 0, 1);
    is("fstatfs", fstatfs(p[0], &f), 0);
    is("pipefs", f.f_type, 0x50495045);
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", p[0]);
    is("the name's bytes", readlink(link, data, sizeof data) > 0, 1);
    fails("open its name", open(data, O_RDONLY), ENOENT);
}
C
    run_program ./t
    assert_success
    run grep -w pipefs /proc/self/mounts
    assert_failure 1
}

@test "calls that name a place in the data of a pipe fail, in whatever way; locking does not [P05]" {
    says "There is no position for lseek(2) and pread(2) (ESPIPE, \"illegal seek\", has the pipe in its name)"
    says "The calls that read, write or map at a place in its data fail"
    says "no length to cut and no disk for fsync(2) to wait for (EINVAL), and no page that could be mapped (ENODEV)"
    makes t <<'C'
#include "try.h"
#include <sys/file.h>
#include <sys/sendfile.h>
int main(void)
{
    int p[2], q[2];
    make(p, HURRY);
    make(q, HURRY);
    loff_t place = 0;
    is("write", write(p[1], "text", 4), 4);
    fails("pwrite", pwrite(p[1], "x", 1, 0), ESPIPE);
    fails("pread", pread(p[0], data, 1, 2), ESPIPE);
    for (int whence = SEEK_SET; whence <= SEEK_END; whence++)
        fails("lseek", lseek(p[0], 0, whence), ESPIPE);
    fails("fallocate", fallocate(p[1], 0, 0, 1), ESPIPE);
    is("posix_fadvise", posix_fadvise(p[0], 0, 1, POSIX_FADV_NORMAL), ESPIPE);
    fails("splice from a place", splice(p[0], &place, q[1], NULL, 1, 0), ESPIPE);
    fails("ftruncate", ftruncate(p[1], 0), EINVAL);
    fails("fdatasync", fdatasync(p[1]), EINVAL);
    for (int shared = 1; shared <= 2; shared++)
        fails("mmap", mmap(NULL, 1, PROT_READ, shared == 1 ? MAP_SHARED : MAP_PRIVATE, p[0], 0) == MAP_FAILED ? -1 : 0, ENODEV);
    fails("fsync", fsync(p[1]), EINVAL);
    is("flock", flock(p[0], LOCK_EX), 0);
    is("what is still there", unread(p[0]), 4);
}
C
    run_program ./t
    assert_success
}

@test "both ends are one inode and two open files, one to read and one to write [P14]" {
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2];
    struct stat in, out;
    make(p, WAIT);
    is("fstat", fstat(p[0], &out) | fstat(p[1], &in), 0);
    is("a FIFO", S_ISFIFO(out.st_mode) && S_ISFIFO(in.st_mode), 1);
    is("its bytes", out.st_size, 0);
    is("one inode", in.st_ino == out.st_ino && in.st_dev == out.st_dev, 1);
    is("the read end", fcntl(p[0], F_GETFL) & O_ACCMODE, O_RDONLY);
    is("the write end", fcntl(p[1], F_GETFL) & O_ACCMODE, O_WRONLY);
}
C
    run_program ./t
    assert_success
}

@test "the file of a named pipe stays empty, however full the pipe is [P04]" {
    says "the file of a full one is as empty as before"
    run_shell 'mkfifo name; exec 3<> name; head -c 65536 /dev/zero >&3
        stat -c "%F %s %b" name; head -c 65536 <&3 | wc -c'
    assert_line --index 0 "fifo 0 0"
    assert_line --index 1 "65536"
}

@test "pipe returns 0, or -1 and an error, and then leaves the array as it was [P30] [P34]" {
    says "a call that fails with EMFILE or EINVAL leaves the array alone"
    makes t <<'C'
#include "try.h"
#include <sys/resource.h>
int main(void)
{
    int p[2], q[2] = { -7, -8 };
    const struct rlimit none = { 0, 0 };
    is("pipe", pipe(p), 0);
    fails("an unknown flag", pipe2(q, O_TRUNC), EINVAL);
    is("setrlimit", setrlimit(RLIMIT_NOFILE, &none), 0);
    fails("no descriptor left", pipe(q), EMFILE);
    is("the first", q[0], -7);
    is("the second", q[1], -8);
}
C
    run_program ./t
    assert_success
}

@test "data flows from the write end to the read end, and does not turn round [P15] [P25] [P26]" {
    says "Used the wrong way round they fail with EBADF"
    says "On Linux a pipe does not turn round"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2];
    make(p, HURRY);
    is("write", write(p[1], "text", 4), 4);
    is("read", read(p[0], data, 100), 4);
    fails("write to the read end", write(p[0], "x", 1), EBADF);
    fails("write nothing to it", write(p[0], "x", 0), EBADF);
    fails("read from the write end", read(p[1], data, 1), EBADF);
    is("flags", fcntl(p[0], F_SETFL, O_RDWR | O_NONBLOCK), 0);
    fails("write after F_SETFL", write(p[0], "x", 1), EBADF);
}
C
    run_program ./t
    assert_success
}

@test "a pipe stays while a descriptor for it is on its way through a socket" {
    says "A descriptor on its way through a socket counts, too"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2], way[2];
    make(p, WAIT);
    is("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, way), 0);
    is("write", write(p[1], "kept", 4), 4);
    send_fd(way[0], p[0]);
    close(p[0]);
    on(SIGPIPE, SIG_IGN, 0);
    is("write while the reader travels", write(p[1], "more", 4), 4);
    close(p[1]);
    int fd = receive_fd(way[1]);
    is("read", read(fd, data, 100), 8);
    is("read on", read(fd, data, 100), 0);
}
C
    run_program ./t
    assert_success
}

@test "a pipe outlives the process that made it, before it forked [P17] [P13]" {
    says "has a child write into a pipe that it has made, fork a child of its own, and end"
    says "The grandchild then finds the bytes, and the pipe still takes new ones"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int go[2], tell[2];
    make(go, WAIT);
    make(tell, WAIT);
    pid_t creator = child_of();
    if (creator == 0) {
        int p[2];
        close(go[1]);
        make(p, WAIT);
        is("write", write(p[1], "left behind", 11), 11);
        pid_t heir = fork();
        if (heir != 0)
            _exit(heir == -1);
        is("go", read(go[0], data, 1), 0);
        is("read", read(p[0], data, 100), 11);
        is("what", memcmp(data, "left behind", 11), 0);
        is("write", write(p[1], "still alive", 11), 11);
        is("read", read(p[0], data, 100), 11);
        _exit(write(tell[1], data, 11) != 11);
    }
    is("the creator", left(creator), 0);
    close(go[1]);
    close(tell[1]);
    is("told", read(tell[0], data, 100), 11);
    is("what", memcmp(data, "still alive", 11), 0);
    is("the end", read(tell[0], data, 100), 0);
}
C
    run_program ./t
    assert_success
}

@test "a link under /proc opens a new open file, and the other end, too" {
    says "What comes of it is a new open file, with flags of its own, and it need not even be the same end"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2];
    char path[64];
    make(p, WAIT);
    snprintf(path, sizeof path, "/proc/self/fd/%d", p[1]);
    int writer = open(path, O_WRONLY | O_NONBLOCK), reader = open(path, O_RDONLY | O_NONBLOCK);
    is("both opened", writer != -1 && reader != -1, 1);
    is("flags of the first", fcntl(p[1], F_GETFL) & O_NONBLOCK, 0);
    is("flags of the new one", fcntl(writer, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    fails("read nothing", read(reader, data, 1), EAGAIN);
    is("write", write(p[1], "text", 4), 4);
    is("read by the writer's link", read(reader, data, 100), 4);
    struct stat a, b;
    is("fstat", fstat(p[0], &a) | fstat(reader, &b), 0);
    is("one inode", a.st_ino == b.st_ino, 1);
}
C
    run_program ./t
    assert_success
}

@test "another user may not open the pipe by its link, the same user and root may" {
    needs root
    says "decides who may follow the link: ordinarily the same user, and root"
    mkfifo -m 666 door
    chmod 755 .
    timeout 10 bash -c 'exec 3> >(cat > /dev/null); echo $BASHPID > pid; read -r _ < door' 3>&- &
    until [ -s pid ]; do sleep 0.01; done
    pid=$(< pid)
    run_program sh -c "exec 4< /proc/$pid/fd/3"
    own=$status
    as_nobody run_program sh -c "exec 4< /proc/$pid/fd/3"
    other=$status
    echo > door
    wait
    assert_equal "$own" 0
    [ "$other" -ne 0 ]
    assert_stderr_line --partial "Permission denied"
}

@test "a descriptor can be sent to a process of another user, who can then write [P27]" {
    needs root
    says "The socket carries a descriptor to a process of another user, too"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2], way[2];
    is("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, way), 0);
    pid_t other = child_of();
    if (other == 0) {
        is("setuid", setgid(65534) | setuid(65534), 0);
        int fd = receive_fd(way[1]);
        _exit(write(fd, "word", 4) != 4);
    }
    make(p, WAIT);
    send_fd(way[0], p[1]);
    is("the other user", left(other), 0);
    is("read", read(p[0], data, 100), 4);
}
C
    run_program ./t
    assert_success
}

@test "inheriting is not the only way to get a descriptor [P27] [P28]" {
    says "inheriting is not the only way to get a descriptor"
    makes t <<'C'
#include "try.h"
#include <sys/pidfd.h>
int main(void)
{
    int road[2], end, fd;
    char path[64];
    is("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, road), 0);
    pid_t maker = child_of();
    if (maker == 0) {
        int p[2];
        close(road[0]);
        make(p, WAIT);
        is("tell", write(road[1], &p[1], sizeof(int)), sizeof(int));
        is("go on", read(road[1], data, 1), 1);
        close(p[1]);
        is("tell", write(road[1], data, 1), 1);
        is("read", read(p[0], data, 100), 2);
        is("read on", read(p[0], data, 100), 0);
        _exit(0);
    }
    is("the number", read(road[0], &end, sizeof end), sizeof end);
    snprintf(path, sizeof path, "/proc/%d/fd/%d", maker, end);
    fd = open(path, O_WRONLY);
    is("open", fd != -1, 1);
    is("write", write(fd, "ab", 2), 2);
    is("tell", write(road[0], "x", 1), 1);
    is("closed", read(road[0], data, 1), 1);
    fails("open a closed one", open(path, O_WRONLY), ENOENT);
    close(fd);
    is("the maker", left(maker), 0);
}
C
    run_program ./t
    assert_success
}

@test "a pipe is freed with its last open file: a user may make any number in a row" {
    says "The kernel counts the open files for reading or writing that lead to a pipe, wherever they are, and frees it with the last"
    says "nobody holds an end | the pipe is gone"
    makes t <<'C'
#include "try.h"
int main(void)
{
    if (getuid() == 0)
        is("setuid", setgid(65532) | setuid(65532), 0);
    int p[2];
    make(p, WAIT);
    long first = capacity(p[1]);
    close(p[0]);
    close(p[1]);
    /* Three times what the soft limit allows at a time by default. */
    for (int i = 0; i < 3 * 1024; i++) {
        make(p, HURRY);
        is("capacity", capacity(p[1]), first);
        is("write", write(p[1], data, (size_t)page()), page());
        close(p[i % 2]);
        close(p[1 - i % 2]);
    }
}
C
    run_program ./t
    assert_success
}

@test "a lock of a range is a call that names a place and does not fail" {
    says "The calls that read, write or map at a place in its data fail"
    says "no length to cut and no disk for fsync(2) to wait for (EINVAL), and no page that could be mapped (ENODEV)"
    makes t <<'C'
#include "try.h"
int main(void)
{
    int p[2];
    struct flock place = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 100, .l_len = 10 };
    make(p, HURRY);
    is("F_SETLK", fcntl(p[1], F_SETLK, &place), 0);
    for (int whence = SEEK_SET; whence <= SEEK_END; whence++)
        fails("lseek", lseek(p[1], 100, whence), ESPIPE);
}
C
    run_program ./t
    assert_success
}

@test "an open file of O_PATH does not keep an end open" {
    says "The kernel counts the open files for reading or writing that lead to a pipe"
    makes t <<'C'
#include "try.h"
int main(void)
{
    for (int path_only = 0; path_only < 2; path_only++) {
        int p[2];
        char path[64];
        make(p, HURRY);
        signal(SIGPIPE, SIG_IGN);
        snprintf(path, sizeof path, "/proc/self/fd/%d", p[0]);
        int held = open(path, path_only ? O_PATH : O_RDONLY);
        is("held", held != -1, 1);
        close(p[0]);
        if (path_only)
            fails("write", write(p[1], "x", 1), EPIPE);
        else
            is("write", write(p[1], "x", 1), 1);
        close(held);
    }
}
C
    run_program ./t
    assert_success
}

@test "a process may not open its own standard output when another user made the pipe" {
    needs root
    says "open then asks the pipe as well"
    says "At first the pipe belongs to the user who made it, and has mode 0600"
    says "has become another user since, cannot open its own /dev/stdout when that is a pipe that root made"
    says "Writing to descriptor 1 still works"
    makes t <<'C'
#include "try.h"
int main(void)
{
    for (int how = 0; how < 3; how++) {
        int p[2];
        struct stat s;
        make(p, WAIT);
        is("fstat", fstat(p[1], &s), 0);
        is("owner", s.st_uid, geteuid());
        is("mode", s.st_mode & 07777, 0600);
        if (how == 1)
            is("fchmod", fchmod(p[1], 0622), 0);
        if (how == 2)
            is("fchown", fchown(p[1], 65534, (gid_t)-1), 0);
        pid_t pid = child_of();
        if (pid == 0) {
            is("setuid", setgid(65534) | setuid(65534), 0);
            is("prctl", prctl(PR_SET_DUMPABLE, 1), 0);
            dup2(p[1], STDOUT_FILENO);
            int fd = open("/dev/stdout", O_WRONLY), error = errno;
            is("write", write(STDOUT_FILENO, "x", 1), 1);
            _exit(fd != -1 ? 7 : error == EACCES ? 8 : 9);
        }
        is("the child", left(pid), how == 0 ? 8 : 7);
        is("read", read(p[0], data, 100), 1);
    }
}
C
    run_program ./t
    assert_success
}

@test "whoever starts it, a program's pipe gets numbers above 2, and no signal is blocked" {
    says "The first line of main makes sure that descriptors 0 to 2 are taken, so that no pipe gets their numbers, and that no signal is blocked"
    for closed in '0<&-' '1>&-' '2>&-' '0<&- 1>&- 2>&-'; do
        traced pipe2 sh -c "exec ./pipe_hello $closed"
        assert_call 'pipe2\(\[3, 4\], O_CLOEXEC\) += 0'
    done
    run_program env --block-signal=USR1 --block-signal=CHLD ./pipe_ps grep SigBlk /proc/self/status
    assert_output --regexp '^SigBlk:.0000000000000000$'
}
