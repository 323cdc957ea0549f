# shellcheck disable=SC2016 # scripts of other shells
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# Descriptors that are no pipe and no socket: counters, timers, signals, processes; and
# what only kcmp can tell apart.

# one BODY: makes ./t of the body of main.
one() { printf '#include "hang.h"\nint main(void) {\nuint64_t n = 1; char c; (void)n, (void)c;\n%s\n}\n' "$1" | makes t; }

# outside: ./t is left alone by a runner that may not think that nobody is outside.
outside() {
    run "$book_built/runner" -t 1 -s how ./t
    assert_equal "$(head -n 1 how)" timeout
}

# anyway: ./t is called stuck, whoever is outside.
anyway() {
    run "$book_built/runner" -t 60 -s how ./t
    assert_equal "$(head -n 1 how)" stuck
}

# waiting WORDS: while ./t is told with WORDS it is not stuck, whoever of it sleeps, and it ends well.
waiting() {
    run_shell './t & until ./who_waits --names $! | grep -q "^t $1"; do :; done; ./who_waits --alone -q $!; echo $?; wait $!; echo $?' "$1"
    assert_output $'0\n0'
}

@test "an event counter waits for those who have it, and for no other counter" {
    says "An event counter waits for those who have it"
    one 'int e = must(eventfd(0, EFD_CLOEXEC)); must((int)read(e, &n, sizeof n));'
    anyway
    stuck <<'END'
t waits in read on anon_inode:[eventfd]
    that t itself can add to
Nobody else can end it: t is stuck.
END
    # the two have one counter each, and a third that is of no use
    one 'int e = must(eventfd(0, 0)), f = must(eventfd(0, 0)), p[2]; make(p);
        if (must(fork()) == 0) {
            if (must(fork()) == 0) { close(f); close(p[1]); must((int)read(p[0], &c, 1)); _exit(0); }
            close(e); must((int)read(f, &n, sizeof n)); _exit(0);
        }
        close(f); must((int)read(e, &n, sizeof n));'
    run_program -t 60 ./t
    assert_equal "$ended" stuck
    run sed -n 's/^waits //p' "$BATS_TEST_TMPDIR/how"
    assert_line --index 1 '    that t itself and t (3) can add to'
    assert_line --index 3 '    that t (2) itself can add to'
    one 'int e = must(eventfd(0, 0)); n = UINT64_MAX - 1; must((int)write(e, &n, sizeof n)); must((int)write(e, &n, sizeof n));'
    stuck <<'END'
t waits in write on anon_inode:[eventfd]
    that t itself can read from
Nobody else can end it: t is stuck.
END
}

@test "an event counter that somebody adds to, also by poll, select and epoll" {
    needs_kcmp
    local how
    for how in 'must((int)read(e, &n, sizeof n));' 'struct pollfd f = { e, POLLIN, 0 }; must(poll(&f, 1, -1));' \
        'fd_set f; FD_ZERO(&f); FD_SET(e, &f); must(select(e + 1, &f, NULL, NULL, NULL));' \
        'int l = must(epoll_create1(0)); struct epoll_event v = { .events = EPOLLIN };
         must(epoll_ctl(l, EPOLL_CTL_ADD, e, &v)); must(epoll_wait(l, &v, 1, -1));'; do
        one "int e = must(eventfd(0, 0));
            if (must(fork()) == 0) { soon(); must((int)write(e, &n, sizeof n)); _exit(0); }
            $how wait(NULL);"
        patient
        one "int e = must(eventfd(0, 0)); $how"
        anyway
    done
}

@test "a timer that is set is waited for, one that is not is not" {
    needs_kcmp
    local timer='int t = must(timerfd_create(CLOCK_MONOTONIC, 0));' how
    local set='must(timerfd_settime(t, 0, &(struct itimerspec){ .it_value = { 0, 600000000 } }, NULL));'
    for how in 'must((int)read(t, &n, sizeof n));' 'struct pollfd f = { t, POLLIN, 0 }; must(poll(&f, 1, -1));' \
        'int l = must(epoll_create1(0)); struct epoll_event v = { .events = EPOLLIN };
         must(epoll_ctl(l, EPOLL_CTL_ADD, t, &v)); must(epoll_wait(l, &v, 1, -1));'; do
        one "$timer $set $how"
        patient
        one "$timer $how"
        anyway
    done
    one "$timer must((int)read(t, &n, sizeof n));"
    stuck <<'END'
t waits in read on a timer that is not set
Nobody else can end it: t is stuck.
END
    one "$timer must(timerfd_settime(t, 0, &(struct itimerspec){ .it_value = { 1000, 0 } }, NULL)); must((int)read(t, &n, sizeof n));"
    run_shell './t & until ./who_waits $! | grep timer; do :; done; kill $!'
    assert_line --regexp '^t [0-9]+ waits in read on a timer, or until a time is over$'
}

