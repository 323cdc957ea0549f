# shellcheck disable=SC2154,SC2016 # helpers.bash sets it; other shells expand
bats_require_minimum_version 1.13.0
load ../lib/helpers
load common
# What the toolbox says of the pieces that the programs share, tried with
# programs that are not the book's.

@test "the macro has to come first, and declares what the standards do not have" {
    says "The macro has to come before the first header"
    says "would hide even what is POSIX's"
    body='int main(void) { return memfd_create("x", 0) == -1; }'
    strict() { "${CC:-gcc}" -std=c17 -Werror=implicit-function-declaration -x c -o a.out - 2> compiler; }
    printf '#define _GNU_SOURCE\n#include <sys/mman.h>\n%s\n' "$body" | strict
    if printf '#include <sys/mman.h>\n#define _GNU_SOURCE\n#include <sys/mman.h>\n%s\n' "$body" | strict; then
        fail 'the macro may come after a header'
    fi
    body='int main(void) { return kill(0, 0); }'
    if printf '#include <signal.h>\n%s\n' "$body" | strict; then fail 'kill(2) is not hidden'; fi
    printf '#define _GNU_SOURCE\n#include <signal.h>\n%s\n' "$body" | strict
}

@test "read and write move fewer bytes than asked, or end with EINTR before any" {
    says "Either may move fewer bytes than it was asked to, and a signal may end it with EINTR before it has moved any"
    makes mover <<'C'
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
static void nothing(int s) { (void)s; }
int main(void)
{
    static char big[1 << 20];
    int p[2];
    struct sigaction act = { .sa_handler = nothing };
    if (pipe(p) == -1 || sigaction(SIGALRM, &act, NULL) == -1)
        return 1;
    ualarm(10000, 10000);
    int read_ends = read(p[0], big, 1) == -1 ? errno : 0;
    ssize_t wrote = write(p[1], big, sizeof big);
    int write_ends = write(p[1], big, 1) == -1 ? errno : 0;
    ssize_t got = read(p[0], big, sizeof big);
    printf("%d %d %d %d\n", read_ends == EINTR, wrote > 0 && wrote < (ssize_t)sizeof big,
           write_ends == EINTR, got == wrote);
}
C
    run_program ./mover
    assert_output '1 1 1 1'
}

@test "read_some and write_some get over a signal, read_full and write_all over the rest" {
    says "it only has to ask again after a signal"
    says "it has to go on from where the last call stopped"
    # who is to be interrupted sleeps until its partner has seen three signals hit it
    with_chunks dribble <<'C'
<<feature macro and headers>>
#include <sys/mman.h>
<<read once, even when interrupted>>
<<write once, even when interrupted>>
<<read until the buffer is full or end of file>>
<<write all of a buffer>>
static volatile int *hits;
static int me;
static void hit(int s) { (void)s; hits[me]++; }
static void three_more(int whom)
{
    for (int from = hits[whom]; hits[whom] < from + 3;)
        ;
}
int main(void)
{
    enum { SIZE = 300001, ROOM = 4096 };
    static char out[SIZE], in[SIZE + 1];
    int p[2], q[2];
    struct sigaction act = { .sa_handler = hit };
    for (int i = 0; i < SIZE; i++)
        out[i] = (char)(i % 251);
    hits = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (hits == MAP_FAILED || pipe2(p, O_CLOEXEC) == -1 || pipe2(q, O_CLOEXEC) == -1
        || fcntl(p[1], F_SETPIPE_SZ, ROOM) == -1 || sigaction(SIGALRM, &act, NULL) == -1)
        return 1;
    int room = fcntl(q[1], F_GETPIPE_SZ);
    char *much = calloc(1, (size_t)room);
    if (much == NULL || write(q[1], much, (size_t)room) != room)
        return 1;
    pid_t child = fork();
    if (child == 0) {
        me = 1;
        close(p[0]);
        close(q[1]);
        ualarm(1000, 1000);
        three_more(0);                          /* in write_some */
        bool all = read_full(q[0], much, (size_t)room) == room;
        all = read_some(q[0], in, 1) == 1 && all;
        three_more(0);                          /* in read_some */
        all = write_all(p[1], out, 1) == 0 && all;
        all = write_all(p[1], out + 1, SIZE / 2) == 0 && all;
        three_more(0);                          /* in read_full */
        _exit(write_all(p[1], out + 1 + SIZE / 2, SIZE - 1 - SIZE / 2) == 0 && all ? 0 : 1);
    }
    close(p[1]);
    close(q[0]);
    ualarm(1000, 1000);
    ssize_t wrote = write_some(q[1], "x", 1);
    ssize_t got = read_some(p[0], in, 1);
    three_more(1);                              /* in write_all */
    if (got == 1)
        got += read_full(p[0], in + 1, SIZE);
    ualarm(0, 0);
    int status;
    waitpid(child, &status, 0);
    printf("%zd %zd %d %d\n", wrote, got, memcmp(in, out, SIZE), status);
    return 0;
}
C
    run_program ./dribble
    assert_output '1 300001 0 0'
}

