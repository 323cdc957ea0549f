bats_require_minimum_version 1.13.0
load ../lib/helpers
load rules
# Threads that wait, and descriptors for processes.

@test "any thread collects, also the child of a thread that has ended; __WNOTHREAD is for the forking thread alone [W23]" {
    says "Any thread of a process may collect a child that another thread has forked"
    says "is an option of Linux, and means only children of this very thread"
    says "a waitpid(-1) there can take the child that you are about to wait for here"
    family threads <<'C'
static void *forks(void *a) { *(pid_t *)a = leaving(1); await(*(pid_t *)a, WEXITED); return NULL; }
static void *own(void *a)
{
    (void)a;
    third = leaving(3);
    await(third, WEXITED);
    say("of this thread", waitpid(-1, NULL, __WNOTHREAD | WNOHANG));
    return NULL;
}
static void *thief(void *a) { (void)a; say("thief", waitpid(-1, NULL, 0)); return NULL; }
static void run(void *(*f)(void *), void *a)
{
    pthread_t t;
    pthread_create(&t, NULL, f, a);
    pthread_join(t, NULL);
}
int main(void)
{
    run(forks, &first);
    say("thread has ended", waitpid(first, NULL, 0));
    second = leaving(2);
    await(second, WEXITED);
    run(own, NULL);
    run(thief, NULL);
    say("first thread", waitpid(second, NULL, 0));
}
C
    run_program ./threads
    assert_output "thread has ended: first
of this thread: third
thief: second
first thread: ECHILD"
}

@test "a pidfd becomes readable with the last thread of its process, by exit or by a signal" {
    says "it becomes readable when the process ends, that is, with the last of its threads"
    family last <<'C'
static void *live_on(void *a) { for (;;) pause(); return a; }
static int ready(int fd)
{
    struct pollfd one = { .fd = fd, .events = POLLIN };
    return poll(&one, 1, 0) == 1 && (one.revents & POLLIN);
}
int main(void)
{
    first = child();
    if (first == 0) {
        pthread_t t;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        pthread_create(&t, NULL, live_on, NULL);
        pthread_exit(NULL);
    }
    second = leaving(0);
    int a = (int)syscall(SYS_pidfd_open, first, 0), b = (int)syscall(SYS_pidfd_open, second, 0);
    until(first, 'Z');
    await(second, WEXITED);
    printf("first thread ended: %d, process ended: %d\n", ready(a), ready(b));
    kill(first, SIGKILL);
    await(first, WEXITED);
    printf("killed: %d\n", ready(a));
}
C
    run_program ./last
    assert_output "first thread ended: 0, process ended: 1
killed: 1"
}

@test "pidfd_open fails for a child that was not kept: SIGCHLD ignored, SA_NOCLDWAIT, a handler, a thread; CLONE_PIDFD does not" {
    says "SIGCHLD is not ignored, SA_NOCLDWAIT is not set, and neither a handler nor another thread collects the child in between"
    says "A program that cannot be sure of them makes the child and the descriptor in one call: clone3, which clone(2) tells of"
    says "since the number of its child is not free before the child is collected"
    family conditions <<'C'
static void on_child(int s) { (void)s; waitpid(-1, NULL, WNOHANG); }
static void *collect(void *a) { waitpid(*(pid_t *)a, NULL, 0); return NULL; }
static int leave(void *a) { (void)a; _exit(3); }
static void set(void (*how)(int), int flags)
{
    struct sigaction a = { .sa_flags = flags | SA_RESTART };
    a.sa_handler = how;
    sigaction(SIGCHLD, &a, NULL);
}
static void open_it(const char *when, char wanted)
{
    while (state(first, NULL) != wanted)
        ;
    int fd = (int)syscall(SYS_pidfd_open, first, 0);
    printf("%s: %s\n", when, fd == -1 ? strerrorname_np(errno) : "opened");
    if (fd != -1)
        close(fd);
}
int main(void)
{
    static char stack[65536] __attribute__((aligned(16)));
    set(SIG_DFL, 0);
    first = leaving(0);
    open_it("kept", 'Z');
    waitpid(first, NULL, 0);
    set(SIG_IGN, 0);
    first = leaving(0);
    open_it("ignored", '-');
    set(SIG_DFL, SA_NOCLDWAIT);
    first = leaving(0);
    open_it("SA_NOCLDWAIT", '-');
    set(on_child, 0);
    first = leaving(0);
    open_it("handler", '-');
    set(SIG_DFL, 0);
    first = leaving(0);
    pthread_t t;
    pthread_create(&t, NULL, collect, &first);
    open_it("thread", '-');
    pthread_join(t, NULL);
    set(SIG_IGN, 0);
    int fd = -1;
    first = clone(leave, stack + sizeof stack, CLONE_PIDFD | SIGCHLD, NULL, &fd);
    struct pollfd one = { .fd = fd, .events = POLLIN };
    printf("CLONE_PIDFD: %d", poll(&one, 1, -1));
    say(", signal", syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0));
}
C
    run_program ./conditions
    assert_output "kept: opened
