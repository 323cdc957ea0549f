# shellcheck disable=SC2016,SC2154 # scripts of other shells; helpers.bash sets
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# Who could be woken, though no descriptor leads there: by a signal, by who holds a lock
# unseen, by a time. It counts as awake.

# program NAME TEXT: makes ./NAME of TEXT, which comes after hang.h and what a handler
# does: it writes into the pipe own.
program() {
    printf '%s\n' '#include "hang.h"' '#include <sys/prctl.h>' 'static int own[2];' \
        '__attribute__((unused)) static void handle(int s) { (void)s; must((int)write(own[1], "x", 1)); }' \
        '__attribute__((unused)) static void catch(int s) { struct sigaction a = { .sa_handler = handle, .sa_flags = SA_RESTART };
            make(own); sigaction(s, &a, NULL); }' "$2" | makes "$1"
}

# alone_or_not: ./t, which waits for good, is stuck when nobody is outside, and
# left alone for a second otherwise.
alone_or_not() {
    run "$book_built/runner" -t 1 -s how ./t
    assert_equal "$(head -n 1 how)" timeout
    run "$book_built/runner" -n -t 60 -s how ./t
    assert_equal "$(head -n 1 how)" stuck
}

# verdict COMMAND: runs the shell COMMAND, in which $who is who_waits with this status
# on a line.
verdict() {
    run_shell 'looks() { ./who_waits --names "$@"; echo "status $?"; }; in_read() { until grep -q pipe_read /proc/$1/wchan; do :; done; }
        in_flock() { until grep -qE "flock|locks_lock" /proc/$1/wchan; do :; done; }
        in_futex() { until grep -q futex /proc/$1/wchan; do :; done; }
        '"$1"
}

@test "a child's end is a signal that a handler may turn into a byte or a post" {
    says "Who waits for a signal or catches one may get it from all that belong to the tree"
    says "A child sends one by its end, SIGCHLD"
    program t 'int main(void) { char c; catch(SIGCHLD);
        if (must(fork()) == 0) { close(own[0]); close(own[1]); execlp("sleep", "sleep", "1", NULL); }
        must((int)read(own[0], &c, 1)); wait(NULL); }'
    verdict './t & in_read $!; looks $!; looks --alone $!; wait $!; echo ended $?'
    assert_equal "$(grep -c '^status 0' <<< "$output")" 2
    assert_line 'ended 0'
    program t 'static sem_t s; static void post(int n) { (void)n; sem_post(&s); }
        int main(void) { sem_init(&s, 0, 0); signal(SIGCHLD, post);
        if (must(fork()) == 0) execlp("sleep", "sleep", "1", NULL);
        while (sem_wait(&s) == -1) ; wait(NULL); }'
    verdict './t & in_futex $!; looks --alone $!; wait $!; echo ended $?'
    assert_line 'status 0'
    assert_line 'ended 0'
}

@test "with a handler a stranger could send a signal, whichever it is" {
    says "A thread that a stranger could wake so counts as awake"
    local signal
    for signal in SIGTERM SIGUSR1 SIGRTMIN+3; do
        program t "int main(void) { char c; catch($signal); must((int)read(own[0], &c, 1)); }"
        alone_or_not
    done
    says "a daemon that reads its own pipe until SIGTERM looks like one that hangs"
    program t 'static sem_t s; static void post(int n) { (void)n; sem_post(&s); }
        int main(void) { sem_init(&s, 0, 0); signal(SIGUSR1, post); while (sem_wait(&s) == -1) ; }'
    alone_or_not
    program t 'int main(void) { char c; catch(SIGTERM); must((int)read(own[0], &c, 1)); }'
    verdict './t & in_read $!; looks $!; kill $!; wait $!; echo ended $?'
    assert_line 'status 0'
    assert_line 'ended 0'
}

