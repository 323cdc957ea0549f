bats_require_minimum_version 1.13.0
load ../lib/helpers
load rules
# SIGCHLD: when it comes, what ignoring it does, and what a handler may count on.

@test "SIGCHLD comes when a child ends, is stopped and is continued; with SA_NOCLDSTOP only when it ends" {
    says "When a child ends, is stopped or is continued, the kernel sends SIGCHLD to its parent"
    says "The flag SA_NOCLDSTOP of sigaction(2) turns off all but the first"
    family kinds <<'C'
static volatile sig_atomic_t ended, stopped, continued;
static void on_child(int s, siginfo_t *i, void *c)
{
    (void)s, (void)c;
    ended += i->si_code == CLD_KILLED;
    stopped += i->si_code == CLD_STOPPED;
    continued += i->si_code == CLD_CONTINUED;
}
int main(int argc, char **argv)
{
    (void)argv;
    bool told = argc == 1;
    struct sigaction a = { .sa_flags = SA_SIGINFO | SA_RESTART };
    a.sa_sigaction = on_child;
    if (!told)
        a.sa_flags |= SA_NOCLDSTOP;
    sigaction(SIGCHLD, &a, NULL);
    first = staying();
    kill(first, SIGSTOP);
    until(first, 'T');
    while (told && !stopped)
        sched_yield();
    kill(first, SIGCONT);
    until(first, 'S');      /* it has run, and so has sent its signals */
    while (told && !continued)
        sched_yield();
    kill(first, SIGKILL);
    await(first, WEXITED);
    printf("%d %d %d\n", ended, stopped, continued);
}
C
    run_program ./kinds
    assert_output "1 1 1"
    run_program ./kinds no
    assert_output "1 0 0"
}

@test "by default SIGCHLD interrupts nothing, kills nobody and is not kept" {
    says "By default nothing happens then: the signal's default action is to be ignored"
    family default <<'C'
int main(void)
{
    int p[2];
    char byte = '?';
    sigset_t pending;
    signal(SIGCHLD, SIG_DFL);
    if (pipe(p) == -1)
        err(99, "pipe");
    pid_t me = getpid();
    second = child();
    if (second == 0) {
        first = getppid() == me ? 0 : 1;
        until(me, 'S');
        _exit(first);
    }
    third = child();
    if (third == 0) {
        until(second, 'Z');
        until(me, 'S');
        _exit(write(p[1], "w", 1) != 1);
    }
    say("read", read(p[0], &byte, 1));
    sigpending(&pending);
    printf("%c, pending %d, kept as a zombie %c\n", byte, sigismember(&pending, SIGCHLD),
           state(second, NULL));
}
C
    run_program ./default
    assert_output "read: 1
w, pending 0, kept as a zombie Z"
}

@test "of a child that ends while SIGCHLD is ignored nothing is kept: no zombie, no status, no account" {
    says "By ignoring SIGCHLD a parent declares that it will not ask, and the kernel keeps nothing for wait of a child that ends from then on"
    family kept <<'C'
int main(int argc, char **argv)
{
    (void)argv;
    int status = 4711;
    struct sigaction a = { .sa_flags = argc > 2 ? SA_NOCLDWAIT : 0 };
    struct rusage used;
    a.sa_handler = argc == 2 ? SIG_IGN : SIG_DFL;
    sigaction(SIGCHLD, &a, NULL);
    first = leaving(3);
    while (state(first, NULL) != (argc > 1 ? '-' : 'Z'))
        ;
    say("waitpid", waitpid(first, &status, 0));
    getrusage(RUSAGE_CHILDREN, &used);
    printf("untouched %d, account %d\n", status == 4711, used.ru_maxrss > 0);
}
C
    run_program ./kept
    assert_output "waitpid: first
untouched 0, account 1"
    run_program ./kept SIG_IGN
    assert_output "waitpid: ECHILD
untouched 1, account 0"
    run_program ./kept SIG_DFL SA_NOCLDWAIT
    assert_output "waitpid: ECHILD
untouched 1, account 0"
}

@test "a zombie from before SIGCHLD was ignored is collected with its status, and a stop is reported" {
    says "A zombie from before stays and can be collected"
    says "To be stopped is still news"
    family before <<'C'
int main(void)
{
    int status;
    first = leaving(3);
    await(first, WEXITED);
    signal(SIGCHLD, SIG_IGN);
    say("dead before", waitpid(first, &status, 0));
    printf("status %d\n", WEXITSTATUS(status));
    second = staying();
    kill(second, SIGSTOP);
    say("stopped", waitpid(second, &status, WUNTRACED));
    printf("stopped %d\n", WIFSTOPPED(status));
    kill(second, SIGKILL);
    say("killed", waitpid(second, &status, 0));
}
C
    run_program ./before
    assert_output "dead before: first
status 3
stopped: second
stopped 1
killed: ECHILD"
}

