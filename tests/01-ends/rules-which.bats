bats_require_minimum_version 1.13.0
load ../lib/helpers
load rules
# Whom a wait is for: process ids, groups, any child.

@test "a process group is inherited by a child and by a program" {
    says "Every process belongs to a process group, which it inherits"
    family groups <<'C'
int main(int argc, char **argv)
{
    if (argc > 1)
        return getpgrp() == atoi(argv[1]) ? 1 : 2;
    char number[16];
    setpgid(0, 0);
    snprintf(number, sizeof number, "%d", (int)getpgrp());
    int status;
    first = child();
    if (first == 0)
        execl(argv[0], argv[0], number, NULL);
    waitpid(first, &status, 0);
    printf("the same %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 0);
}
C
    run_program ./groups
    assert_output "the same 1"
}

@test "a shell with job control gives each pipeline a group of its own, one without does not" {
    says "An interactive shell puts each pipeline into a group of its own"
    local stage='perl -e "open(F, q(>>groups)); print F getpgrp, qq(\n)"' set group
    for set in -m +m; do
        : > groups
        run_shell "set $set; $stage | $stage; $stage | $stage; $stage & wait; echo \$\$ >> groups"
        assert_success
        mapfile -t group < groups
        assert_equal "${#group[@]}" 6
        assert_equal "${group[0]}" "${group[1]}"
        assert_equal "${group[2]}" "${group[3]}"
        run_shell 'sort -u groups | wc -l'
        if [ "$set" = -m ]; then assert_output 4; else assert_output 1; fi
    done
}

@test "control-C on a terminal reaches all of the foreground group, and no other group" {
    says "Control-C then reaches the whole pipeline in the foreground, and neither the shell nor a job in the background"
    family terminal <<'C'
#include <sys/ioctl.h>
int main(void)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY), p[2];
    if (master == -1 || grantpt(master) == -1 || unlockpt(master) == -1 || pipe(p) == -1)
        err(99, "terminal");
    pid_t shell = child();
    if (shell == 0) {
        setsid();
        int slave = open(ptsname(master), O_RDWR);
        if (slave == -1 || ioctl(slave, TIOCSCTTY, 0) == -1)
            err(98, "%s", ptsname(master));
        signal(SIGINT, SIG_DFL);
        signal(SIGTTOU, SIG_IGN);
        first = staying(), second = staying(), third = staying();
        setpgid(first, first);
        setpgid(second, first);
        setpgid(third, third);
        if (tcsetpgrp(slave, first) == -1)
            err(97, "tcsetpgrp");
        if (write(p[1], "r", 1) != 1)
            err(96, "write");
        int a, b;
        waitpid(first, &a, 0);
        waitpid(second, &b, 0);
        printf("stages: %d %d\n", WTERMSIG(a) == SIGINT, WTERMSIG(b) == SIGINT);
        say("background", waitpid(third, NULL, WNOHANG));
        fflush(stdout);
        _exit(5);
    }
    char byte;
    int status;
    if (read(p[0], &byte, 1) != 1 || write(master, "\003", 1) != 1)
        err(95, "control-C");
    waitpid(shell, &status, 0);
    printf("shell left by itself: %d\n", WIFEXITED(status) && WEXITSTATUS(status) == 5);
}
C
    run_program ./terminal
    assert_output "stages: 1 1
background: 0
shell left by itself: 1"
}

