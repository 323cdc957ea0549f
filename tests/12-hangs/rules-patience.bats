# shellcheck disable=SC2016,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# What merely takes its time is left alone: somebody outside, or time itself, ends it.

@test "sleeping, alone or with a parent that waits" {
    takes_time <<< 'soon();'
    takes_time <<< 'if (must(fork()) == 0) { soon(); _exit(0); } wait(NULL);'
    takes_time <<< 'struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); t.tv_sec++;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);'
}

@test "a reader whose writer is slow" {
    takes_time <<'C'
    int p[2];
    char letter;
    make(p);
    if (must(fork()) == 0) {
        soon();
        must((int)write(p[1], "", 1));
        soon();
        _exit(0);
    }
    must(close(p[1]));
    while (must((int)read(p[0], &letter, 1)) == 1)
        ;
    wait(NULL);
C
}

@test "a ring in which one will kill" {
    takes_time <<'C'
    int p[2], q[2];
    make(p);
    make(q);
    pid_t a = must(fork());
    if (a == 0) {
        must((int)read(p[0], &a, 1));
        _exit(0);
    }
    soon();
    kill(a, SIGKILL);
    wait(NULL);
C
}

@test "polls and selects with a limit of time, and none with one" {
    takes_time <<< 'int p[2]; make(p); poll(&(struct pollfd){ p[0], POLLIN, 0 }, 1, 600);'
    takes_time <<< 'int p[2]; make(p); struct timespec t = { 0, 600000000 };
        ppoll(&(struct pollfd){ p[0], POLLIN, 0 }, 1, &t, NULL);'
    takes_time <<< 'struct timeval t = { 0, 600000 }; select(0, NULL, NULL, NULL, &t);'
    takes_time <<< 'int e = epoll_create1(0); struct epoll_event got; epoll_wait(e, &got, 1, 600);'
    takes_time <<< 'sigset_t s; sigemptyset(&s); sigaddset(&s, SIGUSR1); sigprocmask(SIG_BLOCK, &s, NULL);
        struct timespec t = { 0, 600000000 }; sigtimedwait(&s, NULL, &t);'
    takes_time <<< 'sem_t s; sem_init(&s, 0, 0); struct timespec t; clock_gettime(CLOCK_REALTIME, &t);
        t.tv_sec++; sem_timedwait(&s, &t);'
}

@test "an alarm is seen by its handler, and without one it is not seen" {
    says "A handler for SIGALRM is shown, and a process with one counts as awake"
        says "A process without a handler that has set an alarm is taken for one that has not, and its end by SIGALRM is not waited for"

    run_program -t 60 perl -e 'alarm 3; pipe R, W; <R>'
    assert_equal "$ended" stuck
    takes_time <<'C'
    int p[2];
    make(p);
    if (must(fork()) == 0) {
        struct sigaction a = { .sa_handler = _exit };
        sigaction(SIGALRM, &a, NULL);
        alarm(1);
        must((int)read(p[0], &p, 1));
    }
    wait(NULL);
C
}

@test "timers that the kernel shows, whatever they do" {
    takes_time <<'C'
    int p[2];
    timer_t timer;
    make(p);
    if (must(fork()) == 0) {
        must(timer_create(CLOCK_MONOTONIC, NULL, &timer));
        must(timer_settime(timer, 0, &(struct itimerspec){ .it_value = { 0, 600000000 } }, NULL));
        must((int)read(p[0], &p, 1));
    }
    wait(NULL);
C
    run_program -t 60 timeout -s KILL 0.6 bash -c 'sleep 1000 | cat'
    assert_failure 137
    makes t <<< '#include "hang.h"
        int main(void) { int p[2]; make(p); must((int)read(p[0], &p, 1)); }'
    run_program -t 60 timeout 0.6 ./t
    assert_equal "$ended" 'exited 124'
}

@test "descriptors that time or a signal makes ready" {
    takes_time <<< 'int t = timerfd_create(CLOCK_MONOTONIC, 0); unsigned long long n;
        timerfd_settime(t, 0, &(struct itimerspec){ .it_value = { 0, 600000000 } }, NULL); read(t, &n, sizeof n);'
    takes_time <<'C'
    sigset_t s;
    sigemptyset(&s);
    sigaddset(&s, SIGCHLD);
    sigprocmask(SIG_BLOCK, &s, NULL);
    if (must(fork()) == 0) {
        soon();
        _exit(0);
    }
    struct signalfd_siginfo news;
    int f = must(signalfd(-1, &s, 0));
    return read(f, &news, sizeof news) != sizeof news;
C
    takes_time <<'C'
    unsigned long long n = 1;
    int f = must(eventfd(0, 0));
    if (must(fork()) == 0) {
        soon();
        must((int)write(f, &n, sizeof n));
        _exit(0);
    }
    return read(f, &n, sizeof n) != sizeof n;
C
    takes_time <<'C'
    struct inotify_event news[100];
    int f = must(inotify_init1(0));
    must(inotify_add_watch(f, ".", IN_CREATE));
    if (must(fork()) == 0) {
        soon();
        must(open("new", O_CREAT, 0600));
        _exit(0);
    }
    must((int)read(f, news, sizeof news));
C
}

