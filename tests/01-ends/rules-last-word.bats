bats_require_minimum_version 1.13.0
load ../lib/helpers
load rules
# What the chapter says of the last word: who has it, what is in it, what is cut off.

@test "what parent and child store after the fork, the other does not see" {
    says "what one of them stores in a variable after they have parted does not show up in the other"
    family copies <<'C'
int global = 1;
int main(void)
{
    int *heap = malloc(sizeof *heap), gate[2];
    *heap = 1;
    if (pipe(gate) == -1)
        err(99, "pipe");
    pid_t p = child();
    char byte;
    if (p == 0) {
        close(gate[1]);
        if (read(gate[0], &byte, 1) != 0)
            _exit(99);
        int seen = global * 10 + *heap;
        global = *heap = 5;
        _exit(seen);
    }
    global = *heap = 3;
    close(gate[1]);
    int status;
    waitpid(p, &status, 0);
    printf("child saw %d, parent has %d%d\n", WEXITSTATUS(status), global, *heap);
}
C
    run_program ./copies
    assert_output "child saw 11, parent has 33"
}

@test "exit in a child writes its parent's buffered text a second time, _exit does not" {
    says "a child has those buffers as copies: its parent is going to write the same text"
    family buffers <<'C'
int main(int argc, char **argv)
{
    (void)argv;
    setvbuf(stdout, NULL, _IOFBF, 4096);
    printf("x");
    pid_t p = fork();
    if (p == 0 && argc > 1)
        exit(0);
    if (p == 0)
        _exit(0);
    waitpid(p, NULL, 0);
    printf("y\n");
}
C
    run_program ./buffers
    assert_output xy
    run_program ./buffers exit
    assert_output xxy
}

@test "a process is in the same state in whichever call it sleeps" {
    says "The letter does not tell in which call a process sleeps"
    says "For the child every sleep of its parent looks alike, and printing into a full pipe is one"
    family sleepers <<'C'
int main(void)
{
    int p[2];
    char byte = 0;
    for (int way = 0; way < 5; way++) {
        if (pipe(p) == -1)
            err(99, "pipe");
        first = child();
        if (first == 0) {
            pid_t nobody;
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            switch (way) {
            case 0: pause(); break;
            case 1: (void)!read(p[0], &byte, 1); break;
            case 2: poll(NULL, 0, -1); break;
            case 3: for (;;) (void)!write(p[1], &byte, 1);
            case 4: nobody = staying(); waitpid(nobody, NULL, 0); break;
            }
            _exit(0);
        }
        until(first, 'S');
        kill(first, SIGKILL);
        waitpid(first, NULL, 0);
        printf("%d sleeps\n", way);
    }
}
C
    run_program ./sleepers
    assert_success
    assert_equal "${#lines[@]}" 5
}

@test "WIFEXITED is true of exit, _exit, a return from main and the last thread's end, and of no signal" {
    says "says whether the child left by itself, as by exit, by _exit or by returning from main, and was not killed by a signal"
    family ways <<'C'
static void *leave(void *a) { pthread_exit(a); }
int main(int argc, char **argv)
{
    if (argc > 1)
        return 4;
    for (int way = 0; way < 7; way++) {
        first = child();
        pthread_t t;
        if (first == 0)
            switch (way) {
            case 0: exit(4);
            case 1: _exit(4);
            case 2: execl(argv[0], argv[0], "return", NULL); break;
            case 3: pthread_create(&t, NULL, leave, NULL); pthread_exit(NULL);
            case 4: signal(SIGABRT, SIG_DFL); abort();
            case 5: signal(SIGTERM, SIG_DFL); raise(SIGTERM); break;
            case 6: raise(SIGKILL);
            }
        int status;
        waitpid(first, &status, 0);
        printf("%d", !!WIFEXITED(status));
    }
    puts("");
}
C
    run_program ./ways
    assert_output 1111000
}

@test "timeout passes the exit status on, unless the time is up" {
    says "A program that runs another one for its caller passes that last word on as its own, as timeout(1) does if the time is not up first"
    run_program timeout 600 sh -c 'exit 7'
    assert_failure 7
    run_program timeout 0.01 perl -e '$SIG{TERM} = sub { exit 7 }; sleep 600'
    assert_failure 124
}