@test "with SIGCHLD ignored waitpid sleeps until its child is gone, wait until all are" {
    says "waitpid with a process id until that child is gone, wait until all children are"
    says "and both end in ECHILD"
    family longer <<'C'
int main(void)
{
    int gate[2], mark[2];
    char byte;
    signal(SIGCHLD, SIG_IGN);
    if (pipe2(gate, O_CLOEXEC) == -1 || pipe2(mark, O_CLOEXEC | O_NONBLOCK) == -1)
        err(99, "pipe");
    pid_t me = getpid();
    first = child();
    if (first == 0) {
        until(me, 'S');
        _exit(0);
    }
    second = child();
    if (second == 0) {
        close(gate[1]);
        (void)!read(gate[0], &byte, 1);
        until(first, '-');
        until(me, 'S');
        _exit(write(mark[1], "m", 1) != 1);
    }
    say("waitpid", waitpid(first, NULL, 0));
    printf("the other lives: %d\n", state(second, NULL) != '-');
    fflush(stdout);
    close(gate[1]);
    say("wait", wait(NULL));
    say("it slept until the other had looked", read(mark[0], &byte, 1));
    printf("the other is %c\n", settled(second, '-'));
}
C
    run_program ./longer
    assert_output "waitpid: ECHILD
the other lives: 1
wait: ECHILD
it slept until the other had looked: 1
the other is -"
}

@test "a SIGCHLD that is ignored stays so at an exec, one with a handler is reset" {
    says "On Linux such a SIG_IGN survives execve(2)"
    says "The program env(1) set SIGCHLD to be ignored and then became wait_one"
    family inherits <<'C'
static void on_child(int s) { (void)s; }
int main(int argc, char **argv)
{
    struct sigaction a;
    if (argc == 1) {
        sigaction(SIGCHLD, NULL, &a);
        puts(a.sa_handler == SIG_IGN ? "ignored" : a.sa_handler == SIG_DFL ? "default" : "handler");
        return 0;
    }
    signal(SIGCHLD, strcmp(argv[1], "ignore") == 0 ? SIG_IGN : on_child);
    execl(argv[0], argv[0], NULL);
}
C
    run_program ./inherits ignore
    assert_output ignored
    run_program ./inherits handle
    assert_output default
    run_program env --ignore-signal=CHLD ./inherits
    assert_output ignored
    run_program env --ignore-signal=CHLD ./wait_one
    assert_failure 1
    assert_stderr "wait_one: wait: No child processes"
}

@test "all other programs of the chapter do their work when SIGCHLD was ignored or blocked" {
    says "The programs of this chapter with a session of their own, but for last_word and wait_one, are immune: they begin with a piece of the toolbox that starts from a known state, and sets SIGCHLD back"
    local path name printed word=()
    # shellcheck disable=SC2154 # helpers.bash sets them
    for path in "$root/tangled/$unit"/*.c; do
        name=${path##*/} name=${name%.c}
        word=()
        case $name in
        last_word | wait_one) continue ;;
        system_says | spawn_one | first_process) word=(true) ;;
        esac
        run_program "./$name" ${word[@]+"${word[@]}"}
        assert_success
        printed=${#lines[@]}
        run_program env --ignore-signal=CHLD --block-signal=CHLD "./$name" ${word[@]+"${word[@]}"}
        assert_success
        assert_equal "$name ${#lines[@]}" "$name $printed"
    done
}

@test "a program that sets SIGCHLD to its default gets the status, whoever started it; one that does not may not" {
    says "A program that must have its children's last words sets SIGCHLD to SIG_DFL when it starts, because it cannot know what it inherits"
    says "set SIGCHLD to SIG_DFL first, it may have been inherited as ignored"
    family careful <<'C'
int main(int argc, char **argv)
{
    (void)argv;
    int status = -1;
    if (argc > 1)
        signal(SIGCHLD, SIG_DFL);
    say("waitpid", waitpid(first = leaving(3), &status, 0));
}
C
    run_program env --ignore-signal=CHLD ./careful
    assert_output "waitpid: ECHILD"
    run_program env --ignore-signal=CHLD ./careful default
    assert_output "waitpid: first"
    run_program ./careful
    assert_output "waitpid: first"
}