ignored: ESRCH
SA_NOCLDWAIT: ESRCH
handler: ESRCH
thread: ESRCH
CLONE_PIDFD: 1, signal: ESRCH"
}

@test "pidfd_wait ends when SIGTERM was inherited as ignored" {
    says "And as we are going to send SIGTERM, the child must not have inherited it as ignored"
    run_program env --ignore-signal=TERM ./pidfd_wait
    assert_success
    assert_line --index 6 --regexp '= killed by SIGTERM$'
}

@test "a readable pidfd cannot be read; a waitid by it does not sleep" {
    says "Being readable does not mean that there is anything to read: that fails with EINVAL"
    says "It is a notice to the parent that waiting will not sleep, unless another process traces the child"
    says "takes the descriptor with P_PIDFD"
    family read <<'C'
int main(void)
{
    char bytes[128];
    siginfo_t news = { 0 };
    first = staying();
    int fd = (int)syscall(SYS_pidfd_open, first, 0);
    struct pollfd one = { .fd = fd, .events = POLLIN };
    kill(first, SIGKILL);
    say("poll", poll(&one, 1, -1));
    say("read", read(fd, bytes, sizeof bytes));
    say("waitid", waitid(P_PIDFD, (id_t)fd, &news, WEXITED | WNOHANG));
    say("collected", news.si_pid);
}
C
    run_program ./read
    assert_output "poll: 1
read: EINVAL
waitid: 0
collected: first"
}

@test "while another process traces a dead child, its pidfd is readable and a wait finds nothing" {
    says "It is a notice to the parent that waiting will not sleep, unless another process traces the child"
    needs strace
    family traced <<'C'
int main(void)
{
    int ready[2], over[2];
    char byte;
    siginfo_t news = { 0 };
    if (pipe(ready) == -1 || pipe(over) == -1)
        err(99, "pipe");
    first = staying();
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
    second = child();
    if (second == 0) {
        close(over[1]);
        char how = ptrace(PTRACE_SEIZE, first, NULL, NULL) == 0 ? 'y' : 'n';
        (void)!write(ready[1], &how, 1);
        _exit((int)read(over[0], &byte, 1));
    }
    if (read(ready[0], &byte, 1) != 1 || byte != 'y')
        errx(99, "ptrace");
    int fd = (int)syscall(SYS_pidfd_open, first, 0);
    struct pollfd one = { .fd = fd, .events = POLLIN };
    kill(first, SIGKILL);
    say("poll", poll(&one, 1, -1));
    say("waitid", waitid(P_PIDFD, (id_t)fd, &news, WEXITED | WNOHANG));
    say("collected", news.si_pid);
    close(over[1]);
    waitpid(second, NULL, 0);
    say("tracer gone", waitid(P_PIDFD, (id_t)fd, &news, WEXITED));
    say("collected", news.si_pid);
}
C
    run_program ./traced
    assert_output "poll: 1
waitid: 0
collected: 0
tracer gone: 0
collected: first"
}

