bats_require_minimum_version 1.13.0
load ../lib/helpers
load rules
# When a wait sleeps, when it returns, what ends it, and what its errors mean.

@test "one wait takes one child of twenty, and the loop until ECHILD takes all, killed ones too" {
    says "It collects one, and leaves the others where they are"
    says "that loop does collect all"
    says "any dead child is a good answer"
    family twenty <<'C'
static int zombies(const pid_t p[], int n)
{
    int z = 0;
    for (int i = 0; i < n; i++)
        z += state(p[i], NULL) == 'Z';
    return z;
}
int main(void)
{
    pid_t p[20];
    for (int i = 19; i >= 0; i--)
        p[i] = i % 3 ? leaving(i) : staying();
    for (int i = 0; i < 20; i += 3)
        kill(p[i], SIGKILL);
    for (int i = 0; i < 20; i++)
        await(p[i], WEXITED);
    wait(NULL);
    printf("%d zombies left\n", zombies(p, 20));
    while (wait(NULL) > 0)
        ;
    say("wait", -1);
    printf("%d zombies left\n", zombies(p, 20));
}
C
    run_program ./twenty
    assert_output "19 zombies left
wait: ECHILD
0 zombies left"
}

@test "wait returns a dead child though another lives, sleeps while none is dead, and a handler ends the sleep" {
    says "Only while none of them has news, and until a signal handler interrupts it"
    says "so nothing more could happen to them, and had the call waited for something to happen it would be waiting still"
    says "the last call did not sleep, and its answer was ECHILD"
    says "Without the children that it was counting on, wait fails with ECHILD, no child processes"
    family news <<'C'
static void on_signal(int s) { (void)s; }
int main(void)
{
    struct sigaction a = { .sa_flags = 0 };
    a.sa_handler = on_signal;
    sigaction(SIGUSR1, &a, NULL);
    first = staying();
    second = leaving(1);
    await(second, WEXITED);
    say("one dead, one alive", wait(NULL));
    pid_t me = getpid();
    third = child();
    if (third == 0) {
        until(me, 'S');
        kill(me, SIGUSR1);
        for (;;)
            pause();
    }
    say("all alive, then a handler", wait(NULL));
    kill(first, SIGKILL);
    kill(third, SIGKILL);
    await(first, WEXITED);
    await(third, WEXITED);
    while (wait(NULL) > 0)
        ;
    say("no child", wait(NULL));
}
C
    run_program ./news
    assert_output "one dead, one alive: second
all alive, then a handler: EINTR
no child: ECHILD"
}

@test "with a child alive, waitpid fails with EINTR, EINVAL and ESRCH, and with ECHILD when the set is empty" {
    says "That no child is left (in the set that the first argument and the options describe) is what ECHILD says, and only ECHILD"
    says "is in none of these sets, unless the options have"
    says "EINTR says that a signal came in between, EINVAL that the options are nonsense, ESRCH that the first argument is"
    says "only ECHILD says that no child (of the set) is left; after EINTR ask again"
    family errors <<'C'
static void on_signal(int s) { (void)s; }
int main(void)
{
    struct sigaction a = { .sa_flags = 0 };
    a.sa_handler = on_signal;
    sigaction(SIGUSR1, &a, NULL);
    pid_t me = getpid();
    first = staying();
    setpgid(first, 0);
    say("options", waitpid(first, NULL, WNOHANG | 0x40000));
    say("argument", waitpid(-0x7fffffff - 1, NULL, WNOHANG));
    say("set", waitpid(0, NULL, WNOHANG));
    say("alive", waitpid(first, NULL, WNOHANG));
    second = child();
    if (second == 0) {
        until(me, 'S');
        kill(me, SIGUSR1);
        _exit(0);
    }
    say("signal", waitpid(first, NULL, 0));
    say("asked again", waitpid(first, NULL, WNOHANG));
    kill(first, SIGKILL);
    waitpid(first, NULL, 0);
    say("collected", waitpid(first, NULL, 0));
}
C
    run_program ./errors
    assert_output "options: EINVAL
argument: ESRCH
set: ECHILD
alive: 0
signal: EINTR
asked again: 0
collected: ECHILD"
}

