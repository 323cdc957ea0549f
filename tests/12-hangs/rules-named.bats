bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# Memory, queues, semaphores and sockets: who could end a wait there, and whom a stranger
# could help.

# names NAME BODY: makes ./NAME of the body of main.
names() { printf '#include "hang.h"\nint main(void) {\n%s\n}\n' "$2" | makes "$1"; }

# outside: ./t is left alone by a runner that may not think that nobody is outside, for a
# second, in which it looks twice.
outside() {
    run "$book_built/runner" -t 1 -s how ./t
    assert_equal "$(head -n 1 how)" timeout
}

@test "a mutex in shared memory: its holder is told, whatever its kind" {
    says "says in its own memory who holds it"
    local kind
    for kind in 0 1 2; do
        names t "pthread_mutex_t *m = mutex($kind);
            pthread_mutex_lock(m);
            if (must(fork()) == 0) pthread_mutex_lock(m);
            wait(NULL);"
        stuck <<'END'
t waits in waitpid for t (2)
t (2) waits in futex for a mutex in shared memory
    that t holds
Nobody else can end it: t and t (2) are stuck.
END
    done
}

@test "with a robust mutex the next one gets EOWNERDEAD" {
    says "the next one who locks it gets EOWNERDEAD"
    sed '1d;s/|| (errno = pthread_mutex_init/|| (errno = pthread_mutexattr_setrobust(\&kind, PTHREAD_MUTEX_ROBUST)) != 0\n&/' \
        "$root/tangled/$unit/holder_gone.c" | makes mended
    run_program ./mended
    assert_failure 1
    assert_stderr 'mended: pthread_mutex_lock: Owner died'
}

@test "two mutexes in shared memory in opposite order" {
    names t 'pthread_mutex_t *a = mutex(0), *b = mutex(1);
        int p[2], q[2]; char c; make(p); make(q);
        if (must(fork()) == 0) {
            pthread_mutex_lock(b);
            must((int)write(q[1], "", 1)); must((int)read(p[0], &c, 1));
            pthread_mutex_lock(a);
        }
        pthread_mutex_lock(a);
        must((int)write(p[1], "", 1)); must((int)read(q[0], &c, 1));
        pthread_mutex_lock(b);'
    stuck <<'END'
t waits in futex for a mutex in shared memory
    that t (2) holds
t (2) waits in futex for a mutex in shared memory
    that t holds
Nobody else can end it: t and t (2) are stuck.
END
}

@test "a mutex that its own thread holds" {
    names t 'pthread_mutex_t *m = mutex(0); pthread_mutex_lock(m); pthread_mutex_lock(m);'
    stuck <<'END'
t waits in futex for a mutex in shared memory
    that t itself holds
Nobody else can end it: t is stuck.
END
}

@test "a semaphore and a condition variable have no holder" {
    says "A semaphore and a condition variable have no holder, and none is found"
    names t 'sem_t *s = shared(); sem_init(s, 1, 0); sem_wait(s);'
    stuck <<'END'
t waits in futex on shared memory
    that t itself can change; no holder is known
Nobody else can end it: t is stuck.
END
    names t 'pthread_mutex_t *m = mutex(0); pthread_cond_t *c = shared();
        pthread_condattr_t a; pthread_condattr_init(&a);
        pthread_condattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
        pthread_cond_init(c, &a); pthread_mutex_lock(m); pthread_cond_wait(c, m);'
    stuck <<'END'
t waits in futex on shared memory
    that t itself can change; no holder is known
Nobody else can end it: t is stuck.
END
}

@test "memory with a name could be mapped by a stranger, whichever name it has now" {
    says "A file with a name could be mapped by a stranger"
    says "The C library makes a named semaphore under one name, gives it another and removes the first"
    names t "sem_t *s = sem_open(\"/hang.$$.$RANDOM\", O_CREAT, 0600, 0); sem_wait(s);"
    run bash -c '"$1" -t 1 -s how ./t; "$1" -n -t 60 -s alone ./t' bash "$book_built/runner"
    rm -f /dev/shm/sem.hang.$$.*
    assert_equal "$(head -n 1 how)" timeout
    assert_equal "$(head -n 1 alone)" stuck
    run cat alone
    assert_line --regexp '^waits t waits in futex on shared memory sem\.hang\.[0-9.]+$'
}