@test "one thread computes while the others wait for it" {
    { echo '#include "hang.h"
        static void *busy(void *none) {
            struct timespec t, u;
            clock_gettime(CLOCK_MONOTONIC, &t);
            do clock_gettime(CLOCK_MONOTONIC, &u);
            while ((u.tv_sec - t.tv_sec) * 1000 + (u.tv_nsec - t.tv_nsec) / 1000000 < 600);
            return none;
        }
        int main(void) {
            pthread_t t;
            pthread_create(&t, NULL, busy, NULL);
            if (must(fork()) == 0) { busy(NULL); _exit(0); }
            pthread_join(t, NULL);
            wait(NULL);
        }'; } | makes t
    patient
}

@test "a socket, whoever is at its other end" {
    takes_time <<'C'
    int s[2];
    char letter;
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
    if (must(fork()) == 0) {
        soon();
        must((int)send(s[1], "", 1, 0));
        _exit(0);
    }
    must((int)recv(s[0], &letter, 1, 0));
    wait(NULL);
C
}

@test "a terminal, where somebody may type" {
    run_program -t 1 script -qec 'cat; sh -c "read line < /dev/tty"' /dev/null
    assert_equal "$ended" timeout
}

@test "a process that somebody stopped" {
    takes_time <<'C'
    pid_t child = must(fork());
    if (child == 0) {
        raise(SIGSTOP);
        _exit(0);
    }
    waitpid(child, NULL, WUNTRACED);
    if (must(fork()) == 0) {
        soon();
        kill(child, SIGCONT);
        _exit(0);
    }
    wait(NULL);
    wait(NULL);
C
}

@test "what strace traces" {
    needs strace
    run_program -t 60 strace -f -qq -o log sh -c 'sleep 0.6 | cat'
    assert_equal "$ended" 'exited 0'
}

@test "a pipe that goes out of the tree" {
    mkfifo door
    exec 7<> door
    # by a name of its own, as other tests have a t at the same time
    makes reads_in <<< '#include "hang.h"
        int main(void) { char letter; return read(0, &letter, 1) != 1; }'
    { until grep -q pipe_read "/proc/$(pgrep -nx reads_in)/wchan"; do :; done; sleep 0.5; echo; } 2> /dev/null >&7 &
    run_program -t 60 -i door ./reads_in
    assert_equal "$ended" 'exited 0'
    wait
}

@test "a FIFO that another process opens later" {
    mkfifo door
    { sleep 0.6; : > door; } &
    run_program -t 60 cat door
    assert_equal "$ended" 'exited 0'
    wait
}

@test "a signal from outside" {
    makes termed <<< '#include "hang.h"
        int main(void) { signal(SIGTERM, _exit); pause(); }'
    { sleep 0.6; pkill -x termed; } &
    run_program -t 60 ./termed
    assert_equal "$ended" "exited $((15))"
    wait
}

@test "a lock that a process outside holds" {
    : > file
    makes t <<< '#include "hang.h"
        int main(void) { must(flock(must(open("file", O_RDWR)), LOCK_EX)); }'
    flock file sleep 0.6 &
    until flock -n file true; [ $? = 1 ]; do :; done
    run_program -t 60 ./t
    assert_equal "$ended" 'exited 0'
    wait
}

@test "with -q the runner does not look" {
    makes t <<< '#include "hang.h"
        int main(void) { int p[2]; make(p); must((int)read(p[0], &p, 1)); }'
    run -124 "$book_built/runner" -q -t 0.6 -s how ./t
    assert_equal "$(head -n 1 how)" timeout
}

@test "a child with a smaller number than its parent is seen, too" {
    says "so a child may have a smaller one than its parent"
    needs mounts
    run_shell 'unshare --pid --fork --mount-proc sh -c '"'"'
        mkfifo door
        echo 20000 > /proc/sys/kernel/ns_last_pid
        sh -c "cat < door & cat=\$!
            echo 300 > /proc/sys/kernel/ns_last_pid
            for i in \$(seq 100); do sh -c \"seq 5000 | tail -n 1\" > result; done
            kill \$cat" &
        looks=0 wrong=0
        while kill -0 $! 2> /dev/null && [ $looks -lt 400 ]; do
            '"$root"'/out/bin/12-hangs/who_waits --tree --alone -q $!
            [ $? != 1 ] || wrong=$((wrong + 1))
            looks=$((looks + 1))
        done
        wait
        echo "$wrong of the looks"
        [ $looks -gt 20 ]'"'"
    assert_success
    assert_output '0 of the looks'
}