@test "a status that cannot be stored is EFAULT, and its child is gone" {
    says "EFAULT says that the status could not be stored; then the child is collected all the same"
    family fault <<'C'
int main(void)
{
    void *nowhere = (void *)8;
    first = leaving(3), second = leaving(4);
    await(first, WEXITED), await(second, WEXITED);
    say("wait", syscall(SYS_wait4, first, nowhere, 0, NULL));
    printf("it is %c\n", state(first, NULL));
    say("again", waitpid(first, NULL, 0));
    say("the other", waitpid(-1, NULL, 0));
}
C
    run_program ./fault
    assert_output "wait: EFAULT
it is -
again: ECHILD
the other: second"
}

@test "a loop that ends at every -1 leaves its child when a handler without SA_RESTART runs, and not with it" {
    says "A loop that takes every -1 for the end abandons its children at the first signal whose handler interrupts the call"
    says "Where a program installs all its handlers itself, SA_RESTART would do"
    family abandon <<'C'
static int p[2];
static void on_signal(int s) { (void)s; (void)!write(p[1], "!", 1); }
int main(int argc, char **argv)
{
    (void)argv;
    struct sigaction a = { .sa_flags = argc > 1 ? SA_RESTART : 0 };
    a.sa_handler = on_signal;
    sigaction(SIGUSR1, &a, NULL);
    if (pipe(p) == -1)
        err(99, "pipe");
    pid_t me = getpid();
    first = child();
    if (first == 0) {
        char byte;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        until(me, 'S');
        kill(me, SIGUSR1);
        (void)!read(p[0], &byte, 1);
        if (argc == 1)
            pause();
        until(me, 'S');
        _exit(3);
    }
    int collected = 0;
    while (wait(NULL) > 0)
        collected++;
    printf("collected %d, %s\n", collected, state(first, NULL) == '-' ? "gone" : "abandoned");
}
C
    run_program ./abandon
    assert_output "collected 0, abandoned"
    run_program ./abandon restart
    assert_output "collected 1, gone"
}

@test "a handler for any signal that is not ignored interrupts; a stop, and a signal without handler, do not" {
    says "a process can install a handler for a signal: a function that runs when the signal arrives, in the middle of what the process is doing"
    family middle <<'C'
static volatile sig_atomic_t inside, ran;
static void on_signal(int s) { (void)s; ran = inside; }
int main(void)
{
    struct sigaction a = { .sa_flags = SA_RESTART };
    a.sa_handler = on_signal;
    sigaction(SIGUSR1, &a, NULL);
    signal(SIGUSR2, SIG_IGN);
    pid_t me = getpid();
    first = child();
    if (first == 0) {
        until(me, 'S');
        kill(me, SIGUSR2);
        kill(me, SIGWINCH);
        kill(me, SIGSTOP);
        until(me, 'T');
        kill(me, SIGCONT);
        until(me, 'S');
        kill(me, SIGUSR1);
        until(me, 'S');
        _exit(0);
    }
    inside = 1;
    long got = waitpid(first, NULL, 0);
    inside = 0;
    say("waitpid", got);
    printf("the handler ran inside: %d\n", (int)ran);
}
C
    run_program ./middle
    assert_output "waitpid: first
the handler ran inside: 1"
}

@test "reading from a pipe without data sleeps until its last writer is gone, closed or killed" {
    says "reading from a pipe into which nobody writes sleeps until all who could write to it have closed it"
    says "The gate opens when the last holder of its writing end lets go"
    family gates <<'C'
int main(void)
{
    int gate[2], end[2];
    char byte;
    if (pipe2(gate, O_CLOEXEC) == -1 || pipe2(end, O_CLOEXEC) == -1)
        err(99, "pipe");
    first = child();
    if (first == 0) {
        close(gate[1]);
        _exit(read(gate[0], &byte, 1) == 0 ? 8 : 9);
    }
    second = staying();
    third = staying();
    close(gate[1]);
    until(first, 'S');
    kill(second, SIGKILL);
    waitpid(second, NULL, 0);
    until(first, 'S');
    say("one holder left", waitpid(first, NULL, WNOHANG));
    kill(third, SIGKILL);
    waitpid(third, NULL, 0);
    int status = 0;
    say("none left", waitpid(first, &status, 0));
    printf("read 0 bytes: %d\n", WIFEXITED(status) && WEXITSTATUS(status) == 8);
}
C
    run_program ./gates
    assert_output "one holder left: 0
none left: first
read 0 bytes: 1"
}