@test "WEXITSTATUS of a child that a signal has killed is 0, whichever signal, and of any other word it is a number, too" {
    says "For a child that was killed by a signal that number is 0, which looks like success"
    says "An exit status is what WEXITSTATUS makes of it, the low eight bits of what the child said, and it is there only if WIFEXITED is true"
    says "first WIFEXITED, then WEXITSTATUS, and expect 8 bits"
    family killed <<'C'
int main(void)
{
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
    int killed = 0, status;
    for (int s = 1; s <= SIGRTMAX; s++) {
        if (s == 32 || s == 33 || s == SIGCHLD || s == SIGCONT || s == SIGURG
            || s == SIGWINCH || s == SIGSTOP || s == SIGTSTP || s == SIGTTIN
            || s == SIGTTOU)
            continue;
        first = child();
        if (first == 0) {
            sigset_t none;
            sigemptyset(&none);
            signal(s, SIG_DFL);
            sigprocmask(SIG_SETMASK, &none, NULL);
            raise(s);
            _exit(9);
        }
        waitpid(first, &status, 0);
        killed += WIFSIGNALED(status) && WTERMSIG(status) == s;
        if (WIFEXITED(status) || WEXITSTATUS(status) != 0)
            printf("signal %d: %d\n", s, WEXITSTATUS(status));
    }
    first = staying();
    kill(first, SIGSTOP);
    waitpid(first, &status, WUNTRACED);
    printf("more than 50: %d, of a stopped one: %d\n", killed > 50,
           WEXITSTATUS(status) == SIGSTOP);
    kill(first, SIGKILL);
}
C
    run_program ./killed
    assert_output "more than 50: 1, of a stopped one: 1"
}

@test "of what a child leaves with, main's return and exit included, eight bits arrive" {
    says "But the plan explains what happened to the 300 of []: eight bits are there for an exit status, and 300 is 44 beyond 256"
    says "So _exit(256) looks like success"
    family eight <<'C'
int main(int argc, char **argv)
{
    if (argc > 1)
        return atoi(argv[1]);
    const char *words[] = { "300", "256", "-256", "511" };
    for (int i = 0; i < 4; i++)
        for (int way = 0; way < 3; way++) {
            int status;
            first = child();
            if (first == 0 && way == 0)
                execl(argv[0], argv[0], words[i], NULL);
            if (first == 0 && way == 1)
                exit(atoi(words[i]));
            if (first == 0)
                _exit(atoi(words[i]));
            waitpid(first, &status, 0);
            printf("%s%d", way ? " " : "", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
            if (way == 2)
                puts("");
        }
}
C
    run_program ./eight
    assert_output "44 44 44
0 0 0
0 0 0
255 255 255"
}

@test "the whole status word is 7 for signal 7 and not for exit status 7" {
    says "Comparing the whole word with 7 does not find a child that left with 7, whose word is 0x0700"
    says "It finds one that signal 7 has killed without a core"
    family seven <<'C'
int main(void)
{
    int status;
    waitpid(leaving(7), &status, 0);
    printf("left %d %#x\n", status == 7, (unsigned)status);
    first = child();
    if (first == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
        prctl(PR_SET_DUMPABLE, 0);
        signal(7, SIG_DFL);
        raise(7);
    }
    waitpid(first, &status, 0);
    printf("killed %d\n", status == 7);
}
C
    run_program ./seven
    assert_output "left 0 0x700
killed 1"
}

@test "with a core the word of a killed child has one bit more" {
    says "It finds one that signal 7 has killed without a core"
    family dumped <<'C'
int main(void)
{
    int status;
    first = child();
    if (first == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){ RLIM_INFINITY, RLIM_INFINITY });
        signal(7, SIG_DFL);
        raise(7);
    }
    waitpid(first, &status, 0);
    printf("%d %d\n", WCOREDUMP(status) != 0, status == (WCOREDUMP(status) ? 0x87 : 7));
}
C
    mkdir dump && cd dump
    run ../dumped               # the machine may keep no core, and then the word is 7
    assert_output --regexp '^[01] 1$'
    [ ! -e core ] || assert_output "1 1"
}

@test "a real-time signal has no abbreviation" {
    says "For a real-time signal it returns a null pointer"
    family abbreviation <<'C'
int main(void)
{
    int named = 0, null = 0;
    for (int s = 1; s < 32; s++)
        named += sigabbrev_np(s) != NULL;
    for (int s = SIGRTMIN; s <= SIGRTMAX; s++)
        null += sigabbrev_np(s) == NULL;
    printf("%d of 31, %d\n", named, null == SIGRTMAX - SIGRTMIN + 1);
}
C
    run_program ./abbreviation
    assert_output "31 of 31, 1"
}