@test "a signal that is blocked or not caught wakes nobody" {
    says "or catches one that it does not block; that somebody could kill the process is left out"
    program t 'int main(void) { char c; sigset_t s; catch(SIGTERM); sigemptyset(&s); sigaddset(&s, SIGTERM);
        sigprocmask(SIG_BLOCK, &s, NULL); must((int)read(own[0], &c, 1)); }'
    run "$book_built/runner" -t 60 -s how ./t
    assert_equal "$(head -n 1 how)" stuck
    verdict 'trap : TERM; perl -e "pipe R, W; <R>" & in_read $!; looks $!; kill $!; wait'
    assert_line 'status 1'
}

@test "a handler, and all others of the tree are stuck" {
    program t 'int main(void) { char c; catch(SIGCHLD);
        if (must(fork()) == 0) { signal(SIGCHLD, SIG_DFL); must((int)read(own[0], &c, 1)); }
        must((int)read(own[0], &c, 1)); wait(NULL); }'
    alone_or_not
    program t 'int main(void) { char c; catch(SIGCHLD);
        if (must(fork()) == 0) { signal(SIGCHLD, SIG_DFL); must((int)read(own[0], &c, 1)); }
        if (must(fork()) == 0) { close(own[0]); close(own[1]); for (;;) sleep(1000); }
        must((int)read(own[0], &c, 1)); wait(NULL); }'
    verdict './t & in_read $!; looks --alone $!; pkill -KILL -P $!; kill -KILL $!; wait'
    assert_line 'status 0'
}

@test "a parent may send a signal by its end" {
    says "a parent may do so (prctl(2), PR_SET_PDEATHSIG)"
    program t 'int main(void) { char c; pid_t child = must(fork());
        if (child == 0) { catch(SIGUSR1); prctl(PR_SET_PDEATHSIG, SIGUSR1); must((int)read(own[0], &c, 1)); _exit(0); }
        soon(); soon(); }'
    verdict './t & until child=$(pgrep -P $!); do :; done; in_read $child; looks --alone $child; wait'
    assert_line 'status 0'
}

@test "a timer's signal that is blocked and waited for" {
    says "A timer's signal may be on its way to sigwait(3), which needs no handler for it"
    takes_time <<'C'
    sigset_t s; int n; sigemptyset(&s); sigaddset(&s, SIGALRM);
    sigprocmask(SIG_BLOCK, &s, NULL); alarm(1); sigwait(&s, &n);
C
    makes t <<< '#include "hang.h"
        int main(void) { sigset_t s; int n; sigemptyset(&s); sigaddset(&s, SIGUSR1);
            sigprocmask(SIG_BLOCK, &s, NULL); sigwait(&s, &n); }'
    run_program -t 60 ./t
    assert_equal "$ended" stuck
}

# held: ./holds, which locks the file L and sleeps, does as $1 says with the descriptor f.
held() {
    : > L
    program holds "int main(void) { int f = must(open(\"L\", O_RDWR | O_CLOEXEC)); must(ftruncate(f, 1));
        must(flock(f, LOCK_EX)); $1 soon(); soon(); }"
}

@test "a lock that a mapping keeps, or that none of the descriptors has" {
    says "A mapping keeps an open file and its lock, too, and no descriptor shows that"
    says "the holder is somebody whom we do not see, and the thread counts as awake"
    held 'mmap(NULL, 1, PROT_READ, MAP_SHARED, f, 0); close(f); must(open("ready", O_CREAT, 0600)); close(f);'
    program t 'int main(void) { must(flock(must(open("L", O_RDWR)), LOCK_EX)); }'
    verdict './holds & until [ -e ready ]; do :; done
        ./t & in_flock $!; looks $!; looks --alone $!; wait $!; echo ended $?'
    assert_equal "$(grep -c '^status 0' <<< "$output")" 2
    assert_line 'ended 0'
}

@test "the lock that flock(1) took and left to a shell is told" {
    says "also when another process took it and has ended, as the one of the command flock 9 has"
    : > L
    verdict 'exec 9> L; flock 9; flock L true 9>&- & in_flock $!; looks $! 9>&-; kill $!; wait'
    assert_line --index 1 '    that bash can unlock'
    assert_line 'status 0'
    printf '%s\n' 'exec 9> L' 'flock 9' 'flock L true 9>&-' > idiom
    run_program -t 60 bash idiom
    assert_equal "$ended" stuck
    assert_equal "$(sed -n 's/^waits //p' "$BATS_TEST_TMPDIR/how")" 'bash waits in waitpid for flock
flock waits in flock on L
    that bash can unlock
Nobody else can end it: bash and flock are stuck.'
}

