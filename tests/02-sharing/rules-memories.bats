bats_require_minimum_version 1.13.0
load ../lib/helpers
load rules

# What is said of queues and of the memories that two processes have in common,
# tried with programs that are not the book's.

@test "a queue keeps messages apart, hands them out by priority or by type" {
    says "two words of three letters arrive as two words"
    says "hands out messages by priority, and on Linux is a descriptor that poll(2) can wait on"
    says "How long a message may be, and how many find room, is settled when it is made"
    says "its messages have a type by which a receiver can pick"
    tries <<'C'
#include <mqueue.h>
#include <sys/msg.h>
int main(void)
{
    char name[32], text[32];
    unsigned priority;
    struct mq_attr small = { .mq_maxmsg = 3, .mq_msgsize = 8 }, now;
    snprintf(name, sizeof name, "/rule.%d", (int)getpid());
    mqd_t q = mq_open(name, O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, 0600, &small);
    THAT("mq_open", q != -1 && mq_unlink(name) == 0);
    struct pollfd there = { .fd = q, .events = POLLIN };
    THAT("nothing to poll for", poll(&there, 1, 0) == 0);
    THAT("send", mq_send(q, "low", 3, 1) == 0 && mq_send(q, "top", 3, 9) == 0 && mq_send(q, "two", 3, 9) == 0);
    THAT("no room", mq_send(q, "x", 1, 0) == -1 && errno == EAGAIN);
    THAT("settled", mq_setattr(q, &(struct mq_attr){ .mq_flags = O_NONBLOCK, .mq_maxmsg = 9, .mq_msgsize = 99 }, NULL) == 0
         && mq_getattr(q, &now) == 0 && now.mq_maxmsg == 3 && now.mq_msgsize == 8);
    THAT("poll", poll(&there, 1, 0) == 1);
    const char *order[] = { "top", "two", "low" };
    for (int i = 0; i < 3; i++)
        THAT("by priority, then by age", mq_receive(q, text, 8, &priority) == 3 && memcmp(text, order[i], 3) == 0);
    THAT("too long", mq_send(q, "123456789", 9, 0) == -1 && errno == EMSGSIZE);

    struct { long type; char text[8]; } m;
    int id = msgget(IPC_PRIVATE, 0600);
    for (long type = 1; type <= 3; type++) {
        m.type = type;
        memcpy(m.text, type == 1 ? "one" : type == 2 ? "two" : "six", 3);
        THAT("msgsnd", msgsnd(id, &m, 3, 0) == 0);
    }
    bool picked = msgrcv(id, &m, 8, 2, 0) == 3 && m.type == 2 && memcmp(m.text, "two", 3) == 0
        && msgrcv(id, &m, 8, 0, 0) == 3 && m.type == 1 && msgrcv(id, &m, 8, 3, 0) == 3;
    msgctl(id, IPC_RMID, NULL);
    THAT("picked by type", picked);
    return 0;
}
C
}

@test "IPC_PRIVATE makes a new queue each time, and none has a key" {
    says "IPC_PRIVATE asks for a new System V queue without a key by which others could look it up"
    says "It is no descriptor, so poll does not wait for it together with a socket"
    tries <<'C'
#include <sys/msg.h>
int main(void)
{
    int before = dup(2), a = msgget(IPC_PRIVATE, 0600), b = msgget(IPC_PRIVATE, 0600), after = dup(2);
    struct msqid_ds seen;
    bool keyless = msgctl(a, IPC_STAT, &seen) == 0 && seen.msg_perm.__key == 0;
    msgctl(a, IPC_RMID, NULL), msgctl(b, IPC_RMID, NULL);
    THAT("each is new", a != -1 && b != -1 && a != b);
    THAT("without a key", keyless);
    THAT("no descriptor was made", after == before + 1);
    return 0;
}
C
}