@test "a wait status is 0 only for a child that left with 0, and a signal may interrupt the wait" {
    says "The status that comes back is 0 only for a child that left with status 0, or with a number whose low eight bits are 0"
    says "has to wait for its children, and a signal may interrupt"
    with_chunks waiter <<'C'
<<feature macro and headers>>
<<wait for a child>>
static pid_t victim;
static bool armed;
static int hits;
static void hit(int s)
{
    (void)s;
    if (armed && ++hits == 3)
        kill(victim, SIGKILL);
}
int main(void)
{
    int zeros = 0;
    for (int status = 0; status < 513; status++) {
        pid_t child = fork();
        if (child == 0)
            _exit(status);
        int got = wait_for(child);
        zeros += got == 0;
        if ((got == 0) != (status == 0 || status == 256 || status == 512))
            return 1;
    }
    for (int s = 1; s < 32; s++) {
        pid_t child = fork();
        if (child == 0) {
            signal(s, SIG_DFL);
            raise(s);
            _exit(0);
        }
        int got = 0;
        if (s == SIGSTOP || s == SIGTSTP || s == SIGTTIN || s == SIGTTOU)
            kill(child, SIGKILL);
        got = wait_for(child);
        if (s != SIGCHLD && s != SIGCONT && s != SIGURG && s != SIGWINCH && got == 0)
            return 2;
    }
    struct sigaction act = { .sa_handler = hit };
    sigaction(SIGALRM, &act, NULL);
    victim = fork();
    if (victim == 0)
        for (;;)
            pause();
    ualarm(1000, 1000);
    bool interrupted = waitpid(victim, NULL, 0) == -1 && errno == EINTR;
    armed = true;
    int got = wait_for(victim);
    ualarm(0, 0);
    return !interrupted ? 3 : got != SIGKILL ? 4 : zeros != 3 ? 5 : 0;
}
C
    run_program ./waiter
    assert_success
}

@test "a parent that gives up by err leaves its child; what that waits for ends it" {
    says "does not wait, and leaves its children behind"
    says "because they wait for a pipe that only the parent held open, or because they asked for the parent's end to be theirs"
    with_chunks parent <<'C'
<<feature macro and headers>>
#include <sys/prctl.h>
<<complain and leave at once>>
int main(int argc, char **argv)
{
    int p[2];
    pid_t parent = getpid();
    if (argc != 2 || pipe2(p, O_CLOEXEC) == -1)
        return 2;
    pid_t child = fork();
    if (child == 0) {
        char c;
        if (strcmp(argv[1], "pipe") == 0) {
            close(p[1]);
            _exit(read(p[0], &c, 1) == 0 ? 0 : 1);
        }
        if (strcmp(argv[1], "signal") == 0) {
            <<end when the parent does>>
        }
        for (;;)
            pause();
    }
    errno = EMFILE;
    err(EXIT_FAILURE, "something that failed");
}
C
    run_program ./parent neither
    assert_failure 125              # it leaves a process behind
    run_program ./parent pipe
    assert_failure 1
    run_program ./parent signal
    assert_failure 1
}