@test "of the locks of one file only those in the way count" {
    says "the locks that a process has by F_SETLK are not in its own way"
    says "Where the part of the file does not count from its beginning, we do not know which it is"
    local whence
    for whence in SEEK_SET SEEK_CUR; do
        program t "static void lock(int f, int how, int from) { struct flock l = { .l_type = F_WRLCK, .l_whence = $whence, .l_start = from, .l_len = 1 };
            must(fcntl(f, how, &l)); }
            int main(void) { int f = must(open(\"L\", O_RDWR | O_CREAT, 0600)), p[2]; char c; make(p);
            lock(f, F_SETLK, 0);
            if (must(fork()) == 0) { f = must(open(\"L\", O_RDWR)); lock(f, F_OFD_SETLK, 5);
                mmap(NULL, 1, PROT_READ, MAP_SHARED, f, 0); close(f); must((int)write(p[1], \"\", 1)); soon(); soon(); _exit(0); }
            must((int)read(p[0], &c, 1));
            pid_t w = must(fork()); if (w == 0) { lock(f, F_SETLKW, 5); _exit(0); }
            waitpid(w, NULL, 0); }"
        verdict './t & until w=$(pgrep -nP $!) && grep -qE "lk|lock" /proc/$w/wchan; do :; done; looks $w; wait $!'
        assert_line 'status 0'
    done
    program t 'static void lock(int f, int how, int from) { struct flock l = { .l_type = F_WRLCK, .l_start = from, .l_len = 1 };
            must(fcntl(f, how, &l)); }
        int main(void) { int f = must(open("L", O_RDWR | O_CREAT, 0600));
        lock(f, F_SETLK, 5);
        pid_t w = must(fork()); if (w == 0) { lock(f, F_SETLK, 0); lock(f, F_SETLKW, 5); _exit(0); }
        waitpid(w, NULL, 0); }'
    stuck <<'END'
t waits in waitpid for t (2)
t (2) waits in fcntl on L
    that t can unlock
Nobody else can end it: t and t (2) are stuck.
END
}

@test "a descriptor of memory is enough to map it later" {
    program t 'int main(void) { int f = must(memfd_create("m", 0)); must(ftruncate(f, 4096));
        if (must(fork()) == 0) { sem_t *s = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, f, 0);
            sem_init(s, 1, 0); close(f); while (sem_wait(s)) ; _exit(0); }
        soon(); soon(); sem_post(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, f, 0)); wait(NULL); }'
    verdict './t & until child=$(pgrep -P $!); do :; done; in_futex $child; looks --alone $child; wait $!; echo ended $?'
    assert_line 'status 0'
    assert_line 'ended 0'
}

@test "a parent of another user whose descriptors we may not see" {
    says "so whether somebody is stuck cannot be known there"
    [ "$(id -u)" = 0 ] || skip "needs root"
    program t 'int main(void) { pid_t child; must(pipe(own)); child = must(fork());
        if (child == 0) { setsid(); must(setresuid(65534, 65534, 65534)); execl("/bin/sh", "sh", "-c", "read c <&3", NULL); }
        printf("%d\n", (int)child); fflush(stdout); soon(); soon(); must((int)write(own[1], "", 1)); wait(NULL); }'
    verdict './t > child & until [ -s child ]; do :; done; in_read $(cat child); cp who_waits /tmp/who.$$; chmod 755 /tmp/who.$$
        setpriv --reuid 65534 --clear-groups /tmp/who.$$ --names $(cat child); echo "status $?"; rm /tmp/who.$$; wait'
    assert_line '    that perhaps t and sh itself can write to'
    assert_line 'Not all that t has open is seen: whether somebody is stuck cannot be known.'
    assert_line 'status 0'
}

@test "a thread with a table of its own may hold what we do not see" {
    needs_kcmp
    says "then the process counts as one whose descriptors we may not see"
    program t 'static void *late(void *none) { unshare(CLONE_FILES); for (int i = 0; i < 3; i++) soon(); must((int)write(own[1], "", 1)); return none; }
        int main(void) { char c; pthread_t t; make(own); pthread_create(&t, NULL, late, NULL); soon();
        pid_t k = must(fork()); if (k == 0) { must((int)read(own[0], &c, 1)); _exit(0); }
        close(own[1]); waitpid(k, NULL, 0); }'
    verdict './t & until child=$(pgrep -P $!); do :; done; in_read $child; looks $child; wait $!; echo ended $?'
    assert_line 'Not all that t has open is seen: whether somebody is stuck cannot be known.'
    assert_line 'status 0'
    assert_line 'ended 0'
}

@test "a name that looks like a state" {
    program t 'int main(void) { char c; make(own); prctl(PR_SET_NAME, "State:\tZ"); must((int)read(own[0], &c, 1)); }'
    run_program -t 60 ./t
    assert_equal "$ended" stuck
}

@test "waitid for a descriptor of a process waits for that one alone" {
    says "one of a process for the end of that process"
    program t 'int main(void) { char c; siginfo_t i; make(own);
        pid_t a = must(fork()); if (a == 0) { must((int)read(own[0], &c, 1)); _exit(0); }
        if (must(fork()) == 0) { close(own[0]); close(own[1]); for (;;) sleep(1000); }
        must(waitid(3, (id_t)must((int)syscall(SYS_pidfd_open, a, 0)), &i, WEXITED)); }'
    verdict './t & until a=$(pgrep -oP $!) && b=$(pgrep -nP $!) && [ $a != $b ]; do :; done; in_read $a
        until grep -q do_wait /proc/$!/wchan; do :; done; looks $!; kill -KILL $a $b $!; wait'
    assert_line 't waits in waitid for t (2)'
    assert_line 'Nobody else can end it: t and t (2) are stuck.'
}