@test "queues and memory of both families remain when their processes are gone" {
    says "a queue remains until it is removed, or the machine restarts, or its namespace ends"
    says "Like the queue it remains until it is removed, here by shm_unlink(3)"
    says "It too stays until somebody removes it, unless kernel.shm_rmid_forced is set: then it goes when nobody has it attached"
    says "on Linux it lies in /dev/shm"
    tries <<'C'
#include <mqueue.h>
#include <sys/msg.h>
#include <sys/shm.h>
int main(void)
{
    char name[32], path[64], *m;
    snprintf(name, sizeof name, "/rule.%d", (int)getpid());
    snprintf(path, sizeof path, "/dev/shm%s", name);
    key_t key = 0x700000 + getpid();
    struct mq_attr small = { .mq_maxmsg = 1, .mq_msgsize = 8 };
    pid_t child = forked();
    if (child == 0) {
        int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
        THAT("made", mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &small) != -1 && ftruncate(fd, 1) == 0
             && write(fd, "x", 1) == 1 && msgget(key, IPC_CREAT | IPC_EXCL | 0600) != -1);
        int id = shmget(key, 1, IPC_CREAT | IPC_EXCL | 0600);
        m = shmat(id, NULL, 0);
        *m = 'x';
        _exit(0);
    }
    collect(child);
    struct stat s;
    bool file = stat(path, &s) == 0 && s.st_size == 1;
    int q = mq_open(name, O_RDWR), msg = msgget(key, 0), shm = shmget(key, 1, 0);
    m = shmat(shm, NULL, SHM_RDONLY);
    bool kept = m != (void *)-1 && *m == 'x';
    THAT("removed", mq_unlink(name) == 0 && shm_unlink(name) == 0 && msgctl(msg, IPC_RMID, NULL) == 0
         && shmctl(shm, IPC_RMID, NULL) == 0);
    THAT("all were there", file && q != -1 && msg != -1 && kept);
    THAT("and are gone", mq_open(name, O_RDWR) == -1 && shm_open(name, O_RDWR, 0) == -1 && msgget(key, 0) == -1);
    return 0;
}
C
    needs namespaces
    # in a namespace of its own: made, there for the next process, and gone with it
    local kinds=-Uri
    [ "$(id -u)" != 0 ] || kinds=-i
    run_program unshare "$kinds" sh -c 'ipcmk -Q > /dev/null; tail -n +2 /proc/sysvipc/msg | wc -l'
    assert_output 1
    run_program unshare "$kinds" sh -c 'tail -n +2 /proc/sysvipc/msg | wc -l'
    assert_output 0
}

@test "processes that map a file share the pages of read and write, on a disk and in memory" {
    says "Processes that map the file with MAP_SHARED have the same pages before them, the ones that read(2) and write(2) use too"
    says "What is stored stays, as what is written does"
    makes_trial pages <<'C'
int main(int argc, char *argv[])
{
    (void)argc;
    char text[4];
    int fd = open(argv[1], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    THAT("size", ftruncate(fd, 9000) == 0);
    char *m = mmap(NULL, 9000, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    pid_t child = forked();
    if (child == 0) {
        int own = open(argv[1], O_RDWR | O_CLOEXEC);
        char *o = mmap(NULL, 9000, PROT_READ | PROT_WRITE, MAP_SHARED, own, 0);
        o[8000] = 'c';
        _exit(pwrite(own, "w", 1, 8001) == 1 ? 0 : 1);
    }
    collect(child);
    THAT("the mapping has both", m[8000] == 'c' && m[8001] == 'w');
    THAT("read has both", pread(fd, text, 2, 8000) == 2 && memcmp(text, "cw", 2) == 0);
    munmap(m, 9000), close(fd);
    fd = open(argv[1], O_RDONLY | O_CLOEXEC);
    THAT("it stays", pread(fd, text, 2, 8000) == 2 && memcmp(text, "cw", 2) == 0);
    return unlink(argv[1]);
}
C
    run_program ./pages f
    assert_success
    run_program ./pages "/dev/shm/pages.$$"
    assert_success
}

@test "a memfd has no name, can be sealed if it was made so, and stays while it is mapped" {
    says "A memfd is such a file without a name in a directory"
    says "Made with MFD_ALLOW_SEALING it can be sealed, so that the receiver need not fear a file that shrinks"
    tries <<'C'
int main(void)
{
    struct stat s;
    int plain = memfd_create("f", MFD_CLOEXEC), fd = memfd_create("f", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    THAT("no name", fstat(fd, &s) == 0 && s.st_nlink == 0);
    THAT("not made for it: EPERM", fcntl(plain, F_ADD_SEALS, F_SEAL_SHRINK) == -1 && errno == EPERM);
    THAT("sealed", ftruncate(fd, 9000) == 0 && fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) == 0);
    THAT("does not shrink", ftruncate(fd, 8999) == -1 && errno == EPERM);
    THAT("grows", ftruncate(fd, 9001) == 0);
    char *m = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    m[0] = 'x';
    close(fd);
    THAT("the mapping keeps it", m[0] == 'x');
    return 0;
}
C
}

@test "a pipe and a memfd can be opened once more through /proc/PID/fd, a socket cannot" {
    says "and a pipe or a memfd be opened once more through /proc/PID/fd, by those to whom proc(5) allows it"
    says "A descriptor leads to it, ordinarily inherited or handed over"
    tries <<'C'
#include <sys/socket.h>
static int again(pid_t of, int fd)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)of, fd);
    return open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
}
int main(void)
{
    int way[2], numbers[3];
    THAT("way", socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, way) == 0);
    pid_t child = forked();
    if (child == 0) {                   /* has what its parent has not */
        int p[2];
        char byte;
        close(way[0]);
        prctl(PR_SET_PTRACER, getppid());
        THAT("pipe2", pipe2(p, O_CLOEXEC) == 0);
        numbers[0] = p[0], numbers[1] = memfd_create("m", MFD_CLOEXEC), numbers[2] = way[1];
        THAT("write", write(p[1], "p", 1) == 1 && pwrite(numbers[1], "m", 1, 0) == 1);
        THAT("tell", write(way[1], numbers, sizeof numbers) == sizeof numbers);
        _exit(read(way[1], &byte, 1) == 0 ? 0 : 1);
    }
    close(way[1]);
    char a = 0, b = 0;
    THAT("numbers", read(way[0], numbers, sizeof numbers) == sizeof numbers);
    THAT("the pipe", read(again(child, numbers[0]), &a, 1) == 1 && a == 'p');
    THAT("the memfd", read(again(child, numbers[1]), &b, 1) == 1 && b == 'm');
    THAT("the socket", again(child, numbers[2]) == -1 && errno == ENXIO);
    close(way[0]);
    collect(child);
    return 0;
}
C
}