@test "a handler that waits without WNOHANG holds up the code it interrupts until the child is gone" {
    says "It must not wait, because it would hold up the code that it interrupts"
    says "So it calls waitpid with the option WNOHANG, which asks without waiting: -1 stands for any child, and the result is a process id, or 0 if all children live"
    family patient <<'C'
static int options;
static void on_signal(int s)
{
    (void)s;
    waitpid(first, NULL, options);
}
int main(int argc, char **argv)
{
    (void)argv;
    options = argc > 1 ? WNOHANG : 0;
    pid_t me = getpid();
    signal(SIGUSR1, on_signal);
    first = child();
    if (first == 0) {
        if (argc == 1)
            until(me, 'S');
        while (argc > 1)
            pause();
        _exit(0);
    }
    raise(SIGUSR1);
    printf("gone when it goes on: %d\n", state(first, NULL) == '-');
    kill(first, SIGKILL);
}
C
    run_program ./patient
    assert_output "gone when it goes on: 1"
    run_program ./patient WNOHANG
    assert_output "gone when it goes on: 0"
}

@test "a handler that collects and does not save errno changes it under the code it interrupts" {
    says "And it must leave errno as it was, since it may have interrupted code that is about to look at it"
    family polite <<'C'
static bool save;
static void on_child(int s)
{
    (void)s;
    int saved = errno;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
    if (save)
        errno = saved;
}
int main(int argc, char **argv)
{
    (void)argv;
    save = argc > 1;
    signal(SIGCHLD, on_child);
    errno = 0;
    raise(SIGCHLD);
    puts(errno == 0 ? "kept" : strerrorname_np(errno));
}
C
    run_program ./polite
    assert_output ECHILD
    run_program ./polite save
    assert_output kept
}

@test "a signal that came while it was blocked ends sigsuspend, whose mask is then what it was" {
    says "A signal that has been held back does not have to come again"
    says "it sets the mask, sleeps until a handler has run, and restores the mask"
    family suspend <<'C'
static volatile sig_atomic_t ran;
static void on_signal(int s) { (void)s; ran++; }
int main(void)
{
    sigset_t usr1, none, now;
    sigemptyset(&usr1), sigemptyset(&none);
    sigaddset(&usr1, SIGUSR1);
    signal(SIGUSR1, on_signal);
    signal(SIGUSR2, SIG_IGN);
    sigprocmask(SIG_BLOCK, &usr1, NULL);
    raise(SIGUSR1);
    printf("ran %d\n", (int)ran);
    say("sigsuspend", sigsuspend(&none));
    sigprocmask(SIG_BLOCK, NULL, &now);
    printf("ran %d, blocked %d\n", (int)ran, sigismember(&now, SIGUSR1));
    fflush(stdout);
    pid_t me = getpid();
    first = child();
    if (first == 0) {
        until(me, 'S');
        kill(me, SIGUSR2);
        until(me, 'S');
        kill(me, SIGUSR1);
        _exit(0);
    }
    say("sigsuspend", sigsuspend(&none));
    printf("ran %d\n", (int)ran);
}
C
    run_program ./suspend
    assert_output "ran 0
sigsuspend: EINTR
ran 1, blocked 1
sigsuspend: EINTR
ran 2"
}

@test "five deaths while SIGCHLD is pending are one signal; the loop leaves none, and a later death sends another" {
    says "SIGCHLD therefore says look for news, and not how much there is"
    says "A handler that asks with WNOHANG until the answer is no longer a process id leaves none of those that are dead by then, and for one that dies later the signal comes again"
    says "SIGCHLD arrives | collect with WNOHANG until nothing comes"
    family merged <<'C'
static volatile sig_atomic_t signals, collected;
static void on_child(int s)
{
    (void)s;
    int saved = errno;
    signals++;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        collected++;
    errno = saved;
}
int main(void)
{
    struct sigaction a = { .sa_flags = SA_RESTART };
    a.sa_handler = on_child;
    sigaction(SIGCHLD, &a, NULL);
    sigset_t chld;
    sigemptyset(&chld);
    sigaddset(&chld, SIGCHLD);
    sigprocmask(SIG_BLOCK, &chld, NULL);
    third = staying();
    for (int i = 0; i < 5; i++)
        await(leaving(i), WEXITED);
    sigprocmask(SIG_UNBLOCK, &chld, NULL);
    printf("signals %d, collected %d\n", signals, collected);
    fflush(stdout);
    sigprocmask(SIG_BLOCK, &chld, NULL);
    kill(third, SIGKILL);
    await(third, WEXITED);
    sigprocmask(SIG_UNBLOCK, &chld, NULL);
    printf("signals %d, collected %d\n", signals, collected);
}
C
    run_program ./merged
    assert_output "signals 1, collected 5
signals 2, collected 6"
}

