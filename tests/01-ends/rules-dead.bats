bats_require_minimum_version 1.13.0
load ../lib/helpers
load rules
# The dead who are not collected, and the children whose parent is dead.

@test "what is left of a zombie: number, status, and the account of its time and memory" {
    says "What is left is a process id, a status, and an account of the time and memory that the child has used"
    family account <<'C'
int main(void)
{
    struct rusage used;
    first = child();
    if (first == 0) {
        volatile int i = 0;
        do {
            for (i = 0; i < 1000000; i++)
                ;
            getrusage(RUSAGE_SELF, &used);
        } while (used.ru_utime.tv_sec == 0 && used.ru_utime.tv_usec < 20000);
        _exit(3);
    }
    await(first, WEXITED);
    int status;
    say("wait4", wait4(first, &status, 0, &used));
    printf("status %d, time %d, memory %d\n", WEXITSTATUS(status),
           used.ru_utime.tv_sec > 0 || used.ru_utime.tv_usec >= 10000, used.ru_maxrss > 0);
}
C
    run_program ./account
    assert_output "wait4: first
status 3, time 1, memory 1"
}

@test "no signal of all that there are removes a zombie or changes its status; a wait does" {
    says "it still counts as existing, no signal to it removes it, and a wait does"
    says "So kill with signal 0 is no way to find out whether a process runs"
    says "its parent has not waited, and no signal to the zombie helps"
    family unkillable <<'C'
int main(void)
{
    first = leaving(3);
    await(first, WEXITED);
    int sent = 0, status;
    for (int s = 0; s <= SIGRTMAX; s++)
        sent += kill(first, s) == 0;
    printf("sent %d, state %c\n", sent == SIGRTMAX + 1, state(first, NULL));
    waitpid(first, &status, 0);
    printf("status %d, state %c\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1,
           state(first, NULL));
    say("kill", kill(first, 0));
}
C
    run_program ./unkillable
    assert_output "sent 1, state Z
status 3, state -
kill: ESRCH"
}

@test "kill with signal 0 changes nothing, and says what it may do" {
    says "kill(2) with the signal 0 sends nothing and reports whether it could have"
    family nothing <<'C'
int main(void)
{
    first = staying();
    until(first, 'S');
    for (int i = 0; i < 100; i++)
        if (kill(first, 0) == -1)
            err(99, "kill");
    until(first, 'S');
    say("it lives", waitpid(first, NULL, WNOHANG | WUNTRACED));
    if (getuid() == 0 && setresuid(65534, 65534, 65534) == -1)
        err(99, "setresuid");
    puts(kill(1, 0) == -1 && errno == EPERM ? "not allowed" : "allowed");
    second = leaving(0);
    waitpid(second, NULL, 0);
    say("it does not", kill(second, 0));
    puts(kill(first, SIGKILL) == 0 || errno == EPERM ? "end" : "end?");
}
C
    run_program ./nothing
    assert_line --index 0 "it lives: 0"
    if [ "$(stat -c %u /proc/1)" = 0 ]; then assert_line --index 1 "not allowed"; fi
    assert_line --index 2 "it does not: ESRCH"
}

@test "a process whose first thread has ended is shown as Z, works on, and is not collected" {
    says "Z also stands for a process whose first thread has ended while other threads run on"
    says "That process is alive, and a wait does not collect it yet"
    family headless <<'C'
static int gate[2], answer[2];
static void *live_on(void *a)
{
    char byte;
    while (read(gate[0], &byte, 1) == 1)
        (void)!write(answer[1], &byte, 1);
    _exit(6);
    return a;
}
int main(void)
{
    char byte = '?';
    if (pipe(gate) == -1 || pipe(answer) == -1)
        err(99, "pipe");
    first = child();
    if (first == 0) {
        pthread_t t;
        close(gate[1]);
        pthread_create(&t, NULL, live_on, NULL);
        pthread_exit(NULL);
    }
    until(first, 'Z');
    say("Z", waitpid(first, NULL, WNOHANG));
    (void)!write(gate[1], "a", 1);
    (void)!read(answer[0], &byte, 1);
    printf("answers %c, state %c\n", byte, state(first, NULL));
    close(gate[1]);
    int status;
    say("ended", waitpid(first, &status, 0));
    printf("status %d\n", WEXITSTATUS(status));
}
C
    run_program ./headless
    assert_output "Z: 0
answers a, state Z
ended: first
status 6"
}

