bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# A wait for memory, a queue, a semaphore or a socket that somebody or time will end is
# left alone.

# helped PREPARE WAIT HELP: ./t has two processes after it has PREPAREd. One WAITs, and
# the other does HELP half a second later.
helped() {
    takes_time <<C
    char c;
    (void)c;
    $1
    if (must(fork()) == 0) { soon(); $3; _exit(0); }
    $2;
    wait(NULL);
C
}

@test "memory: a mutex, a semaphore, a condition that somebody changes later" {
    helped 'sem_t *s = shared(); sem_init(s, 1, 0);' 'sem_wait(s)' 'sem_post(s)'
    helped 'pthread_mutex_t *m = mutex(0); pthread_cond_t *d = shared(); pthread_condattr_t a;
        pthread_condattr_init(&a); pthread_condattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
        pthread_cond_init(d, &a); pthread_mutex_lock(m);' 'pthread_cond_wait(d, m)' \
        'pthread_mutex_lock(m); pthread_cond_signal(d); pthread_mutex_unlock(m)'
    local kind
    for kind in 0 1 2; do
        takes_time <<C
        pthread_mutex_t *m = mutex($kind);
        int p[2]; char c; make(p);
        if (must(fork()) == 0) {
            pthread_mutex_lock(m); must((int)write(p[1], "", 1)); soon();
            pthread_mutex_unlock(m); _exit(0);
        }
        must((int)read(p[0], &c, 1)); pthread_mutex_lock(m); wait(NULL);
C
    done
}

@test "memory: the holder of a robust mutex ends, and a limit of time" {
    takes_time <<'C'
        pthread_mutex_t *m = mutex(1);
        int p[2]; char c; make(p);
        if (must(fork()) == 0) {
            pthread_mutex_lock(m); must((int)write(p[1], "", 1)); soon(); _exit(0);
        }
        must((int)read(p[0], &c, 1));
        if (pthread_mutex_lock(m) != EOWNERDEAD) return 1;
        wait(NULL);
C
    takes_time <<'C'
        pthread_mutex_t *m = mutex(0); struct timespec t;
        pthread_mutex_lock(m); clock_gettime(CLOCK_REALTIME, &t); t.tv_sec++;
        return pthread_mutex_timedlock(m, &t) != ETIMEDOUT;
C
}

@test "POSIX queues: somebody sends, receives, or the time is over" {
    needs queues
    helped 'mqd_t q = queue(O_RDWR);' 'mq_receive(q, &c, 1, NULL)' 'mq_send(q, "", 1, 0)'
    helped 'mqd_t q = queue(O_RDWR); mq_send(q, "", 1, 0);' 'mq_send(q, "", 1, 0)' 'mq_receive(q, &c, 1, NULL)'
    takes_time <<'C'
        char c; struct timespec t; clock_gettime(CLOCK_REALTIME, &t); t.tv_sec++;
        return mq_timedreceive(queue(O_RDWR), &c, 1, NULL, &t) != -1;
C
}

@test "System V: somebody sends, takes, changes, removes, or the time is over" {
    needs sysv
    local m='struct { long type; char text[100]; } m = { 1, "" }; int q = must(msgget(IPC_PRIVATE, 0600));'
    helped "$m" 'must((int)msgrcv(q, &m, 1, 0, 0)); msgctl(q, IPC_RMID, NULL)' 'msgsnd(q, &m, 1, 0)'
    helped "$m while (msgsnd(q, &m, 100, IPC_NOWAIT) == 0);" \
        'must(msgsnd(q, &m, 100, 0)); msgctl(q, IPC_RMID, NULL)' 'msgrcv(q, &m, 100, 0, 0)'
    helped "$m" 'msgrcv(q, &m, 1, 0, 0)' 'msgctl(q, IPC_RMID, NULL)'
    local s='int s = must(semget(IPC_PRIVATE, 1, 0600)); struct sembuf up = { 0, 1, 0 }, down = { 0, -1, 0 }; (void)up;'
    helped "$s" 'must(semop(s, &down, 1)); semctl(s, 0, IPC_RMID)' 'semop(s, &up, 1)'
    takes_time <<C
        $s
        struct timespec t = { 0, 600000000 };
        return semtimedop(s, &down, 1, &t) != -1 || semctl(s, 0, IPC_RMID) == -1;
C
}