@test "neither waitid nor the signal's own structure has more than eight bits of the number [W19]" {
    says "Linux cuts the number when the child ends, before anybody asks, so of 0x1234 there is only 0x34 left to report"
    family cut <<'C'
static volatile sig_atomic_t told;
static void on_child(int s, siginfo_t *i, void *c)
{
    (void)s, (void)c;
    told = i->si_status;
}
int main(void)
{
    struct sigaction a = { .sa_flags = SA_SIGINFO | SA_RESTART };
    a.sa_sigaction = on_child;
    sigaction(SIGCHLD, &a, NULL);
    siginfo_t news;
    pid_t p = leaving(0x1234);
    while (waitid(P_PID, p, &news, WEXITED) == -1)
        ;
    printf("%#x %#x\n", (unsigned)news.si_status, (unsigned)told);
}
C
    run_program ./cut
    assert_output "0x34 0x34"
}

@test "waitid without news returns 0 and clears si_pid, whatever was in it" {
    says "Its result is 0 whether there is news or not"
    says "A program that asks with WNOHANG has to look at si_pid, which is 0 when there is none"
    says "Linux writes that 0"
    family cleared <<'C'
int main(void)
{
    siginfo_t news;
    memset(&news, 0x55, sizeof news);
    first = staying();
    say("no news", waitid(P_PID, first, &news, WEXITED | WNOHANG));
    printf("si_pid %d\n", (int)news.si_pid);
    kill(first, SIGKILL);
    await(first, WEXITED);
    say("news", waitid(P_PID, first, &news, WEXITED | WNOHANG));
    say("si_pid", news.si_pid);
}
C
    run_program ./cleared
    assert_output "no news: 0
si_pid 0
news: 0
si_pid: first"
}

@test "waitid looks at one child and at one kind of news, and may leave it" {
    says "P_PID selects one child, WEXITED the kind of news"
    says "There is a call that can wait for a death without collecting it: waitid(2), with an option WNOWAIT that says look, but leave it there"
    family kinds <<'C'
int main(void)
{
    siginfo_t news = { 0 };
    first = leaving(1), second = staying();
    await(first, WEXITED);
    kill(second, SIGSTOP);
    await(second, WSTOPPED);
    say("second, exited", (waitid(P_PID, second, &news, WEXITED | WNOHANG), news.si_pid));
    say("second, stopped", (waitid(P_PID, second, &news, WSTOPPED | WNOHANG), news.si_pid));
    say("first, stopped", (waitid(P_PID, first, &news, WSTOPPED | WNOHANG), news.si_pid));
    say("first, left", (waitid(P_PID, first, &news, WEXITED | WNOWAIT), news.si_pid));
    say("first, taken", (waitid(P_PID, first, &news, WEXITED), news.si_pid));
    say("first, gone", waitid(P_PID, first, &news, WEXITED));
    kill(second, SIGKILL);
}
C
    run_program ./kinds
    assert_output "second, exited: 0
second, stopped: second
first, stopped: 0
first, left: first
first, taken: first
first, gone: ECHILD"
}

@test "a shell without job control starts what stands before a & with SIGQUIT ignored" {
    says "a shell without job control starts what stands before a & with SIGQUIT ignored"
    # shellcheck disable=SC2016 # the inner shell expands it
    local look='printf "$((0x$(sed -n "s/^SigIgn:[^0-9a-f]*//p" "/proc/$$/status") >> 2 & 1))"'
    run_shell "sh -c '$look' & wait; sh -c '$look'; set -m; sh -c '$look' & wait"
    assert_output 100
}

@test "a shell tells both kinds of end in one number, a parent tells them apart" {
    says "it gives the exit status of a command that left, and 128 plus the number of the signal for one that was killed"
    says "So 137 is 128 + 9, a SIGKILL, as from the kernel when memory runs out; 139 is SIGSEGV, 143 is SIGTERM, and 141 is SIGPIPE"
    says "A command that left with 137 by itself looks the same there, and not to a parent that reads the status word"
    local shell signal
    for shell in sh bash; do
        for signal in KILL SEGV TERM PIPE; do
            run_program "$shell" -c "ulimit -c 0; sh -c 'kill -$signal \$\$'; echo \$?; sh -c 'exit \$1' sh \$?"
            case $signal in
            KILL) assert_output 137 ;; SEGV) assert_output 139 ;;
            TERM) assert_output 143 ;; PIPE) assert_output 141 ;;
            esac
        done
        run_program "$shell" -c 'sh -c "exit 137"; echo $?'
        assert_output 137
    done
    family apart <<'C'
int main(void)
{
    int left, killed;
    waitpid(leaving(137), &left, 0);
    first = staying();
    kill(first, SIGKILL);
    waitpid(first, &killed, 0);
    printf("%d %d\n", left == killed, WIFEXITED(left) && WIFSIGNALED(killed));
}
C
    run_program ./apart
    assert_output '0 1'
}