@test "zombies count as processes of their user, until fork fails; not for root" {
    says "A server that forks for each request and never waits collects thousands, until fork fails at its user's limit of processes, which the system's root does not have, at its control group's or at the system's"
    needs root
    family server <<'C'
int main(int argc, char **argv)
{
    enum { MOST = 60 };
    struct rlimit limit = { 20, 20 };
    if (setrlimit(RLIMIT_NPROC, &limit) == -1)
        err(99, "setrlimit");
    uid_t user = (uid_t)atoi(argv[argc - 1]);
    if (setresuid(user, user, user) == -1)
        err(99, "setresuid");
    int zombies = 0;
    while (zombies < MOST) {
        pid_t p = fork();
        if (p == -1)
            break;
        if (p == 0)
            _exit(0);
        await(first = p, WEXITED);
        zombies++;
    }
    if (zombies == MOST) {
        puts("no limit");
        return 0;
    }
    printf("%s after at most 20 zombies: %d\n", strerrorname_np(errno), zombies <= 20);
    wait(NULL);
    printf("room again: %d\n", leaving(0) > 0);
}
C
    run_program ./server $((61000 + $$ % 4000))
    assert_output "EAGAIN after at most 20 zombies: 1
room again: 1"
    run_program ./server 0
    assert_output "no limit"
}

@test "the nearest subreaper adopts, an ordinary user may declare one, and its children are none" {
    says "Any process can declare itself a subreaper, which adopts the orphans among its descendants"
    says "The nearest one up the family tree gets them"
    says "The declaration is not inherited by children"
    family nearest <<'C'
/* first declares; second, its child, only when told to; third dies. */
int main(int argc, char **argv)
{
    (void)argv;
    int pids[2], gate[2];
    if (pipe(pids) == -1 || pipe(gate) == -1)
        err(99, "pipe");
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
        err(99, "prctl");
    first = getpid();
    pid_t between = child();
    if (between == 0) {
        char byte;
        pid_t mother;
        second = getpid();
        if (argc > 1)
            prctl(PR_SET_CHILD_SUBREAPER, 1);
        third = child();
        if (third == 0) {
            third = getpid();
            pid_t orphan = child();
            if (orphan == 0) {
                close(gate[1]);
                (void)!read(gate[0], &byte, 1);
                _exit(0);
            }
            (void)!write(pids[1], &orphan, sizeof orphan);
            _exit(0);
        }
        waitpid(third, NULL, 0);
        pid_t orphan;
        (void)!read(pids[0], &orphan, sizeof orphan);
        state(orphan, &mother);
        say("adopted by", mother);
        _exit(0);
    }
    close(gate[1]);
    while (wait(NULL) != -1)
        ;
}
C
    as_nobody ./nearest
    assert_output "adopted by: first"
    as_nobody ./nearest both
    assert_output "adopted by: second"
}

