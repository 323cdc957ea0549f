bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# What stands still is seen, and explained: the runner looks with who_waits.

@test "the forgotten end: a reader that could write to itself" {
    makes t <<'C'
#include "hang.h"
int main(void)
{
    int p[2];
    must(pipe(p));
    if (must(fork()) == 0) {
        must(dup2(p[0], 0));
        execlp("wc", "wc", "-l", NULL);
        _exit(9);
    }
    must(close(p[0]));
    must((int)write(p[1], "line\n", 5));
    wait(NULL);
}
C
    stuck <<'END'
t waits in waitpid for wc
wc waits in read on a pipe
    that t and wc itself can write to
Nobody else can end it: t and wc are stuck.
wc reads, and holds a write end itself: descriptor 4.
END
}

@test "to wait before reading" {
    makes t <<'C'
#include "hang.h"
int main(void)
{
    int p[2];
    make(p);
    if (must(fork()) == 0) {
        must(dup2(p[1], 1));
        execlp("seq", "seq", "1000000", NULL);
        _exit(9);
    }
    must(close(p[1]));
    wait(NULL);
}
C
    stuck <<'END'
t waits in waitpid for seq
seq waits in write on a pipe
    that t can read from
Nobody else can end it: t and seq are stuck.
END
}

@test "two full pipes: both write, and nobody reads" {
    makes t <<'C'
#include "hang.h"
int main(void)
{
    static char megabyte[1000000];
    int to[2], from[2];
    make(to);
    make(from);
    if (must(fork()) == 0) {
        must(dup2(to[0], 0));
        must(dup2(from[1], 1));
        execlp("cat", "cat", NULL);
        _exit(9);
    }
    must(close(to[0]));
    must(close(from[1]));
    must((int)write(to[1], megabyte, sizeof megabyte));
}
C
    stuck <<'END'
t waits in write on a pipe
    that cat can read from
cat waits in write on a pipe
    that t can read from
Nobody else can end it: t and cat are stuck.
END
}

@test "two FIFOs in opposite order" {
    makes t <<'C'
#include "hang.h"
int main(void)
{
    must(mkfifo("door", 0600));
    must(mkfifo("gate", 0600));
    if (must(fork()) == 0) {
        must(open("gate", O_RDONLY));
        must(open("door", O_WRONLY));
        _exit(0);
    }
    must(open("door", O_RDONLY));
    must(open("gate", O_WRONLY));
}
C
    stuck <<'END'
t waits in open of FIFO door
    that nobody has open for writing
t (2) waits in open of FIFO gate
    that nobody has open for writing
Nobody else can end it: t and t (2) are stuck.
END
}

@test "a FIFO that its only reader could write to" {
    makes t <<'C'
#include "hang.h"
int main(void)
{
    char letter;
    must(mkfifo("door", 0600));
    return (int)read(must(open("door", O_RDWR)), &letter, 1);
}
C
    stuck <<'END'
t waits in read on FIFO door
    that t itself can write to
Nobody else can end it: t is stuck.
t reads, and holds a write end itself: descriptor 3.
END
}

# locks CALL...: ./t has two processes, each of which locks a file and wants the other
# one's, by the C statements LOCK(file).
locks() {
    makes t <<C
#include "hang.h"
static void lock(int f) { $1; }
int main(void)
{
    int mine[2], its[2];
    char letter;
    make(mine);
    make(its);
    if (must(fork()) == 0) {
        must(close(mine[1]));
        int b = must(open("b", O_RDWR | O_CREAT, 0600));
        int a = must(open("a", O_RDWR | O_CREAT, 0600));
        lock(b);
        must((int)write(its[1], "", 1));
        must((int)read(mine[0], &letter, 1));
        lock(a);
        _exit(0);
    }
    int a = must(open("a", O_RDWR | O_CREAT, 0600));
    int b = must(open("b", O_RDWR | O_CREAT, 0600));
    lock(a);
    must((int)write(mine[1], "", 1));
    must((int)read(its[0], &letter, 1));
    lock(b);
}
C
}

@test "two files, locked in opposite order with flock" {
    locks 'must(flock(f, LOCK_EX))'
    stuck <<'END'
t waits in flock on b
    that t (2) can unlock
t (2) waits in flock on a
    that t can unlock
Nobody else can end it: t and t (2) are stuck.
END
}

@test "two files, locked in opposite order with locks of open files" {
    locks 'must(fcntl(f, F_OFD_SETLKW, &(struct flock){ .l_type = F_WRLCK }))'
    stuck <<'END'
t waits in fcntl on b
    that t (2) can unlock
t (2) waits in fcntl on a
    that t can unlock
Nobody else can end it: t and t (2) are stuck.
END
}

@test "a parent that waits for a child that waits for the parent's lock" {
    makes t <<'C'
#include "hang.h"
int main(void)
{
    struct flock whole = { .l_type = F_WRLCK };
    int f = must(open("file", O_RDWR | O_CREAT, 0600));
    must(fcntl(f, F_SETLKW, &whole));
    if (must(fork()) == 0)
        _exit(fcntl(f, F_SETLKW, &whole));
    wait(NULL);
}
C
    stuck <<'END'
t waits in waitpid for t (2)
t (2) waits in fcntl on file
    that t can unlock
Nobody else can end it: t and t (2) are stuck.
END
}