@test "a dead child can be moved to another group, unless it called execve or is in another session" {
    says "Linux permits that even for a dead child, if the child has called no execve(2) and is in our session"
    family moved <<'C'
int main(int argc, char **argv)
{
    if (argc > 1)
        return 0;
    first = leaving(1);
    second = child();
    if (second == 0)
        execl(argv[0], argv[0], "exec", NULL);
    third = child();
    if (third == 0)
        _exit(setsid() == -1);
    await(first, WEXITED), await(second, WEXITED), await(third, WEXITED);
    say("dead", setpgid(first, first));
    say("after execve", setpgid(second, second));
    say("session leader", setpgid(third, getpgrp()));
    int number[2];
    pid_t heir;
    if (pipe(number) == -1 || prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
        err(99, "pipe");
    pid_t leader = child();
    if (leader == 0) {
        setsid();
        heir = leaving(4);
        await(heir, WEXITED);
        (void)!write(number[1], &heir, sizeof heir);
        _exit(0);
    }
    (void)!read(number[0], &heir, sizeof heir);
    waitpid(leader, NULL, 0);
    say("in another session", setpgid(heir, heir));
    printf("adopted: %d\n", waitpid(heir, NULL, 0) == heir);
    say("first moved", waitpid(-first, NULL, WNOHANG));
}
C
    run_program ./moved
    assert_output "dead: 0
after execve: EACCES
session leader: EPERM
in another session: EPERM
adopted: 1
first moved: first"
}

@test "-1 is no group: only waitid can ask for group 1" {
    says "The number -1 is taken, it means any child, so group 1 cannot be named this way (waitid with P_PGID can)"
    family one <<'C'
int main(void)
{
    siginfo_t news = { 0 };
    first = leaving(1);
    setpgid(first, first);
    await(first, WEXITED);
    if (getpgrp() == 1)
        setpgid(0, 0);
    say("waitid for group 1", waitid(P_PGID, 1, &news, WEXITED | WNOHANG));
    say("waitid for its group", (waitid(P_PGID, first, &news, WEXITED | WNOWAIT), news.si_pid));
    say("waitpid for -1", waitpid(-1, NULL, WNOHANG));
}
C
    run_program ./one
    assert_output "waitid for group 1: ECHILD
waitid for its group: first
waitpid for -1: first"
}

@test "-1 takes children of this group, of another and of another session, one per call" {
    says "minus one asks for any child"
    says "Any child, of whatever group, and one per call"
    says "is a child of the caller, whichever it is"
    family any <<'C'
int main(void)
{
    first = child();
    if (first == 0)
        _exit(setsid() == -1);
    second = leaving(0);
    setpgid(second, 0);
    third = leaving(0);
    await(first, WEXITED), await(second, WEXITED), await(third, WEXITED);
    int seen = 0;
    for (int i = 0; i < 3; i++) {
        pid_t got = waitpid(-1, NULL, 0);
        seen |= got == first ? 1 : got == second ? 2 : got == third ? 4 : 8;
        printf("%d\n", (state(first, NULL) == 'Z') + (state(second, NULL) == 'Z')
                           + (state(third, NULL) == 'Z'));
    }
    printf("all three: %d\n", seen == 7);
}
C
    run_program ./any
    assert_output "2
1
0
all three: 1"
}

@test "a child that joins the caller's group during a call is collected by it" {
    says "So a call that sleeps also collects one that has joined the group alive since"
    says "is in the process group that the caller had at the call"
    family joins <<'C'
int main(void)
{
    pid_t me = getpid(), ours = getpgrp();
    int moved[2];
    second = staying();             /* so that the call sleeps */
    if (pipe(moved) == -1)
        err(99, "pipe");
    first = child();
    if (first == 0) {
        setpgid(0, 0);
        (void)!write(moved[1], "", 1);
        until(me, 'S');
        setpgid(0, ours);
        _exit(0);
    }
    char byte;
    (void)!read(moved[0], &byte, 1);
    say("waitpid(0)", waitpid(0, NULL, 0));
}
C
    run_program ./joins
    assert_output "waitpid(0): first"
}

@test "a dead child that is moved into the group wakes nobody, and is found when the call looks again" {
    says "A child's group counts when the call looks: at its start, and each time it wakes"
    says "News of a child that is in the group by then wakes it"
    says "a dead one that is moved in does not wake it"
    family dead_joins <<'C'
static int go[2];
static volatile int returned, woken;
static void *moves(void *unused)
{
    until(getpid(), 'S');           /* main sleeps in its first waitpid */
    if (setpgid(first, getpgrp()) == -1)
        err(99, "setpgid");
    until(getpid(), 'S');           /* there still, or in pthread_join */
    woken = returned;
    close(go[1]);
    return unused;
}
int main(void)
{
    char byte;
    pthread_t mover;
    if (pipe(go) == -1)
        err(99, "pipe");
    first = child();
    if (first == 0)
        _exit(setpgid(0, 0) == -1);
    await(first, WEXITED);
    second = child();
    if (second == 0) {
        close(go[1]);
        _exit((int)read(go[0], &byte, 1));
    }
    if (pthread_create(&mover, NULL, moves, NULL) != 0)
        errx(99, "pthread_create");
    pid_t got = waitpid(0, NULL, 0);
    returned = 1;
    pthread_join(mover, NULL);
    printf("woken by the move: %d\n", woken);
    printf("one: %d\n", got == first || got == second);
    pid_t other = waitpid(0, NULL, 0);
    printf("the other: %d\n", got != other && (other == first || other == second));
    say("no more", waitpid(0, NULL, 0));
}
C
    run_program ./dead_joins
    assert_output "woken by the move: 0
one: 1
the other: 1
no more: ECHILD"
}

@test "the caller's group is the one it had at the call" {
    says "The caller's group is the one it has at the time of the call"
    family frozen <<'C'
int main(void)
{
    int shut[2], go[2];
    char byte;
    pid_t other = staying();                /* leads the other group */
    setpgid(other, other);
    if (pipe(shut) == -1 || pipe(go) == -1)
        err(99, "pipe");
    pid_t caller = child();
    if (caller == 0) {
        first = child();                    /* stays in the caller's first group */
        if (first == 0) {
            close(shut[1]);
            _exit((int)read(shut[0], &byte, 1));
        }
        close(shut[1]);
        second = child();                   /* joins the other group */
        if (second == 0) {
            setpgid(0, other);
            _exit((int)read(go[0], &byte, 1));
        }
        setpgid(second, other);
        say("waitpid(0)", waitpid(0, NULL, 0));
        say("waitpid(0) again", waitpid(0, NULL, 0));
        _exit(0);
    }
    until(caller, 'S');
    if (setpgid(caller, other) == -1 || write(go[1], "", 1) != 1)
        err(99, "setpgid");
    until(caller, 'S');                     /* second is dead, or soon */
    close(shut[1]);
    waitpid(caller, NULL, 0);
}
C
    run_program ./frozen
    assert_output "waitpid(0): first
waitpid(0) again: second"
}

@test "the last child leaves the group and ends, and the call sleeps on" {
    says "A child that leaves the group does not wake it, and if that was the last child in the group, the call sleeps on"
    says "A signal handler then ends it with ECHILD"
    family leaves <<'C'
static volatile sig_atomic_t told;
static void on_signal(int s) { (void)s; told = 1; }
int main(int argc, char **argv)
{
    (void)argv;
    struct sigaction a = { .sa_flags = argc > 1 ? SA_RESTART : 0 };
    int number[2];
    pid_t me = getpid();
    a.sa_handler = on_signal;
    sigaction(SIGUSR1, &a, NULL);
    if (pipe(number) == -1)
        err(99, "pipe");
    second = child();
    if (second == 0) {                      /* looks on from another group */
        setpgid(0, 0);
        if (read(number[0], &first, sizeof first) != sizeof first)
            _exit(99);
        until(first, 'Z');
        until(me, 'S');
        kill(me, SIGUSR1);
        _exit(0);
    }
    setpgid(second, second);
    first = child();
    if (first == 0) {
        until(me, 'S');
        setpgid(0, 0);
        _exit(0);
    }
    (void)!write(number[1], &first, sizeof first);
    pid_t got = waitpid(0, NULL, 0);
    int error = errno;
    printf("woken by the signal: %d\n", (int)told);
    errno = error;
    say("waitpid(0)", got);
    say("first", waitpid(first, NULL, 0));
    say("second", waitpid(second, NULL, 0));
}
C
    local restart
    for restart in '' restart; do
        run_program ./leaves $restart
        assert_output "woken by the signal: 1
waitpid(0): ECHILD
first: first
second: second"
    done
}

@test "a clone child whose end sends no SIGCHLD is in no set without __WALL or __WCLONE" {
    says "is in none of these sets, unless the options have"
    family clones <<'C'
static int leave(void *a) { (void)a; _exit(3); }
int main(void)
{
    static char stack[65536] __attribute__((aligned(16)));
    signal(SIGUSR1, SIG_IGN);
    for (int i = 0; i < 2; i++) {
        first = clone(leave, stack + sizeof stack, i == 0 ? 0 : SIGUSR1, NULL);
        until(first, 'Z');
        say("its number", waitpid(first, NULL, 0));
        say("any", waitpid(-1, NULL, 0));
        say("group", waitpid(0, NULL, 0));
        say("options", waitpid(first, NULL, i == 0 ? __WALL : (int)__WCLONE));
    }
}
C
    run_program ./clones
    assert_output "$(for i in 1 2; do printf 'its number: ECHILD
any: ECHILD
group: ECHILD
options: first
'; done)"
}

@test "children survive an exec, and a wait for any takes one of them" {
    says "execve(2) keeps children, and a program may have one that it did not make"
    says "A dead child that its caller had before the exec would mislead it as well: wait_one would collect that one and report its status"
    says --in B-toolbox "it keeps which signals are ignored and which are blocked; and it keeps children"
    family becomes <<'C'
int main(int argc, char **argv)
{
    if (argc < 2)
        return 99;
    await(leaving(33), WEXITED);
    execv(argv[1], argv + 1);
    err(99, "%s", argv[1]);
}
C
    run_program ./becomes ./wait_one 7
    assert_failure 33
    assert_line --regexp '^parent [0-9]+: collected [0-9]+, exit status 33$'
}

@test "a shell that execs keeps what it has started with &, and our program says so" {
    says --in B-toolbox "A shell that is told sleep 1 & exec ./wait_all becomes a program that has a child and did not make it"
    run_shell 'bash -c "sleep 600 & echo \$! > kept; exec ./wait_all"
        status=$?; kill $(cat kept); exit $status'
    assert_failure
    assert_output ''
    assert_stderr_line "wait_all: I was started with a child, and want none"
}

@test "our programs that take any child start with none, alive or dead, or say so" {
    says --in B-toolbox "So a program of ours that collects whichever child comes insists on having none when it starts"
    family has_one <<'C'
int main(int argc, char **argv)
{
    if (argc < 3)
        return 99;
    if (argv[1][0] == 'd')
        await(leaving(33), WEXITED);
    else
        staying();
    execv(argv[2], argv + 2);
    err(99, "%s", argv[2]);
}
C
    local program how
    for program in wait_all kill_group wait_any wait_poll sigchld; do
        for how in dead live; do
            run_program ./has_one "$how" "./$program"
            assert_failure
            assert_output ''
            assert_stderr_line "$program: I was started with a child, and want none"
        done
    done
    for program in zombie pidfd_wait; do
        run_program ./has_one dead "./$program"
        assert_stderr ''
    done
}

@test "Linux has wait4, but no system call named wait" {
    says "since Linux has no system call named wait"
    printf '#include <sys/syscall.h>\nint number = SYS_wait4;\n' > call.c
    compiles call.c
    sed -i s/SYS_wait4/SYS_wait/ call.c
    compile_fails call.c SYS_wait
}

@test "wait and waitpid(-1) alike take the child of popen and of system, and their status is lost" {
    says "A waitpid(-1) in between can take the child away"
    says "The status 3 is lost to the one who asked for it, and pclose can only report that there is no child"
    family thief <<'C'
int main(void)
{
    for (int way = 0; way < 3; way++) {
        int status = 0;
        FILE *f = popen("exit 3", "r");
        if (way == 1)
            wait(&status);
        if (way == 2)
            waitpid(-1, &status, 0);
        errno = 0;
        int got = pclose(f);
        printf("stolen %d, pclose %d, %d\n", WEXITSTATUS(status),
               got == -1 ? -1 : WEXITSTATUS(got), errno == ECHILD);
    }
}
C
    run_program ./thief
    assert_output "stolen 0, pclose 3, 0
stolen 3, pclose -1, 1
stolen 3, pclose -1, 1"
}

@test "a process that has been collected, a parent, a stranger and a grandchild are no children [W06]" {
    says "A process that asks for a child that it has already collected, or for its own parent, hears ECHILD"
    family strangers <<'C'
int main(void)
{
    siginfo_t news;
    int p[2];
    if (pipe(p) == -1)
        err(99, "pipe");
    first = leaving(0);
    waitpid(first, NULL, 0);
    say("collected", waitpid(first, NULL, WNOHANG));
    say("parent", waitpid(getppid(), NULL, WNOHANG));
    say("myself", waitpid(getpid(), NULL, WNOHANG));
    pid_t between = child();
    if (between == 0) {
        pid_t grandchild = staying();
        (void)!write(p[1], &grandchild, sizeof grandchild);
        pause();
    }
    pid_t grandchild;
    (void)!read(p[0], &grandchild, sizeof grandchild);
    say("grandchild", waitpid(grandchild, NULL, WNOHANG));
    say("by waitid", waitid(P_PID, grandchild, &news, WEXITED | WNOHANG));
    kill(between, SIGKILL);
}
C
    run_program ./strangers
    assert_output "collected: ECHILD
parent: ECHILD
myself: ECHILD
grandchild: ECHILD
by waitid: ECHILD"
}