@test "a grandparent cannot wait for its grandchild by any call, the parent can, and so can a tracer" {
    says "Still its grandparent cannot wait for it"
    says "Only its parent can, and a debugger that traces it"
    needs strace
    family tracer <<'C'
int main(void)
{
    siginfo_t news;
    int pids[2], gate[2];
    if (pipe(pids) == -1 || pipe2(gate, O_CLOEXEC) == -1)
        err(99, "pipe");
    first = child();
    if (first == 0) {
        int status;
        second = child();
        if (second == 0) {
            char byte;
            close(gate[1]);
            (void)!read(gate[0], &byte, 1);
            _exit(7);
        }
        close(gate[1]);
        (void)!write(pids[1], &second, sizeof second);
        pid_t got = waitpid(second, &status, 0);
        _exit(got == second && WEXITSTATUS(status) == 7 ? 8 : 9);
    }
    (void)!read(pids[0], &second, sizeof second);
    int fd = (int)syscall(SYS_pidfd_open, second, 0);
    say("waitpid", waitpid(second, NULL, __WALL | WNOHANG));
    say("waitid", waitid(P_PID, second, &news, WEXITED | WNOHANG));
    say("by descriptor", waitid(P_PIDFD, fd, &news, WEXITED | WNOHANG));
    if (ptrace(PTRACE_SEIZE, second, NULL, NULL) == -1)
        err(99, "ptrace");
    say("tracing, alive", waitpid(second, NULL, WNOHANG));
    close(gate[1]);
    int status;
    say("tracing", waitpid(second, &status, 0));
    printf("status %d\n", WEXITSTATUS(status));
    say("the parent", waitpid(first, &status, 0));
    printf("got it too: %d\n", WEXITSTATUS(status) == 8);
}
C
    run_program ./tracer
    assert_output "waitpid: ECHILD
waitid: ECHILD
by descriptor: ECHILD
tracing, alive: 0
tracing: second
status 7
the parent: first
got it too: 1"
}

@test "when a dead parent has been collected, its children have another, each time" {
    says "Once it has been collected the adoption is complete, because the kernel finds new parents for its children before it reports the death"
    family adopted <<'C'
int main(void)
{
    int pids[2], late = 0;
    if (pipe(pids) == -1)
        err(99, "pipe");
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    for (int i = 0; i < 200; i++) {
        pid_t orphans[5], mother;
        first = child();
        if (first == 0) {
            for (int k = 0; k < 5; k++)
                if ((orphans[k] = child()) == 0)
                    for (;;)
                        pause();
            (void)!write(pids[1], orphans, sizeof orphans);
            _exit(0);
        }
        (void)!read(pids[0], orphans, sizeof orphans);
        waitpid(first, NULL, 0);
        for (int k = 0; k < 5; k++) {
            state(orphans[k], &mother);
            late += mother != getpid();
            kill(orphans[k], SIGKILL);
        }
        while (wait(NULL) > 0)
            ;
    }
    printf("%d late\n", late);
}
C
    run_program ./adopted
    assert_output "0 late"
}