@test "a child that prints stays until somebody reads, its parent being dead" {
    says "one that prints may have to wait until somebody reads before it ends"
    with_chunks printing <<'C'
<<feature macro and headers>>
<<complain and leave at once>>
<<see a process asleep>>
int main(void)
{
    int full[2], number[2];
    char bytes[4096];
    if (pipe2(full, O_CLOEXEC | O_NONBLOCK) == -1 || pipe(number) == -1)
        return 1;
    while (write(full[1], "", 1) == 1)
        ;
    fcntl(full[1], F_SETFL, 0);
    pid_t middle = fork();
    if (middle == 0) {
        if (fork() == 0) {
            pid_t me = getpid();
            close(number[0]);
            if (write(number[1], &me, sizeof me) != sizeof me)
                fail("write");
            dup2(full[1], 1);
            close(full[1]);
            if (write(1, "a", 1) != 1)
                fail("write");
            _exit(0);
        }
        pause();
    }
    close(number[1]);
    pid_t child;
    if (read(number[0], &child, sizeof child) != sizeof child)
        return 1;
    kill(middle, SIGKILL);
    waitpid(middle, NULL, 0);
    printf("%d\n", seen_asleep(child));
    fflush(stdout);
    fcntl(full[0], F_SETFL, O_NONBLOCK);
    while (read(full[0], bytes, sizeof bytes) > 0)
        ;
    while (read(number[0], bytes, 1) != 0)  /* until it is gone */
        ;
    return 0;
}
C
    run_program ./printing
    assert_output 1
}

@test "exit in a child writes once more what its parent had printed into a buffer" {
    says "A child that gives up must not leave through exit(3), as err(3) does: that would write out once more what its parent had printed into a buffer and not yet sent"
    with_chunks child <<'C'
<<feature macro and headers>>
<<complain and leave at once>>
<<wait for a child>>
int main(int argc, char **argv)
{
    (void)argv;
    printf("once\n");
    pid_t child = fork();
    errno = ENOENT;
    if (child == 0 && argc > 1)
        err(EXIT_FAILURE, "the child");
    if (child == 0)
        fail("the child");
    return wait_for(child) == 0;
}
C
    run_program ./child
    assert_output 'once'
    assert_equal "$stderr" 'child: the child: No such file or directory'
    run_program ./child err
    assert_output $'once\nonce'
}

# descriptors: a sender and the book's receiver; ./descriptors N sends N of them
# in one message; the sender sees when its pipe has no other writer.
descriptors() {
    with_chunks descriptors <<'C'
<<feature macro and headers>>
#include <dirent.h>
#include <sys/socket.h>
<<send a descriptor>>
<<receive a descriptor>>
static int open_now(void)
{
    int n = 0;
    DIR *d = opendir("/proc/self/fd");
    while (d && readdir(d))
        n++;
    closedir(d);
    return n;
}
int main(int argc, char **argv)
{
    int way[2], p[2], n = argc > 1 ? atoi(argv[1]) : 1;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, way) == -1 || pipe(p) == -1)
        return 1;
    if (n == 1) {
        if (send_descriptor(way[0], p[1]) == -1)
            return 2;
    } else if (n == 0) {
        if (write(way[0], "x", 1) != 1)
            return 2;
    } else if (n > 1) {
        char byte = 0, room[CMSG_SPACE(sizeof(int[64]))] = { 0 };
        struct iovec part = { &byte, 1 };
        struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = room,
                            .msg_controllen = CMSG_LEN(sizeof(int) * (size_t)n) };
        struct cmsghdr *head = CMSG_FIRSTHDR(&m);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)n);
        for (int i = 0; i < n; i++)
            memcpy(CMSG_DATA(head) + sizeof(int) * (size_t)i, &p[1], sizeof(int));
        if (sendmsg(way[0], &m, 0) != 1)
            return 2;
    }
    close(way[0]);
    int before = open_now();
    errno = 0;
    int fd = receive_descriptor(way[1]);
    int why = errno;
    printf("%s, %d more open", fd == -1 ? strerrorname_np(why) : "received", open_now() - before);
    if (fd != -1)
        printf(", %s at exec", fcntl(fd, F_GETFD) == FD_CLOEXEC ? "closed" : "kept");
    close(fd);
    close(p[1]);
    char c;
    printf(", %s\n", read(p[0], &c, 1) == 0 ? "no writer left" : "?");
    return 0;
}
C
}

@test "one descriptor is received, and is closed at an exec" {
    says "MSG_CMSG_CLOEXEC lets the new descriptor be closed at an exec"
    descriptors
    run_program ./descriptors 1
    assert_output 'received, 1 more open, closed at exec, no writer left'
}