@test "a timer that is not set, and that somebody sets later" {
    says "So whoever of the tree is awake could end such a wait"
    one 'int t = must(timerfd_create(CLOCK_MONOTONIC, 0));
        if (must(fork()) == 0) { soon(); must(timerfd_settime(t, 0, &(struct itimerspec){ .it_value = { 0, 1 } }, NULL)); _exit(0); }
        must((int)read(t, &n, sizeof n)); wait(NULL);'
    waiting 'waits in read'
}

@test "a descriptor of signals waits for a stranger, a child, or a timer" {
    local mask='sigset_t s; sigemptyset(&s); sigaddset(&s, SIGUSR1); sigaddset(&s, SIGCHLD);'
    local make='must(sigprocmask(SIG_BLOCK, &s, NULL)); int f = must(signalfd(-1, &s, 0)); struct signalfd_siginfo i;'
    one "$mask $make must((int)read(f, &i, sizeof i));"
    outside
    stuck <<'END'
t waits in read on anon_inode:[signalfd] for a signal
Nobody else can end it: t is stuck.
END
    one "$mask $make if (must(fork()) == 0) { soon(); _exit(0); } must((int)read(f, &i, sizeof i)); wait(NULL);"
    patient
    one "$mask sigaddset(&s, SIGALRM); $make alarm(1); must((int)read(f, &i, sizeof i));"
    patient
}

@test "a descriptor of a process waits for its end" {
    one 'int p[2]; make(p); pid_t k = must(fork());
        if (k == 0) { must((int)read(p[0], &c, 1)); _exit(0); }
        struct pollfd f = { must((int)syscall(SYS_pidfd_open, k, 0)), POLLIN, 0 }; must(poll(&f, 1, -1)); wait(NULL);'
    stuck <<'END'
t waits in poll on anon_inode:[pidfd] for t (2)
t (2) waits in read on a pipe
    that t and t (2) itself can write to
Nobody else can end it: t and t (2) are stuck.
t (2) reads, and holds a write end itself: descriptor 4.
END
    one 'pid_t k = must(fork()); if (k == 0) { soon(); _exit(0); }
        struct pollfd f = { must((int)syscall(SYS_pidfd_open, k, 0)), POLLIN, 0 }; must(poll(&f, 1, -1)); wait(NULL);'
    patient
    # a grandchild is no child
    one 'int p[2]; make(p); if (must(fork()) == 0) { pid_t k = must(fork()); if (k == 0) { for (;;) soon(); }
            must((int)write(p[1], &k, sizeof k)); for (;;) must((int)read(p[0], &c, 1)); }
        pid_t k; must((int)read(p[0], &k, sizeof k));
        struct pollfd f[] = { { p[0], POLLIN, 0 }, { must((int)syscall(SYS_pidfd_open, k, 0)), POLLIN, 0 } }; must(poll(f, 2, -1));'
    run "$book_built/runner" -n -t 1 -s how ./t
    assert_equal "$(head -n 1 how)" timeout
}

@test "epoll: a number that leads to another counter now is not what is watched" {
    says "kcmp(2) can compare the two"
    one 'int e = must(eventfd(0, 0)), copy = must(fcntl(e, F_DUPFD, 20)), l = must(epoll_create1(0));
        struct epoll_event v = { .events = EPOLLIN };
        must(epoll_ctl(l, EPOLL_CTL_ADD, e, &v)); must(dup2(must(eventfd(0, 0)), e));
        must(epoll_wait(l, &v, 1, -1)); return copy;'
    run "$book_built/runner" -n -t 1 -s how ./t
    assert_equal "$(head -n 1 how)" timeout
    # both are in the list under one number
    one 'int e = must(eventfd(0, 0)), copy = must(fcntl(e, F_DUPFD, 20)), l = must(epoll_create1(0));
        struct epoll_event v = { .events = EPOLLIN };
        must(epoll_ctl(l, EPOLL_CTL_ADD, e, &v)); must(dup2(must(eventfd(0, 0)), e)); must(epoll_ctl(l, EPOLL_CTL_ADD, e, &v));
        must(epoll_wait(l, &v, 1, -1)); return copy;'
    run "$book_built/runner" -n -t 1 -s how ./t
    assert_equal "$(head -n 1 how)" timeout
}