@test "two threads and two mutexes in opposite order" {
    makes t <<'C'
#include "hang.h"
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t both;
static void *other(void *none)
{
    pthread_mutex_lock(&b);
    pthread_barrier_wait(&both);
    pthread_mutex_lock(&a);
    return none;
}
int main(void)
{
    pthread_t t;
    pthread_barrier_init(&both, NULL, 2);
    pthread_mutex_lock(&a);
    pthread_create(&t, NULL, other, NULL);
    pthread_barrier_wait(&both);
    pthread_mutex_lock(&b);
    pthread_join(t, NULL);
}
C
    stuck <<'END'
t waits in futex for a mutex
    that t thread 2 holds
t thread 2 waits in futex for a mutex
    that t holds
Nobody else can end it: t is stuck.
END
}

@test "a thread that is joined, and reads what only its process could write" {
    makes t <<'C'
#include "hang.h"
static int p[2];
static void *reader(void *none)
{
    char letter;
    must((int)read(p[0], &letter, 1));
    return none;
}
int main(void)
{
    pthread_t t;
    make(p);
    pthread_create(&t, NULL, reader, NULL);
    pthread_join(t, NULL);
}
C
    stuck <<'END'
t waits in futex for another thread
t thread 2 waits in read on a pipe
    that t itself can write to
Nobody else can end it: t is stuck.
t reads, and holds a write end itself: descriptor 4.
END
}

@test "a semaphore in shared memory that nobody posts" {
    makes t <<'C'
#include "hang.h"
int main(void)
{
    sem_t *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    must(sem_init(s, 1, 0));
    if (must(fork()) == 0)
        _exit(sem_wait(s));
    wait(NULL);
}
C
    stuck <<'END'
t waits in waitpid for t (2)
t (2) waits in futex on shared memory
    that t and t (2) itself can change; no holder is known
Nobody else can end it: t and t (2) are stuck.
END
}

@test "a poll of two pipes without a limit" {
    makes t <<'C'
#include "hang.h"
int main(void)
{
    int a[2], b[2];
    make(a);
    make(b);
    struct pollfd p[] = { { a[0], POLLIN, 0 }, { b[0], POLLIN, 0 } };
    must(poll(p, 2, -1));
}
C
    stuck <<'END'
t waits in poll on a pipe
    that t itself can write to
Nobody else can end it: t is stuck.
t reads, and holds a write end itself: descriptor 4.
t reads, and holds a write end itself: descriptor 6.
END
}

@test "a parent that is held until its child executes another program" {
    makes t <<'C'
#include "hang.h"
static int p[2];
int main(void)
{
    char letter;
    make(p);
    if (vfork() == 0) {
        read(p[0], &letter, 1);
        _exit(0);
    }
}
C
    stuck <<'END'
t waits in vfork for t (2)
t (2) waits in read on a pipe
    that t and t (2) itself can write to
Nobody else can end it: t and t (2) are stuck.
t (2) reads, and holds a write end itself: descriptor 4.
END
}

@test "a splice from one pipe to another" {
    makes t <<'C'
#include "hang.h"
int main(void)
{
    int a[2], b[2];
    make(a);
    make(b);
    must((int)splice(a[0], NULL, b[1], NULL, 100, 0));
}
C
    stuck <<'END'
t waits in splice on a pipe
    that t itself can read from
Nobody else can end it: t is stuck.
t writes, and holds a read end itself: descriptor 5.
t reads, and holds a write end itself: descriptor 4.
END
}

@test "a signal that nobody sends, when there is nobody else" {
    makes t <<'C'
#include "hang.h"
int main(void)
{
    if (must(fork()) == 0)
        pause();
    wait(NULL);
}
C
    stuck <<'END'
t waits in waitpid for t (2)
t (2) waits in pause for a signal
Nobody else can end it: t and t (2) are stuck.
END
}

@test "stand_still without the forgotten end ends" {
    mend='1d;s/_exit(read/close(end[1]), _exit(read/'
    sed "$mend" "$root/tangled/$unit/stand_still.c" | makes mended
    leaves_no_zombie ./mended
    assert_success
}

# locking FIRST SECOND BEFORE BETWEEN: ./t has two processes. The parent does BEFORE,
# takes lock 0, does BETWEEN and takes lock 1; the child takes lock FIRST, waits until the parent has one, and takes
# SECOND. Each tells when it is refused a lock.
locking() {
    makes t <<C
#include "hang.h"
static int lock(int which)
{
    struct flock one = { .l_type = F_WRLCK, .l_start = which, .l_len = 1 };
    int f = must(open("file", O_RDWR | O_CREAT, 0600));
    return fcntl(f, F_SETLKW, &one) == -1;
}
int main(void)
{
    int p[2], q[2], status;
    char none;
    make(p);
    make(q);
    pid_t child = must(fork());
    if (child == 0) {
        close(q[1]);
        int refused = lock($1);
        close(p[1]);
        must((int)read(q[0], &none, 1));
        _exit(refused + lock($2));
    }
    close(p[1]);
    $3
    int refused = lock(0);
    close(q[1]);
    $4
    refused += lock(1);
    if (refused)
        printf("the parent is refused\n"), fflush(stdout);
    must(fcntl(must(open("file", O_RDWR)), F_SETLK, &(struct flock){ .l_type = F_UNLCK }));
    must(waitpid(child, &status, 0));
    if (WEXITSTATUS(status))
        printf("the child is refused\n");
}
C
}

@test "in one order both get through" {
    says "Then the one who has the first lock will get the second"
    locking 0 1 'close(q[1]);' ''
    run_program ./t
    assert_success
    assert_output ''
}

@test "among the locks of fcntl the one that would close the ring is refused" {
    says "refuses with EDEADLK the one that would close it, if the ring is short"
    locking 1 0 '' 'must((int)read(p[0], &none, 1));'
    run_program ./t
    assert_success
    assert_output --regexp '^the (parent|child) is refused$'
}