@test "memory in a tmpfs whose name is gone is nobody else's, elsewhere it may have one" {
    says "elsewhere we take it that there is a name"
    [ "$(stat -f -c %T /dev/shm)" = tmpfs ] || skip "needs tmpfs at /dev/shm"
    names t 'char name[40]; snprintf(name, sizeof name, "/hang.%d", (int)getpid());
        sem_t *s = sem_open(name, O_CREAT, 0600, 0); sem_unlink(name); sem_wait(s);'
    run "$book_built/runner" -t 60 -s how ./t
    assert_equal "$(head -n 1 how)" stuck
    [ "$(stat -f -c %T .)" != tmpfs ] || skip "needs a file system on a disk"
    names t 'int f = must(open("file", O_RDWR | O_CREAT, 0600));
        must(ftruncate(f, 4096)); must(unlink("file"));
        sem_t *s = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, f, 0); sem_init(s, 1, 0); sem_wait(s);'
    outside
}

@test "a segment of System V is found by its number, so it always has a name" {
    needs sysv
    says "a segment of System V is found by its number, though it stands there as deleted"
    names t 'int id = must(shmget(IPC_PRIVATE, 4096, 0600)); sem_t *s = shmat(id, NULL, 0);
        must(shmctl(id, IPC_RMID, NULL)); sem_init(s, 1, 0); sem_wait(s);'
    outside
    stuck <<'END'
t waits in futex on a segment of shared memory
    that t itself can change; no holder is known
Nobody else can end it: t is stuck.
END
}

@test "memory that somebody has open and does not map counts, too" {
    says "Memory that a process has open it could map, too"
    names t 'sem_t *s; int p[2], f = must(memfd_create("file", 0)); char c;
        must(ftruncate(f, 4096)); make(p);
        if (must(fork()) == 0) {
            must((int)read(p[0], &c, 1)); soon();
            sem_post(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, f, 0)); _exit(0);
        }
        s = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, f, 0);
        sem_init(s, 1, 0); must((int)write(p[1], "", 1)); sem_wait(s);
        must(waitpid(-1, NULL, 0));'
    patient
}

@test "POSIX queues: an empty one waits for who could write, a full one for who could read" {
    needs queues
    says "Who waits for a message waits for one who has the queue open for writing"
    names t 'char c; mqd_t q = queue(O_RDWR);
        if (must(fork()) == 0) mq_receive(q, &c, 1, NULL);
        wait(NULL);'
    run_program -t 60 ./t
    assert_equal "$ended" stuck
    run sed -n 's/hang\.[0-9]*/NAME/; s/^waits //p' "$BATS_TEST_TMPDIR/how"
    assert_output 't waits in waitpid for t (2)
t (2) waits in mq_receive on queue NAME (deleted)
    that t and t (2) itself can write to
Nobody else can end it: t and t (2) are stuck.'
    names t 'mqd_t q = queue(O_RDWR);
        for (;;) must(mq_send(q, "", 1, 0));'
    run_program -t 60 ./t
    assert_equal "$ended" stuck
    run sed -n 's/hang\.[0-9]*/NAME/; s/^waits //p' "$BATS_TEST_TMPDIR/how"
    assert_output 't waits in mq_send on queue NAME (deleted)
    that t itself can read from
Nobody else can end it: t is stuck.'
}