@test "what is no number of a process is refused" {
    local word
    for word in 4294967297 1abc '' -1; do
        run_program ./who_waits -- "$word"
        assert_failure 2
        assert_stderr "who_waits: $word: no such process"
    done
}

@test "a descriptor is not blamed where another thread waits for a mutex" {
    says "Where another thread of it waits for a mutex, that may be the fault, and the descriptor is not blamed"
    program t 'static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
        static void *reads(void *none) { char c; must((int)read(own[0], &c, 1)); return none; }
        int main(void) { pthread_t t; make(own); pthread_create(&t, NULL, reads, NULL);
        pthread_mutex_lock(&m); pthread_mutex_lock(&m); must((int)write(own[1], "x", 1)); }'
    stuck <<'END'
t waits in futex for a mutex
    that t itself holds
t thread 2 waits in read on a pipe
    that t itself can write to
Nobody else can end it: t is stuck.
END
}

@test "one of several descriptors whose other end nobody seen has" {
    says "That holds for each of several descriptors, and for sockets"
    program t 'static void pass(int s, int fd) { char one = 0, room[CMSG_SPACE(sizeof fd)]; memset(room, 0, sizeof room);
        struct iovec v = { &one, 1 }; struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room };
        struct cmsghdr *c = CMSG_FIRSTHDR(&m); c->cmsg_level = SOL_SOCKET; c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof fd); memcpy(CMSG_DATA(c), &fd, sizeof fd); must((int)sendmsg(s, &m, 0)); close(fd); }
        int main(void) { int p[2], s[2]; make(own); make(p); pair(SOCK_STREAM, s); pass(s[1], p[1]); close(s[1]);
        if (must(fork()) == 0) { close(own[0]); close(own[1]); close(p[0]); for (int i = 0; i < 3; i++) soon(); _exit(0); }
        close(s[0]);
        struct pollfd both[] = { { own[0], POLLIN, 0 }, { p[0], POLLIN, 0 } }; must(poll(both, 2, -1)); wait(NULL); }'
    verdict './t & until grep -qE "poll" /proc/$!/wchan; do :; done; looks $!; wait $!; echo ended $?'
    assert_line 'status 0'
    assert_line 'ended 0'
}