@test "one child per signal leaves a zombie when both die before delivery, and none when the handler runs already" {
    says "A handler that collects one child per signal leaves a zombie behind when a child dies while the signal of another is still pending"
    family single <<'C'
static volatile sig_atomic_t signals;
static bool inside;
static void on_child(int s)
{
    (void)s;
    signals++;
    if (inside && signals == 1) {
        kill(second, SIGKILL);
        await(second, WEXITED);
    }
    if (first != 0 && inside && signals == 1)
        waitpid(first, NULL, WNOHANG);
    else
        waitpid(-1, NULL, WNOHANG);
}
int main(int argc, char **argv)
{
    (void)argv;
    inside = argc > 1;
    struct sigaction a = { .sa_flags = SA_RESTART };
    a.sa_handler = on_child;
    sigaction(SIGCHLD, &a, NULL);
    sigset_t chld;
    sigemptyset(&chld);
    sigaddset(&chld, SIGCHLD);
    sigprocmask(SIG_BLOCK, &chld, NULL);
    second = inside ? staying() : leaving(2);
    first = leaving(1);
    await(first, WEXITED);
    if (!inside)
        await(second, WEXITED);
    sigprocmask(SIG_UNBLOCK, &chld, NULL);
    int zombies = (state(first, NULL) == 'Z') + (state(second, NULL) == 'Z');
    printf("signals %d, zombies %d\n", (int)signals, zombies);
}
C
    run_program ./single
    assert_output "signals 1, zombies 1"
    run_program ./single inside
    assert_output "signals 2, zombies 0"
}

@test "the signal of a child that was collected in the meantime is delivered all the same" {
    says "It may also find nothing, when the child was collected before the signal was delivered"
    family late <<'C'
static volatile sig_atomic_t signals, collected;
static void on_child(int s)
{
    (void)s;
    signals++;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        collected++;
}
int main(void)
{
    struct sigaction a = { .sa_flags = SA_RESTART };
    a.sa_handler = on_child;
    sigaction(SIGCHLD, &a, NULL);
    sigset_t chld;
    sigemptyset(&chld);
    sigaddset(&chld, SIGCHLD);
    sigprocmask(SIG_BLOCK, &chld, NULL);
    waitpid(leaving(1), NULL, 0);
    sigprocmask(SIG_UNBLOCK, &chld, NULL);
    printf("signals %d, collected %d\n", signals, collected);
}
C
    run_program ./late
    assert_output "signals 1, collected 0"
}

@test "a child that ends before it is noted is not found by the handler, unless SIGCHLD is blocked until then" {
    says "A server that notes its children in a table blocks SIGCHLD from before the fork until the number is in the table"
    says "Otherwise the child may end, and the handler may look for it there, before it was noted"
    family noted <<'C'
static volatile pid_t table;
static volatile sig_atomic_t found, missed;
static void on_child(int s)
{
    pid_t p;
    (void)s;
    while ((p = waitpid(-1, NULL, WNOHANG)) > 0)
        p == table ? found++ : missed++;
}
int main(int argc, char **argv)
{
    (void)argv;
    struct sigaction a = { .sa_flags = SA_RESTART };
    a.sa_handler = on_child;
    sigaction(SIGCHLD, &a, NULL);
    sigset_t chld;
    sigemptyset(&chld);
    sigaddset(&chld, SIGCHLD);
    if (argc > 1)
        sigprocmask(SIG_BLOCK, &chld, NULL);
    pid_t p = leaving(0);
    for (char s = 0; s != 'Z' && s != '-'; )
        s = state(p, NULL);
    table = p;
    sigprocmask(SIG_UNBLOCK, &chld, NULL);
    printf("found %d, missed %d\n", (int)found, (int)missed);
}
C
    run_program ./noted
    assert_output 'found 0, missed 1'
    run_program ./noted block
    assert_output 'found 1, missed 0'
}

@test "a blocked signal is blocked in a child and in the program that it becomes, and then its handler is not called" {
    says "the signal mask is inherited, by a child at the fork and by the next program at the exec"
    says "So a child that was forked under a block puts the old mask back before it becomes another program"
    says "Otherwise a handler that the program has for that signal is not called"
    family masked <<'C'
static volatile sig_atomic_t called;
static void on_signal(int s) { (void)s; called = 1; }
int main(int argc, char **argv)
{
    sigset_t chld, before;
    if (argc == 2) {
        signal(SIGCHLD, on_signal);
        raise(SIGCHLD);
        printf("%s: called %d\n", argv[1], (int)called);
        return 0;
    }
    sigemptyset(&chld);
    sigaddset(&chld, SIGCHLD);
    sigprocmask(SIG_BLOCK, &chld, &before);
    for (int i = 0; i < 2; i++) {
        first = child();
        if (first == 0) {
            if (i == 1)
                sigprocmask(SIG_SETMASK, &before, NULL);
            execl(argv[0], argv[0], i == 0 ? "as it was" : "put back", NULL);
        }
        waitpid(first, NULL, 0);
    }
}
C
    run_program ./masked
    assert_output 'as it was: called 0
put back: called 1'
}