# refused SCRIPT: runs it by bash with who_waits as $who, to which kcmp is refused.
refused() {
    needs strace
    run_shell 'who() { strace -qq -o log -e trace=kcmp -e inject=kcmp:error=EPERM ./who_waits "$@"; }; '"$1"
    grep -q INJECTED log
}

@test "where kcmp is refused: counters in a list are not known, pipes are" {
    says "Where it is refused, the inodes are compared, and what has none of its own is not known"
    one 'int e = must(eventfd(0, 0)), l = must(epoll_create1(0)); struct epoll_event v = { .events = EPOLLIN };
        must(epoll_ctl(l, EPOLL_CTL_ADD, e, &v)); must(epoll_wait(l, &v, 1, -1));'
    refused './t & until ./who_waits -q $!; [ $? = 1 ]; do :; done; who -q $!; echo $?; kill $!'
    assert_output 0
    one 'int p[2], l = must(epoll_create1(0)); make(p); struct epoll_event v = { .events = EPOLLIN };
        must(epoll_ctl(l, EPOLL_CTL_ADD, p[0], &v)); must(epoll_wait(l, &v, 1, -1));'
    refused './t & until ./who_waits -q $!; [ $? = 1 ]; do :; done; who -q $!; echo $?; kill $!'
    assert_output 1
}

@test "where kcmp is refused, a process with several threads is a doubt" {
    says "It counts so, too, when it has several threads and the call is refused"
    # the child holds back its own end of file; the sleeping thread has a write end, too
    makes t <<< '#include "hang.h"
        static int own[2], ready[2];
        static void *late(void *none) { must(unshare(CLONE_FILES)); must((int)write(ready[1], "", 1)); for (;;) soon(); return none; }
        int main(void) { char c; pthread_t t; make(own); make(ready); pid_t k = must(fork());
        if (k == 0) { must((int)read(own[0], &c, 1)); _exit(0); }
        pthread_create(&t, NULL, late, NULL); must((int)read(ready[0], &c, 1));
        must(close(own[0])); must(close(own[1])); waitpid(k, NULL, 0); }'
    refused './t & until child=$(pgrep -P $!) && grep -q pipe_read /proc/$child/wchan && grep -q do_wait /proc/$!/wchan; do :; done
        who --names $child; echo $?; kill -KILL $child $!; wait'
    assert_line '    that perhaps t and t itself can write to'
    assert_line 'Not all that t has open is seen: whether somebody is stuck cannot be known.'
    assert_line 0
}

@test "what works for an io_uring is the kernel, which we do not ask" {
    needs io_uring
    one 'char room[120] = ""; int r = must((int)syscall(SYS_io_uring_setup, 1, room)); must((int)syscall(SYS_io_uring_enter, r, 0, 1, 1, NULL, 0));'
    run "$book_built/runner" -n -t 1 -s how ./t
    assert_equal "$(head -n 1 how)" timeout
    run_shell './t & until ./who_waits --names $! | grep uring_enter; do :; done; kill $!'
    assert_line 't waits in io_uring_enter'
}

@test "vmsplice and sendfile wait for a pipe as write does, epoll_pwait2 as epoll_wait" {
    one 'int p[2]; make(p); static char much[100000]; struct iovec v = { much, sizeof much }; for (;;) must((int)syscall(SYS_vmsplice, p[1], &v, 1, 0));'
    stuck <<'END'
t waits in vmsplice on a pipe
    that t itself can read from
Nobody else can end it: t is stuck.
t writes, and holds a read end itself: descriptor 3.
END
    one 'int p[2], f = must(open("file", O_RDWR | O_CREAT, 0600)); make(p); must(ftruncate(f, 1000000));
        for (;;) must((int)syscall(SYS_sendfile, p[1], f, NULL, 1000000));'
    run_program -t 60 ./t
    assert_equal "$ended" stuck
    one 'struct timespec l = { 0, 600000000 }; int p[2], e = must(epoll_create1(0)); make(p); struct epoll_event v = { .events = EPOLLIN };
        must(epoll_ctl(e, EPOLL_CTL_ADD, p[0], &v)); return (int)syscall(SYS_epoll_pwait2, e, &v, 1, &l, NULL, 8);'
    patient
    one 'int p[2], e = must(epoll_create1(0)); make(p); struct epoll_event v = { .events = EPOLLIN };
        must(epoll_ctl(e, EPOLL_CTL_ADD, p[0], &v)); return (int)syscall(SYS_epoll_pwait2, e, &v, 1, NULL, NULL, 8);'
    anyway
}