@test "a load returns what is there, before the other has stored and after" {
    says "A load from memory returns what is there, whether the other has stored yet or not"
    says --in E-hello "We do it because memory, unlike a pipe, does not make anyone wait"
    tries <<'C'
int main(void)
{
    int *m = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), go[2];
    char byte;
    THAT("pipe2", pipe2(go, O_CLOEXEC) == 0);
    pid_t child = forked();
    if (child == 0) {
        close(go[1]);
        THAT("go", read(go[0], &byte, 1) == 0);
        *m = 42;
        _exit(0);
    }
    THAT("before", *m == 0);
    close(go[1]);
    collect(child);
    THAT("after", *m == 42);
    return 0;
}
C
}

@test "a store into a file without room in a full file system is SIGBUS" {
    says --in E-hello "otherwise a store into a full file system would end by SIGBUS"
    needs mounts
    makes store <<'C'
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
int main(void)
{
    int fd = open("/tmp/hole", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd == -1 || ftruncate(fd, 32) == -1)
        return 2;
    char *m = mmap(NULL, 32, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (m == MAP_FAILED)
        return 3;
    *(volatile char *)m = 'x';
    return 0;
}
C
    # shellcheck disable=SC2016 # the inner shell is to expand it
    run_program unshare --mount --propagation private sh -c 'mount -t tmpfs -o size=64k none /tmp &&
        { dd if=/dev/zero of=/tmp/much bs=4k 2> /dev/null || true; } && exec ./store'
    assert_killed SIGBUS
}

@test "a default mutex that the parent took before the fork is unlocked in the child; one that remembers its owner is not" {
    says "That works for a mutex of the default kind"
    says "One that remembers its owner, as a recursive or a robust one does, knows the thread of the parent: in the child, unlocking it fails with EPERM, and it stays locked"
    tries <<'C'
#include <pthread.h>
static void taken(const char *what, int type, int robust, int unlocks, int after)
{
    pthread_mutexattr_t kind;
    pthread_mutex_t lock;
    pthread_mutexattr_init(&kind);
    pthread_mutexattr_settype(&kind, type);
    pthread_mutexattr_setrobust(&kind, robust);
    THAT(what, pthread_mutex_init(&lock, &kind) == 0 && pthread_mutex_lock(&lock) == 0);
    pid_t child = forked();
    if (child == 0) {
        THAT(what, pthread_mutex_unlock(&lock) == unlocks);
        THAT(what, pthread_mutex_trylock(&lock) == after);
        _exit(0);
    }
    THAT(what, pthread_mutex_unlock(&lock) == 0);
    collect(child);
}
int main(void)
{
    taken("default", PTHREAD_MUTEX_DEFAULT, PTHREAD_MUTEX_STALLED, 0, 0);
    taken("recursive", PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_STALLED, EPERM, EBUSY);
    taken("error checking", PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED, EPERM, EBUSY);
    taken("robust", PTHREAD_MUTEX_DEFAULT, PTHREAD_MUTEX_ROBUST, EPERM, EBUSY);
    return 0;
}
C
}