@test "a queue with a name may be opened by a stranger" {
    needs queues
    local name=/hang.$$.$RANDOM
    names gone "return mq_unlink(\"$name\") == -1;"
    names t "char c; struct mq_attr small = { .mq_maxmsg = 1, .mq_msgsize = 1 };
        mq_receive(must(mq_open(\"$name\", O_RDWR | O_CREAT, 0600, &small)), &c, 1, NULL);"
    run bash -c '"$1" -t 1 -s how ./t; "$1" -n -t 60 -s alone ./t; ./gone' bash "$book_built/runner"
    assert_success
    assert_equal "$(head -n 1 how)" timeout
    assert_equal "$(head -n 1 alone)" stuck
}

# sysv BODY: ./t has BODY with a queue q, a set of semaphores s and a message m; both are
# removed in the end by ./t rm.
sysv() {
    makes t <<C
#include "hang.h"
int main(int argc, char **argv)
{
    struct { long type; char text[1000]; } m = { 1, "" };
    key_t key = ftok(".", 7);
    int q = must(msgget(key, IPC_CREAT | 0600)), s = must(semget(key, 3, IPC_CREAT | 0600));
    if (argc > 1) {
        (void)argv;
        must(msgctl(q, IPC_RMID, NULL));
        return must(semctl(s, 0, IPC_RMID));
    }
    (void)m;
    $1
}
C
}

# anyone < TEXT: the program that sysv made could be helped by anyone, and --alone TEXT is told.
anyone() {
    local expected
    expected=$(cat)
    run "$book_built/runner" -t 1 -s how ./t
    ./t rm
    assert_equal "$(head -n 1 how)" timeout
    run_program -t 60 ./t
    ./t rm
    assert_equal "$ended" stuck
    assert_equal "$(sed -n 's/^waits //p' "$BATS_TEST_TMPDIR/how")" "$expected"
}

@test "a queue of System V: anyone could send or take, and who did last is told" {
    needs sysv
    says "Which process did last what is waited for the kernel writes down"
    says "So anyone could end the wait, in the tree and outside of it, and --alone is needed for a verdict"
    sysv 'if (must(fork()) == 0) { must(msgsnd(q, &m, 1, 0)); must((int)msgrcv(q, &m, 1, 7, 0)); } wait(NULL);'
    anyone <<'END'
t waits in waitpid for t (2)
t (2) waits in msgrcv on a queue
    that anyone can send to; t (2) did last
Nobody else can end it: t and t (2) are stuck.
END
    sysv 'for (;;) must(msgsnd(q, &m, sizeof m.text, 0));'
    anyone <<'END'
t waits in msgsnd on a queue
    that anyone can take from; nobody has yet
Nobody else can end it: t is stuck.
END
    sysv 'if (must(fork()) == 0) { must(msgsnd(q, &m, 1, 0)); _exit(0); } wait(NULL);
        must((int)msgrcv(q, &m, 1, 7, 0));'
    anyone <<'END'
t waits in msgrcv on a queue
    that anyone can send to; who did last has ended
Nobody else can end it: t is stuck.
END
}

@test "a semaphore of System V: the one that does not suit, and who changed it last" {
    needs sysv
    says "waits for the first one whose value does not suit"
    says "has the process that changed it last, and semctl(2) tells it"
    sysv 'struct sembuf both[] = { { 2, -1, 0 }, { 1, -1, 0 } }, up = { 2, 1, 0 }, one = { 1, 1, 0 };
        must(semop(s, &up, 1));
        int p[2], q2[2]; char c; make(p); make(q2);
        if (must(fork()) == 0) {
            must(semop(s, &one, 1)); one.sem_op = -1; must(semop(s, &one, 1));
            must((int)write(q2[1], "", 1)); must((int)read(p[0], &c, 1));
        }
        must((int)read(q2[0], &c, 1)); must(semop(s, both, 2));'
    anyone <<'END'
t waits in semop on semaphore 1
    that anyone can change; t (2) did last
t (2) waits in read on a pipe
    that t and t (2) itself can write to
Nobody else can end it: t and t (2) are stuck.
t (2) reads, and holds a write end itself: descriptor 4.
END
    sysv 'struct sembuf zero = { 0, 0, 0 }, up = { 0, 1, 0 };
        must(semop(s, &up, 1)); must(semop(s, &zero, 1));'
    anyone <<'END'
t waits in semop on semaphore 0
    that anyone can change; t did last
Nobody else can end it: t is stuck.
END
}

@test "System V in another IPC namespace is not looked up in ours" {
    needs sysv namespaces
    says "What a process in another one waits for is not asked for in ours"
    sysv 'must((int)msgrcv(q, &m, 1, 7, 0));'
    run_shell 'unshare -r --ipc ./t & until ./who_waits --names $! > said; grep msgrcv said; do :; done
        tail -n 1 said; kill $!; wait'
    assert_line '    that anyone can send to'
}

@test "the number in a mutex of another process namespace is not ours" {
    needs namespaces
    says "the number of a thread that a mutex has in it means something in a process namespace like ours"
    names t 'pthread_mutex_t *m = mutex(0); pthread_mutex_lock(m); pthread_mutex_lock(m);'
    run_shell 'unshare -r --pid --fork ./t & until ./who_waits --names $! > said; grep "^t waits in futex" said; do :; done
        pkill -KILL -P $!; wait'
    assert_output 't waits in futex on shared memory'
}

@test "a holder that is there and has not the memory is somebody else" {
    names t 'int *word = shared();
        word[0] = 2; word[2] = (int)getppid();
        syscall(SYS_futex, word, FUTEX_WAIT, 2, NULL, NULL, 0);'
    stuck <<'END'
t waits in futex for a mutex in shared memory
    that somebody else holds
Nobody else can end it: t is stuck.
END
}

@test "two that talk over a socket, each waiting for the other's word" {
    needs peers
    for type in SOCK_STREAM SOCK_DGRAM SOCK_SEQPACKET; do
        names t "int s[2]; char c; pair($type, s);
            int own = must(fork()) == 0; must(close(s[!own]));
            if (own) must((int)read(s[own], &c, 1)); else must((int)recv(s[own], &c, 1, 0));"
        stuck <<'END'
t waits in recv on a socket
    that t (2) can write to
t (2) waits in read on a socket
    that t can write to
Nobody else can end it: t and t (2) are stuck.
END
    done
}

@test "a socket whose other end its reader holds as well" {
    needs peers
    names t 'int s[2]; char c; pair(SOCK_STREAM, s); must((int)read(s[0], &c, 1));'
    stuck <<'END'
t waits in read on a socket
    that t itself can write to
Nobody else can end it: t is stuck.
t holds the other end itself: descriptor 4.
END
}

@test "two that write and do not read" {
    needs peers
    names t 'static char much[1000000]; int s[2]; pair(SOCK_STREAM, s);
        int own = must(fork()) == 0; must(close(s[!own]));
        if (own) for (;;) must((int)write(s[own], much, sizeof much));
        struct iovec v = { much, sizeof much }; struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
        for (;;) must((int)sendmsg(s[own], &m, 0));'
    stuck <<'END'
t waits in sendmsg on a socket
    that t (2) can read from
t (2) waits in write on a socket
    that t can read from
Nobody else can end it: t and t (2) are stuck.
END
}

@test "accept waits for anyone, connect for who listens, also by an abstract name" {
    needs peers
    says "A socket that listens waits for anyone who knows its name"
    says "who listens there is found by the name"
    names t 'must(accept(door(SOCK_STREAM, "door"), NULL, NULL));'
    outside
    rm door
    stuck <<'END'
t waits in accept on socket door
    that anyone can connect to
Nobody else can end it: t is stuck.
END
    rm door
    names t 'door(SOCK_STREAM, "door"); for (;;) call_at(SOCK_STREAM, "door");'
    stuck <<'END'
t waits in connect on socket door
    that t itself can accept
Nobody else can end it: t is stuck.
t listens there itself: descriptor 3.
END
    names t 'char name[40]; snprintf(name, sizeof name, "@hang.%d", (int)getpid());
        door(SOCK_STREAM, name); for (;;) call_at(SOCK_STREAM, name);'
    run_program -t 60 ./t
    assert_equal "$ended" stuck
    run cat "$BATS_TEST_TMPDIR/how"
    assert_line --regexp '^waits t waits in connect on socket @hang\.[0-9]+$'
    assert_line 'waits     that t itself can accept'
}

@test "who is connected and not accepted waits for who listens" {
    needs peers
    says "The kernel keeps a connection that nobody has accepted yet with the socket that listens"
    names t 'char c; int l = door(SOCK_STREAM, "door"), s = call_at(SOCK_STREAM, "door");
        if (must(fork()) == 0) { must(close(l)); must((int)read(s, &c, 1)); }
        must(close(s)); wait(NULL);'
    stuck <<'END'
t waits in waitpid for t (2)
t (2) waits in read on a socket
    that t can write to
Nobody else can end it: t and t (2) are stuck.
END
}

@test "datagrams: a socket with a name hears anyone, one without a name those connected to it" {
    needs peers
    says "One for datagrams without a name gets them from those alone that are connected to it"
    names t 'char c; must((int)recv(door(SOCK_DGRAM, "door"), &c, 1, 0));'
    outside
    rm door
    stuck <<'END'
t waits in recv on socket door
    that anyone can write to
Nobody else can end it: t is stuck.
END
    rm door
    names t 'char c; door(SOCK_DGRAM, "door"); must((int)recv(call_at(SOCK_DGRAM, "door"), &c, 1, 0));'
    stuck <<'END'
t waits in recv on a socket
    that nobody can write to, as it has no name
Nobody else can end it: t is stuck.
END
}

# alone_or_not YES BODY: whether ./t of BODY is called stuck, also while others are on the machine.
alone_or_not() {
    names t "$2"
    run "$book_built/runner" -n -t 60 -s how ./t
    assert_equal "$(head -n 1 how)" stuck
    rm -f door
    if [ "$1" = yes ]; then
        run "$book_built/runner" -t 60 -s how ./t
        assert_equal "$(head -n 1 how)" stuck
    else
        outside
    fi
    rm -f door
}

@test "the table of waits: whether somebody is called stuck while others are on the machine" {
    needs peers queues
    alone_or_not yes 'pthread_mutex_t *m = mutex(0); pthread_mutex_lock(m); pthread_mutex_lock(m);'
    alone_or_not yes 'char c; must((int)mq_receive(queue(O_RDWR), &c, 1, NULL));'
    alone_or_not no 'must(accept(door(SOCK_STREAM, "door"), NULL, NULL));'
    alone_or_not yes 'door(SOCK_STREAM, "door"); for (;;) call_at(SOCK_STREAM, "door");'
    alone_or_not yes 'int s[2]; char c; pair(SOCK_STREAM, s); must((int)recv(s[0], &c, 1, 0));'
    alone_or_not yes 'int s[2]; static char much[1000]; pair(SOCK_STREAM, s); for (;;) must((int)send(s[0], much, sizeof much, 0));'
    alone_or_not no 'int s[2]; pair(SOCK_DGRAM, s); for (;;) must((int)send(s[0], "", 1, 0));'
    alone_or_not no 'char c; must((int)recv(door(SOCK_DGRAM, "door"), &c, 1, 0));'
    alone_or_not yes 'int s[2]; char c; pair(SOCK_DGRAM, s); must((int)recv(s[0], &c, 1, 0));'
}

@test "poll, select and epoll know queues and sockets" {
    needs queues peers
    says "When one of them is of a kind that we do not know, the thread counts as awake"
    names t 'int s[2], p[2]; pair(SOCK_STREAM, s); make(p);
        struct pollfd list[] = { { s[0], POLLIN, 0 }, { p[0], POLLIN, 0 }, { queue(O_RDONLY), POLLIN, 0 } };
        must(poll(list, 3, -1));'
    stuck <<'END'
t waits in poll on a socket
    that t itself can write to
Nobody else can end it: t is stuck.
t holds the other end itself: descriptor 4.
t reads, and holds a write end itself: descriptor 6.
END
    names t 'int s[2], p[2]; pair(SOCK_STREAM, s); make(p);
        fd_set in, out; FD_ZERO(&in); FD_ZERO(&out); FD_SET(s[0], &in); FD_SET(p[0], &out);
        must(select(p[0] + 1, &in, &out, NULL, NULL));'
    stuck <<'END'
t waits in select on a socket
    that t itself can write to
Nobody else can end it: t is stuck.
t holds the other end itself: descriptor 4.
t reads, and holds a write end itself: descriptor 6.
END
    names t 'int p[2]; make(p); int e = must(epoll_create1(0));
        struct epoll_event one = { .events = EPOLLIN };
        must(epoll_ctl(e, EPOLL_CTL_ADD, p[0], &one)); must(epoll_wait(e, &one, 1, -1));'
    stuck <<'END'
t waits in epoll_wait on a pipe
    that t itself can write to
Nobody else can end it: t is stuck.
t reads, and holds a write end itself: descriptor 4.
END
}

@test "without a descriptor, select and epoll wait for a signal" {
    says "Without a descriptor in them it waits for a signal"
    names t 'must(select(0, NULL, NULL, NULL, NULL));'
    outside
    stuck <<'END'
t waits in select for a signal
Nobody else can end it: t is stuck.
END
    names t 'struct epoll_event one; must(epoll_wait(must(epoll_create1(0)), &one, 1, -1));'
    outside
}