@test "local sockets: the other end writes, reads, closes, or is shut down" {
    local type
    for type in SOCK_STREAM SOCK_DGRAM SOCK_SEQPACKET; do
        helped "int s[2]; pair($type, s);" 'must((int)recv(s[0], &c, 1, 0))' 'must((int)send(s[1], "", 1, 0))'
    done
    helped 'int s[2]; pair(SOCK_STREAM, s); static char much[100000];
        while (send(s[0], much, sizeof much, MSG_DONTWAIT) > 0);' \
        'must((int)send(s[0], much, 1, 0))' 'int i; for (i = 0; i < 100; i++) recv(s[1], much, sizeof much, MSG_DONTWAIT)'
    helped 'int s[2]; pair(SOCK_STREAM, s);' 'must((int)read(s[0], &c, 1))' 'shutdown(s[0], SHUT_RD)'
    helped 'int s[2]; pair(SOCK_DGRAM, s); while (send(s[0], "", 1, MSG_DONTWAIT) > 0);' \
        'must((int)write(s[0], "", 1))' 'while (recv(s[1], &c, 1, MSG_DONTWAIT) > 0) continue'
}

@test "local sockets: somebody connects, accepts, sends to the name" {
    helped 'int l = door(SOCK_STREAM, "one");' 'must(accept(l, NULL, NULL))' 'call_at(SOCK_STREAM, "one")'
    helped 'int l = door(SOCK_STREAM, "two"); call_at(SOCK_STREAM, "two");' \
        'close(l); call_at(SOCK_STREAM, "two")' 'accept(l, NULL, NULL); soon()'
    helped 'int d = door(SOCK_DGRAM, "three");' 'must((int)recv(d, &c, 1, 0))' 'send(call_at(SOCK_DGRAM, "three"), "", 1, 0)'
    helped 'int d = door(SOCK_DGRAM, "four"), e = call_at(SOCK_DGRAM, "four");
        while (send(e, "", 1, MSG_DONTWAIT) > 0);' 'must((int)send(e, "", 1, 0))' 'recv(d, &c, 1, 0)'
}

@test "a thread that shuts down the socket at which another one waits" {
    { echo '#include "hang.h"
        static int s[2];
        static void *end(void *none) { soon(); shutdown(s[0], SHUT_RD); return none; }
        int main(void) {
            pthread_t t; char c;
            pair(SOCK_STREAM, s);
            pthread_create(&t, NULL, end, NULL);
            return read(s[0], &c, 1) != 0;
        }'; } | makes t
    patient
}

@test "a limit of time of a socket is seen, though it stands nowhere" {
    says "It stands in no argument and in no file"
    says "(socket(7), SO_RCVTIMEO and SO_SNDTIMEO)"
    local limit='struct timeval t = { 0, 600000 };'
    takes_time <<C
        int s[2]; char c; $limit pair(SOCK_STREAM, s);
        must(setsockopt(s[0], SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t));
        return recv(s[0], &c, 1, 0) != -1;
C
    takes_time <<C
        int l = door(SOCK_STREAM, "five"); $limit
        must(setsockopt(l, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t));
        return accept(l, NULL, NULL) != -1;
C
    takes_time <<C
        $limit struct sockaddr_un a = address("six"); door(SOCK_STREAM, "six"); call_at(SOCK_STREAM, "six");
        int s = must(socket(AF_UNIX, SOCK_STREAM, 0));
        must(setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t));
        return connect(s, (struct sockaddr *)&a, sizeof a) != -1;
C
    takes_time <<C
        int s[2]; static char much[1000000]; $limit pair(SOCK_STREAM, s);
        must(setsockopt(s[0], SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t));
        return write(s[0], much, sizeof much) < 0;
C
}

@test "when no copy of the descriptor can be had, the thread counts as awake" {
    needs strace
    says "When no copy can be had, the thread counts as awake"
    makes t <<< '#include "hang.h"
        int main(void) { int s[2]; char c; pair(SOCK_STREAM, s); return (int)read(s[0], &c, 1); }'
    run_shell './t & until ./who_waits -q $!; [ $? = 1 ]; do :; done
        strace -qq -o log -e trace=pidfd_getfd -e inject=pidfd_getfd:error=EPERM ./who_waits --names $!; echo $?
        kill $!'
    assert_line 't waits in read on a socket'
    assert_line 0
    grep -q INJECTED log
}

@test "polls, selects and epolls of queues and sockets that somebody makes ready" {
    helped 'int s[2]; pair(SOCK_STREAM, s); struct pollfd f = { s[0], POLLIN, 0 };' \
        'must(poll(&f, 1, -1))' 'send(s[1], "", 1, 0)'
    helped 'int s[2]; pair(SOCK_STREAM, s); fd_set f; FD_ZERO(&f); FD_SET(s[0], &f);' \
        'must(select(s[0] + 1, &f, NULL, NULL, NULL))' 'send(s[1], "", 1, 0)'
    helped 'int s[2]; pair(SOCK_STREAM, s); int e = must(epoll_create1(0)); struct epoll_event v = { .events = EPOLLIN };
        must(epoll_ctl(e, EPOLL_CTL_ADD, s[0], &v));' 'must(epoll_wait(e, &v, 1, -1))' 'send(s[1], "", 1, 0)'
    if [ -e /proc/sys/fs/mqueue ]; then
        helped 'mqd_t q = queue(O_RDWR); struct pollfd f = { q, POLLIN, 0 };' 'must(poll(&f, 1, -1))' 'mq_send(q, "", 1, 0)'
    fi
}