@test "of two or more descriptors none stays, and nothing else is taken for one" {
    says "has room for one descriptor and no more"
    says "If more were sent, the kernel closes the others and sets MSG_CTRUNC"
    descriptors
    for n in 2 3 64; do
        run_program ./descriptors "$n"
        assert_output 'EPROTO, 0 more open, no writer left'
    done
    run_program ./descriptors 0
    assert_output 'EPROTO, 0 more open, no writer left'
    run_program ./descriptors -1
    assert_output 'EPROTO, 0 more open, no writer left'
}

@test "CMSG_SPACE for one has room for two on a 64-bit machine" {
    says "CMSG_SPACE in place of CMSG_LEN would be too large: on a 64-bit machine it is rounded up, and there is room for a second descriptor that nobody would close"
    makes room <<'C'
#include <stdio.h>
#include <sys/socket.h>
int main(void)
{
    printf("%d %d\n", (int)sizeof(long), CMSG_SPACE(sizeof(int)) >= CMSG_LEN(sizeof(int[2])));
}
C
    run_program ./room
    case $output in
    8*) assert_output '8 1' ;;
    *) assert_output '4 0' ;;
    esac
}

@test "the parent whose end kills is the thread that forked" {
    says "when that thread ends, the signal comes, although its process may go on"
    makes threads <<'C'
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
static pid_t child;
static int ready[2];
static void *forks(void *unused)
{
    child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (write(ready[1], "", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    char c;
    if (read(ready[0], &c, 1) != 1)
        _exit(1);
    return unused;
}
int main(void)
{
    pthread_t thread;
    int status;
    if (pipe(ready) == -1 || pthread_create(&thread, NULL, forks, NULL) != 0)
        return 1;
    pthread_join(thread, NULL);
    waitpid(child, &status, 0);     /* we are alive, and it ends */
    printf("%d\n", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}
C
    run_program ./threads
    assert_output '9'
}

@test "in our programs that use it the thread that forks runs main" {
    says "In our programs the thread that forks is the one that runs main"
    users=$(grep -l PR_SET_PDEATHSIG "$root"/tangled/*/*.c | grep -v /parent_ends.c)
    [ -n "$users" ]
    "${CC:-gcc}" -shared -fPIC -o "$BATS_TEST_TMPDIR/by_main.so" -x c - <<'C'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>
pid_t fork(void)
{
    if (gettid() != getpid())
        abort();
    if (write(9, "main\n", 5) != 5)
        abort();
    return ((pid_t (*)(void))dlsym(RTLD_NEXT, "fork"))();
}
C
    for file in $users; do
        grep -qE 'thrd_create|pthread_create|clone\(' "$file" || continue
        name=${file##*/} name=${name%.c} unit=${file%/*} unit=${unit##*/}
        env LD_PRELOAD="$BATS_TEST_TMPDIR/by_main.so" "$root/out/bin/$unit/$name" > out 2>&1 9> forks ||
            fail "$name leaves with $? when a thread beside main forks: $(cat out)"
        grep -q main forks || fail "$name made no child"
    done
}

@test "a parent that ended before the call is found by its number" {
    says "For a parent that has ended before that call no signal comes"
    with_chunks late <<'C'
<<feature macro and headers>>
#include <sys/prctl.h>
<<complain and leave at once>>
int main(int argc, char **argv)
{
    int gone[2], told[2];
    (void)argv;
    if (pipe(gone) == -1 || pipe(told) == -1)
        return 1;
    pid_t middle = fork();
    if (middle == 0) {
        pid_t parent = getpid();
        if (fork() == 0) {
            char c;
            close(gone[1]);
            if (read(gone[0], &c, 1) != 0)  /* end of file: the parent is gone */
                _exit(1);
            if (argc > 1)
                prctl(PR_SET_PDEATHSIG, SIGKILL);
            else {
                <<end when the parent does>>
            }
            _exit(write(told[1], "alive", 5) == 5 ? 0 : 1);
        }
        _exit(0);
    }
    close(gone[1]);
    close(told[1]);
    waitpid(middle, NULL, 0);
    char word[6] = "";
    printf("%s\n", read(told[0], word, 5) > 0 ? word : "ended");
    return 0;
}
C
    run_program ./late
    assert_output 'ended'
    run_program ./late without
    assert_output 'alive'
}