@test "clone3 makes child and descriptor in one call, and without SIGCHLD a wait passes the child over" {
    says "Its flag is CLONE_PIDFD, its pidfd is the address for the descriptor, and its exit_signal is SIGCHLD"
    says "Without SIGCHLD as the exit signal, waitid would pass the child over"
    says "It returns like fork"
    {
        printf '#include <linux/sched.h>\n%s\n' "$family_head"
        cat <<'C'
int main(void)
{
    for (int i = 0; i < 2; i++) {
        int process = -1;
        struct clone_args how = { .flags = CLONE_PIDFD, .exit_signal = i == 0 ? SIGCHLD : 0,
                                  .pidfd = (uintptr_t)&process };
        first = (pid_t)syscall(SYS_clone3, &how, sizeof how);
        if (first == 0)
            _exit(3);
        struct pollfd one = { .fd = process, .events = POLLIN };
        siginfo_t news = { 0 };
        say("poll", poll(&one, 1, -1));
        say("waitid", waitid(P_PIDFD, (id_t)process, &news, WEXITED));
        say("collected", news.si_pid);
    }
}
C
    } | makes one_call
    run_program ./one_call
    assert_output "poll: 1
waitid: 0
collected: first
poll: 1
waitid: ECHILD
collected: 0"
}

@test "a number is not used again while a process group has it" {
    says "Once a child is collected its process id is free, unless a process group or a session still has that number"
    needs namespaces
    family taken <<'C'
static pid_t next_after(pid_t last)
{
    FILE *f = fopen("/proc/sys/kernel/ns_last_pid", "w");
    if (f == NULL || fprintf(f, "%d", (int)last) < 0 || fclose(f) == EOF)
        err(99, "ns_last_pid");
    return staying();
}
int main(void)
{
    first = leaving(0);
    second = staying();
    await(first, WEXITED);
    setpgid(first, first);
    setpgid(second, first);
    waitpid(first, NULL, 0);
    say("group", next_after(first - 1) == first);
    kill(second, SIGKILL);
    waitpid(second, NULL, 0);
    say("no group", next_after(first - 1) == first);
}
C
    local in_namespace=(unshare --pid --mount --fork --mount-proc)
    [ "$(id -u)" = 0 ] || in_namespace+=(-Ur)
    run_program "${in_namespace[@]}" ./taken
    assert_output "group: 0
no group: 1"
}

@test "one poll waits for a child and for a pipe, whichever comes first" {
    says "Together with poll they answer the question that [] left open, how to wait for children and for other things at once"
    family both <<'C'
int main(void)
{
    int p[2];
    if (pipe(p) == -1)
        err(99, "pipe");
    pid_t me = getpid();
    first = staying();
    second = child();
    if (second == 0) {
        until(me, 'S');
        (void)!write(p[1], "w", 1);
        until(me, 'S');
        kill(first, SIGKILL);
        _exit(0);
    }
    char byte;
    int fd = (int)syscall(SYS_pidfd_open, first, 0);
    struct pollfd two[] = { { .fd = fd, .events = POLLIN }, { .fd = p[0], .events = POLLIN } };
    for (int i = 0; i < 2; i++) {
        poll(two, 2, -1);
        puts(two[0].revents & POLLIN ? "child" : "pipe");
        fflush(stdout);
        if (two[1].revents & POLLIN)
            (void)!read(p[0], &byte, 1);
    }
}
C
    run_program ./both
    assert_output "pipe
child"
}

@test "a number is used again and reaches a stranger, the descriptor keeps its process" {
    says "A program that still holds the number then holds a stranger's"
    says "It means this one process for as long as it is open"
    says "with a process id in its place it might have hit a stranger"
    needs namespaces
    family again <<'C'
int main(void)
{
    first = leaving(0);
    int fd = (int)syscall(SYS_pidfd_open, first, 0);
    waitpid(first, NULL, 0);
    FILE *last = fopen("/proc/sys/kernel/ns_last_pid", "w");
    if (last == NULL || fprintf(last, "%d", (int)first - 1) < 0 || fclose(last) == EOF)
        err(99, "ns_last_pid");
    second = staying();
    printf("the same number: %d\n", first == second);
    say("kill", kill(first, 0));
    say("pidfd_send_signal", syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0));
}
C
    local in_namespace=(unshare --pid --mount --fork --mount-proc)
    [ "$(id -u)" = 0 ] || in_namespace+=(-Ur)
    run_program "${in_namespace[@]}" ./again
    assert_output "the same number: 1
kill: 0
pidfd_send_signal: ESRCH"
}