@test "a timer among the descriptors" {
    local timer='int t = must(timerfd_create(CLOCK_MONOTONIC, 0)), s[2]; pair(SOCK_STREAM, s);
        must(timerfd_settime(t, 0, &(struct itimerspec){ .it_value = { 0, 600000000 } }, NULL));'
    takes_time <<< "$timer struct pollfd f[] = { { s[0], POLLIN, 0 }, { t, POLLIN, 0 } }; must(poll(f, 2, -1));"
    takes_time <<< "$timer fd_set f; FD_ZERO(&f); FD_SET(s[0], &f); FD_SET(t, &f); must(select(20, &f, NULL, NULL, NULL));"
    takes_time <<< "$timer int e = must(epoll_create1(0)); struct epoll_event v = { .events = EPOLLIN };
        must(epoll_ctl(e, EPOLL_CTL_ADD, s[0], &v)); must(epoll_ctl(e, EPOLL_CTL_ADD, t, &v)); must(epoll_wait(e, &v, 1, -1));"
}

@test "another thread adds to what epoll_wait watches" {
    says "so whoever of the tree is awake could end such a wait"
    { echo '#include "hang.h"
        static int e;
        static void *add(void *none) {
            struct epoll_event v = { .events = EPOLLOUT };
            int s[2]; pair(SOCK_STREAM, s); soon();
            must(epoll_ctl(e, EPOLL_CTL_ADD, s[0], &v));
            return none;
        }
        int main(void) {
            pthread_t t; int p[2]; struct epoll_event v = { .events = EPOLLIN };
            make(p); e = must(epoll_create1(0));
            must(epoll_ctl(e, EPOLL_CTL_ADD, p[0], &v));
            pthread_create(&t, NULL, add, NULL);
            return must(epoll_wait(e, &v, 1, -1)) != 1;
        }'; } | makes t
    patient
}

@test "a descriptor that epoll watches under a number that now leads elsewhere" {
    says "If the number leads to something else now, we do not know what is watched"
    makes t <<'C'
#include "hang.h"
int main(void)
{
    int p[2], q[2], e = must(epoll_create1(0));
    struct epoll_event v = { .events = EPOLLIN };
    make(p);
    make(q);
    int other = must(fcntl(p[0], F_DUPFD_CLOEXEC, 10));
    must(epoll_ctl(e, EPOLL_CTL_ADD, p[0], &v));
    must(dup2(q[0], p[0]));
    return must(epoll_wait(e, &v, 1, -1)) + other;
}
C
    run_program -t 1 ./t
    assert_equal "$ended" timeout
}

# from_outside MAKE HELP: ./t, which MAKEs an object and waits there, is left alone until
# HELP comes from outside of its tree, from ./h with the same MAKE.
from_outside() {
    { echo '#include "hang.h"'; echo "int main(void) { char c; (void)c; $1 $2; return 0; }"; } | makes t
    { echo '#include "hang.h"'; echo "int main(void) { char c; (void)c; soon(); $1 $3; return 0; }"; } | makes h
    ./h &
    run_program -t 60 ./t
    wait
    assert_equal "$ended" 'exited 0'
}

@test "somebody outside sends to a queue, connects, changes a semaphore" {
    if [ -e /proc/sys/fs/mqueue ]; then
        from_outside "char n[40]; snprintf(n, sizeof n, \"/hang.$$\"); struct mq_attr a = { .mq_maxmsg = 1, .mq_msgsize = 1 };
            mqd_t q = must(mq_open(n, O_RDWR | O_CREAT, 0600, &a));" 'must((int)mq_receive(q, &c, 1, NULL)); mq_unlink(n)' 'mq_send(q, "", 1, 0)'
    fi
    if [ -e /proc/sysvipc/sem ]; then
        from_outside 'int s = must(semget(ftok(".", 8), 1, IPC_CREAT | 0600)); struct sembuf o = { 0, -1, 0 };' \
            'must(semop(s, &o, 1)); must(semctl(s, 0, IPC_RMID))' 'o.sem_op = 1; must(semop(s, &o, 1))'
    fi
    from_outside "sem_t *s = sem_open(\"/hang.$$\", O_CREAT, 0600, 0);" "sem_wait(s); sem_unlink(\"/hang.$$\")" 'sem_post(s)'
    from_outside '' 'must(accept(door(SOCK_STREAM, "door"), NULL, NULL))' 'call_at(SOCK_STREAM, "door")'
}