@test "it is the dead parent's namespace that counts, not that of the orphan" {
    says "An orphan is adopted by the nearest ancestor in its dead parent's process id namespace that has declared itself a subreaper"
    needs namespaces
    family inner <<'C'
/* The grandparent declares; the parent makes a child that is the first process of a namespace. */
int main(void)
{
    int pids[2];
    if (pipe(pids) == -1 || prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
        err(99, "prctl");
    pid_t between = child();
    if (between == 0) {
        if (unshare((getuid() == 0 ? 0 : CLONE_NEWUSER) | CLONE_NEWPID) == -1)
            err(98, "unshare");
        pid_t orphan = child();
        if (orphan == 0) {
            char is_first = getpid() == 1 ? 'y' : 'n';
            (void)!write(pids[1], &is_first, 1);
            for (;;)
                pause();
        }
        (void)!write(pids[1], &orphan, sizeof orphan);
        pause();
    }
    char got[1 + sizeof(pid_t)];
    for (size_t n = 0; n < sizeof got; )
        n += (size_t)read(pids[0], got + n, 1);
    kill(between, SIGKILL);
    waitpid(between, NULL, 0);
    int status = 0;
    pid_t orphan = -1;
    say("adopted alive", waitpid(-1, NULL, WNOHANG));
    if (got[0] == 'y')
        memcpy(&orphan, got + 1, sizeof orphan);
    else
        memcpy(&orphan, got, sizeof orphan);
    kill(orphan, SIGKILL);
    first = orphan;
    say("adopted", waitpid(-1, &status, 0));
    printf("by SIGKILL: %d\n", WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}
C
    run_program ./inner
    assert_output "adopted alive: 0
adopted: first
by SIGKILL: 1"
}

@test "a program that a subreaper becomes is one, and orphan takes it back" {
    says "but prctl(2) says that it survives an exec"
    says "So without adopt we take it back"
    family reaper <<'C'
int main(int argc, char **argv)
{
    int is = -1;
    if (argc > 1) {
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        execv(argv[1], strcmp(argv[1], argv[0]) == 0 ? (char *[]){ argv[0], NULL } : argv + 1);
        err(99, "%s", argv[1]);
    }
    prctl(PR_GET_CHILD_SUBREAPER, &is);
    printf("%d\n", is);
}
C
    run_program ./reaper ./reaper
    assert_output 1
    run_program ./reaper ./orphan
    assert_success
    assert_line --index 4 --regexp '^waitpid\(grandchild\)  *= -1 ECHILD$'
}

@test "a first process that never waits keeps the orphan as a zombie" {
    says "A first process that never waits, as in a container whose first process is an ordinary program, keeps the orphans as zombies"
    needs namespaces
    family init <<'C'
int main(void)
{
    int pids[2];
    pid_t mother;
    if (getpid() != 1 || pipe(pids) == -1)
        errx(99, "not the first process");
    first = child();
    if (first == 0) {
        second = child();
        if (second == 0)
            for (;;)
                pause();
        (void)!write(pids[1], &second, sizeof second);
        _exit(0);
    }
    (void)!read(pids[0], &second, sizeof second);
    waitpid(first, NULL, 0);
    state(second, &mother);
    printf("its parent is %d\n", (int)mother);
    kill(second, SIGKILL);
    settled(second, 'Z');
    for (int i = 0; i < 1000; i++)
        sched_yield();
    printf("state %c\n", state(second, NULL));
}
C
    local in_namespace=(unshare --pid --mount --fork --mount-proc)
    [ "$(id -u)" = 0 ] || in_namespace+=(-Ur)
    run_program "${in_namespace[@]}" ./init
    assert_output "its parent is 1
state Z"
}

@test "an adopter that ignores SIGCHLD has no zombies, of orphans that die later and of those that were dead" {
    says "An adopter that ignores SIGCHLD is rid of them without a wait"
    family careless <<'C'
int main(int argc, char **argv)
{
    (void)argv;
    int pids[2];
    if (pipe(pids) == -1)
        err(99, "pipe");
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    first = child();
    if (first == 0) {
        second = leaving(0);
        await(second, WEXITED);
        third = child();
        if (third == 0)
            for (;;)
                pause();
        (void)!write(pids[1], &second, sizeof second);
        (void)!write(pids[1], &third, sizeof third);
        for (;;)
            pause();
    }
    (void)!read(pids[0], &second, sizeof second);
    (void)!read(pids[0], &third, sizeof third);
    signal(SIGCHLD, argc > 1 ? SIG_IGN : SIG_DFL);
    kill(first, SIGKILL);
    while (state(first, NULL) != (argc > 1 ? '-' : 'Z'))
        ;
    if (argc == 1)
        waitpid(first, NULL, 0);
    kill(third, SIGKILL);
    printf("dead before %c, dead after %c\n", settled(second, argc > 1 ? '-' : 'Z'),
           settled(third, argc > 1 ? '-' : 'Z'));
}
C
    run_program ./careless
    assert_output "dead before Z, dead after Z"
    run_program ./careless ignore
    assert_output "dead before -, dead after -"
}

@test "getppid at the start does not help a child whose parent is dead by then, a number noted before the fork does" {
    says "Nor is it enough that the child asks for getppid() at its start and looks later whether it has changed, because the parent may have died before the child asked"
    says "What works, within one process id namespace, is to note getpid() before the fork and to compare it with the child's getppid()"
    says "So getppid() == 1 is not a test for being an orphan"
    says "getppid is not 1 | you may be an orphan all the same"
    family noted <<'C'
int main(void)
{
    int gate[2], out[2];
    char byte, answers[3];
    if (pipe2(gate, O_CLOEXEC) == -1 || pipe(out) == -1)
        err(99, "pipe");
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    first = child();
    if (first == 0) {
        pid_t noted = getpid();
        second = child();
        if (second == 0) {
            close(gate[1]);
            (void)!read(gate[0], &byte, 1);
            pid_t start = getppid();
            (void)!read(gate[0], &byte, 1);
            answers[0] = getppid() != start;
            answers[1] = getppid() != noted;
            answers[2] = getppid() == 1;
            _exit(write(out[1], answers, 3) != 3);
        }
        _exit(0);
    }
    waitpid(first, NULL, 0);
    close(gate[1]);
    (void)!read(out[0], answers, 3);
    wait(NULL);
    printf("changed %d, not the noted one %d, is 1: %d\n", answers[0], answers[1], answers[2]);
}
C
    run_program ./noted
    assert_output "changed 0, not the noted one 1, is 1: 0"
}

@test "a child in a new process id namespace has 0 for a parent that lives" {
    says "What works, within one process id namespace, is to note getpid() before the fork"
    needs namespaces
    family outside <<'C'
int main(void)
{
    if (unshare((getuid() == 0 ? 0 : CLONE_NEWUSER) | CLONE_NEWPID) == -1)
        err(99, "unshare");
    int status;
    pid_t p = child();
    if (p == 0)
        _exit((int)getppid());
    waitpid(p, &status, 0);
    printf("getppid: %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}
C
    run_program ./outside
    assert_output "getppid: 0"
}

@test "a change of the effective user or group clears PR_SET_PDEATHSIG, and a parent that may not signal the child sends none" {
    says "The child asks after its last change of effective user or group, since that clears the request"
    says "and it needs a parent that may signal it"
    says --in B-toolbox "With prctl(2) it can ask the kernel to kill it when the parent ends, if the parent may signal it"
    needs root
    family users <<'C'
enum { NOBODY = 65534 };
int main(void)
{
    const char *ways[] = { "asks", "asks, drops its user", "asks, drops its group",
                           "drops its user, asks", "asks, parent drops its user" };
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    for (int way = 0; way < 5; way++) {
        int asked[2], told[2], status;
        if (pipe(asked) == -1 || pipe(told) == -1)
            err(99, "pipe");
        pid_t parent = child();
        if (parent == 0) {
            pid_t heir = child();
            if (heir == 0) {
                if (way == 3 && setresuid(NOBODY, NOBODY, NOBODY) == -1)
                    _exit(98);
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                if (way == 1 && setresuid(NOBODY, NOBODY, NOBODY) == -1)
                    _exit(98);
                if (way == 2 && setresgid(-1, NOBODY, -1) == -1)
                    _exit(98);
                int wanted = -1;
                prctl(PR_GET_PDEATHSIG, &wanted);
                (void)!write(asked[1], &wanted, sizeof wanted);
                for (;;)
                    pause();
            }
            int wanted;
            (void)!read(asked[0], &wanted, sizeof wanted);
            (void)!write(told[1], &heir, sizeof heir);
            (void)!write(told[1], &wanted, sizeof wanted);
            if (way == 4 && setresuid(NOBODY, NOBODY, NOBODY) == -1)
                _exit(98);
            _exit(0);
        }
        waitpid(parent, &status, 0);
        if (status != 0)
            errx(99, "the parent could not drop its user");
        pid_t heir;
        int wanted;
        (void)!read(told[0], &heir, sizeof heir);
        (void)!read(told[0], &wanted, sizeof wanted);
        kill(heir, SIGTERM);            /* behind a signal of its parent, if one came */
        waitpid(heir, &status, 0);
        printf("%s: %d, %s\n", ways[way], wanted, WTERMSIG(status) == SIGKILL
               ? "killed" : "not killed");
        close(asked[0]), close(asked[1]), close(told[0]), close(told[1]);
    }
}
C
    run_program ./users
    assert_output "asks: 9, killed
asks, drops its user: 0, not killed
asks, drops its group: 0, not killed
drops its user, asks: 9, killed
asks, parent drops its user: 9, not killed"
}

@test "an exec that gives privileges, or with a real user apart from the effective one, clears PR_SET_PDEATHSIG, another one keeps it" {
    says "as does an exec that gives privileges or is made while the real and the effective ids differ"
    needs root
    family executes <<'C'
int main(int argc, char **argv)
{
    int wanted = -1;
    if (argc > 2) {
        uid_t user = (uid_t)atoi(argv[1]);
        uid_t effective = argc > 3 ? 0 : user;      /* apart from the real one */
        if (setresuid(user, effective, effective) == -1 || prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
            err(99, "%s", argv[1]);
        execl(argv[2], argv[2], NULL);
        err(99, "%s", argv[2]);
    }
    prctl(PR_GET_PDEATHSIG, &wanted);
    printf("%s: %d\n", getuid() == geteuid() ? "same" : "changed", wanted);
}
C
    book_open_to_nobody
    cp executes changes
    chown 0:0 changes
    chmod 4755 changes
    run_program ./executes 65534 ./executes
    assert_output "same: 9"
    run_program ./executes 65534 ./executes apart
    assert_output "changed: 0"
    run_program ./executes 0 ./changes
    assert_output "same: 9"
    run_program ./executes 65534 ./changes
    [ "$output" != "same: 9" ] || skip "needs set-user-ID programs"
    assert_output "changed: 0"
}

@test "the signal of PR_SET_PDEATHSIG comes when the parent ends, and when the forking thread does, its process living on" {
    says "A child that wants that asks for a signal with PR_SET_PDEATHSIG of prctl(2) first, and compares then: the parent may have ended before the child asked, and for that end no signal comes"
    says "The signal comes when the thread ends that has forked the child, even if its process lives on"
    family told <<'C'
static int ready[2];
static void ask(void)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    (void)!write(ready[1], "r", 1);
    for (;;)
        pause();
}
static void *forks(void *forked)
{
    char byte;
    if ((*(pid_t *)forked = child()) == 0)
        ask();
    (void)!read(ready[0], &byte, 1);
    return NULL;
}
int main(void)
{
    int status;
    char byte;
    pthread_t t;
    signal(SIGTERM, SIG_DFL);
    if (pipe(ready) == -1)
        err(99, "pipe");
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    pthread_create(&t, NULL, forks, &first);
    pthread_join(t, NULL);
    say("thread", waitpid(first, &status, 0));
    printf("by the signal %d\n", WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    second = child();
    if (second == 0) {
        if (child() == 0)
            ask();
        (void)!read(ready[0], &byte, 1);
        _exit(0);
    }
    waitpid(second, NULL, 0);
    wait(&status);
    printf("process: by the signal %d\n", WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    int p[2];
    if (pipe(p) == -1)
        err(99, "pipe");
    second = child();
    if (second == 0) {
        close(p[1]);
        (void)!read(p[0], &byte, 1);
        _exit(5);
    }
    until(second, 'S');
    say("one that has not asked", waitpid(second, &status, WNOHANG));
    close(p[1]);
}
C
    run_program ./told
    assert_output "thread: first
by the signal 1
process: by the signal 1
one that has not asked: 0"
}

@test "a stopped group that becomes orphaned gets SIGHUP" {
    says "a process group that an exit makes an orphan while a member is stopped gets SIGHUP and SIGCONT"
    family hangup <<'C'
static volatile sig_atomic_t hup, cont;
static void on_signal(int s) { if (s == SIGHUP) hup = 1; else cont = 1; }
int main(void)
{
    int pids[2], status;
    if (pipe(pids) == -1)
        err(99, "pipe");
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    first = child();
    if (first == 0) {
        setsid();
        second = child();
        if (second == 0) {
            signal(SIGHUP, on_signal);
            signal(SIGCONT, on_signal);
            raise(SIGSTOP);
            while (!hup || !cont)
                sched_yield();
            _exit(4);
        }
        setpgid(second, second);
        (void)!write(pids[1], &second, sizeof second);
        waitpid(second, NULL, WUNTRACED);
        _exit(0);
    }
    (void)!read(pids[0], &second, sizeof second);
    waitpid(first, NULL, 0);
    say("woken", waitpid(second, &status, 0));
    printf("had both: %d\n", WIFEXITED(status) && WEXITSTATUS(status) == 4);
}
C
    run_program ./hangup
    assert_output "woken: second
had both: 1"
}