@test "the child at the gate of a parent that is killed ends, a stopped one too" {
    says "So the child does not wait forever"
    says "A child that stops itself could stay behind stopped if we failed"
    says "So it asks first, with a piece of the toolbox, to be killed when its parent ends"
    family gate <<'C'
int main(void)
{
    int gate[2];
    char byte;
    if (pipe2(gate, O_CLOEXEC) == -1)
        err(99, "pipe");
    first = child();
    if (first == 0) {
        close(gate[1]);
        _exit(read(gate[0], &byte, 1) == 0 ? 8 : 9);
    }
    kill(first, SIGSTOP);
    await(first, WSTOPPED);
    close(gate[1]);
    for (int i = 0; i < 1000; i++)
        sched_yield();
    printf("a stopped child at an open gate: %c\n", state(first, NULL));
    kill(first, SIGCONT);
    waitpid(first, NULL, 0);
}
C
    run_program ./gate
    assert_output "a stopped child at an open gate: T"
    family asks <<'C'
int main(void)
{
    int pids[2], status;
    if (pipe(pids) == -1 || prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
        err(99, "pipe");
    first = child();
    if (first == 0) {
        second = staying();
        until(second, 'S');             /* it has asked */
        kill(second, SIGSTOP);
        await(second, WSTOPPED);
        (void)!write(pids[1], &second, sizeof second);
        for (;;)
            pause();
    }
    (void)!read(pids[0], &second, sizeof second);
    kill(first, SIGKILL);
    waitpid(first, NULL, 0);
    say("stopped, and its parent killed", waitpid(second, &status, 0));
    printf("killed %d\n", WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}
C
    run_program ./asks
    assert_output "stopped, and its parent killed: second
killed 1"
}

@test "news of a stop is lost when the child goes on before anybody asks" {
    says "News is handed over at most once"
    family lost <<'C'
int main(void)
{
    first = staying();
    kill(first, SIGSTOP);
    await(first, WSTOPPED);
    kill(first, SIGCONT);
    await(first, WCONTINUED);
    say("stopped", waitpid(first, NULL, WUNTRACED | WNOHANG));
    say("continued", waitpid(first, NULL, WCONTINUED | WNOHANG));
}
C
    run_program ./lost
    assert_output "stopped: 0
continued: first"
}

@test "news is handed over once: a stop, a death; with WNOWAIT it stays, and a second stop is news again" {
    says "News is handed over at most once"
    family once <<'C'
int main(void)
{
    first = staying();
    kill(first, SIGSTOP);
    await(first, WSTOPPED);
    say("stopped", waitpid(first, NULL, WUNTRACED | WNOHANG));
    say("again", waitpid(first, NULL, WUNTRACED | WNOHANG));
    kill(first, SIGCONT);
    await(first, WCONTINUED);
    say("continued", waitpid(first, NULL, WCONTINUED | WNOHANG));
    say("again", waitpid(first, NULL, WCONTINUED | WNOHANG));
    kill(first, SIGSTOP);
    await(first, WSTOPPED);
    say("a second stop", waitpid(first, NULL, WUNTRACED | WNOHANG));
    kill(first, SIGKILL);
    await(first, WEXITED);
    say("dead", waitpid(first, NULL, WNOHANG));
    say("again", waitpid(first, NULL, WNOHANG));
}
C
    run_program ./once
    assert_output "stopped: first
again: 0
continued: first
again: 0
a second stop: first
dead: first
again: ECHILD"
}

@test "of 32 option bits waitpid knows its own, and each other one makes the call fail and takes nothing" {
    says "a bit that waitpid does not know makes the whole call fail"
    family bits <<'C'
int main(void)
{
    const unsigned known = WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD
                           | __WALL | __WCLONE;
    first = leaving(1);
    await(first, WEXITED);
    for (int i = 0; i < 32; i++)
        if (!(known & 1u << i)
            && (waitpid(-1, NULL, (int)(1u << i | WNOHANG)) != -1 || errno != EINVAL))
            printf("bit %d is known\n", i);
    say("WEXITED", waitpid(-1, NULL, WEXITED));
    say("WNOWAIT", waitpid(-1, NULL, WNOWAIT));
    say("none taken", waitpid(-1, NULL, WNOHANG | WUNTRACED | WCONTINUED));
}
C
    run_program ./bits
    assert_output "WEXITED: EINVAL
WNOWAIT: EINVAL
none taken: first"
}

@test "0 asks for children in the set without news: dead ones outside of it, and stopped ones in it, do not count" {
    says "It means that there are children in the set and that none of them has news"
    says "One live child among dead ones is not enough"
    says "Nor must the child be up and about"
    says "A stopped child counts as one without news, because without WUNTRACED being stopped is not news"
    family zero <<'C'
int main(void)
{
    first = leaving(1);
    setpgid(first, first);
    await(first, WEXITED);
    second = staying();
    kill(second, SIGSTOP);
    await(second, WSTOPPED);
    say("my group", waitpid(0, NULL, WNOHANG));
    say("any", waitpid(-1, NULL, WNOHANG));
    say("any, again", waitpid(-1, NULL, WNOHANG));
    say("any, stopped", waitpid(-1, NULL, WNOHANG | WUNTRACED));
    kill(second, SIGKILL);
}
C
    run_program ./zero
    assert_output "my group: 0
any: first
any, again: 0
any, stopped: second"
}

@test "a traced child's stops are reported without WUNTRACED, for every signal, an ignored one too, until SIGKILL" {
    says "with options 0 or WNOHANG that news is its death, unless the child is traced"
    says "A child under a debugger is stopped by each signal that it gets, other than SIGKILL, and its tracer hears of it without having asked by WUNTRACED"
    needs strace
    family traced_child <<'C'
int main(void)
{
    int signals[] = { SIGUSR1, SIGCHLD, SIGSTOP, SIGTERM };
    signal(SIGCHLD, SIG_DFL);
    first = child();
    if (first == 0) {
        signal(SIGTERM, SIG_IGN);
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == -1)
            err(98, "ptrace");
        for (int i = 0; i < 4; i++)
            raise(signals[i]);
        raise(SIGKILL);
    }
    int status, wanted = 0;
    for (int i = 0; i < 4; i++) {
        waitpid(first, &status, i == 3 ? __WALL : 0);
        wanted += WIFSTOPPED(status) && WSTOPSIG(status) == signals[i];
        ptrace(PTRACE_CONT, first, NULL, NULL);
    }
    waitpid(first, &status, 0);
    printf("%d stops, then killed %d\n", wanted, WIFSIGNALED(status));
}
C
    run_program ./traced_child
    assert_output "4 stops, then killed 1"
}

@test "a stop and a continuation are news to a parent that asks for them, each by its option, and to no other" {
    says "That is no end, and it is news to a parent that asks for it: with the option WUNTRACED for children that have been stopped, with WCONTINUED for those that have been continued"
    family asked <<'C'
int main(void)
{
    first = staying();
    kill(first, SIGSTOP);
    await(first, WSTOPPED);
    say("not asked", waitpid(first, NULL, WNOHANG));
    say("asked for the other", waitpid(first, NULL, WNOHANG | WCONTINUED));
    say("asked", waitpid(first, NULL, WNOHANG | WUNTRACED));
    kill(first, SIGCONT);
    await(first, WCONTINUED);
    say("not asked", waitpid(first, NULL, WNOHANG));
    say("asked for the other", waitpid(first, NULL, WNOHANG | WUNTRACED));
    say("asked", waitpid(first, NULL, WNOHANG | WCONTINUED));
    kill(first, SIGKILL);
}
C
    run_program ./asked
    assert_output "not asked: 0
asked for the other: 0
asked: first
not asked: 0
asked for the other: 0
asked: first"
}
