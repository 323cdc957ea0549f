bats_require_minimum_version 1.13.0
load ../lib/helpers
load rules

# Who may change what of another process, tried between users, with and without
# capabilities.

# makes_aim: makes ./aim, which lets a process try kill, prlimit and
# process_vm_writev on another one of its kind:
#   aim [TARGET'S USER:GROUP] [CALLER'S USER:GROUP] [WORD]...
# WORDs: undumpable (the target), daemon (the target says nothing of it), CAP_...
# (what the caller keeps). Prints the three results.
makes_aim() {
    makes_trial aim <<'C'
#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/uio.h>
static int victim = 1;
static void become(const char *who, int keep)
{
    unsigned uid, gid;
    if (strcmp(who, "-") == 0)
        return;
    THAT("USER:GROUP", sscanf(who, "%u:%u", &uid, &gid) == 2);
    THAT("keep", prctl(PR_SET_KEEPCAPS, keep >= 0) == 0);
    THAT("groups", syscall(SYS_setgroups, 0, NULL) == 0);
    THAT("become", setresgid(gid, gid, gid) == 0 && setresuid(uid, uid, uid) == 0);
    if (keep >= 0) {
        struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
        struct __user_cap_data_struct data[2] = { { 0, 0, 0 }, { 0, 0, 0 } };
        data[keep / 32].effective = data[keep / 32].permitted = 1U << keep % 32;
        if (syscall(SYS_capset, &head, data) == -1) {
            puts("no such capability");
            exit(0);
        }
    }
}
static void tell(const char *call, long result)
{
    printf("%s %s\n", call, result == -1 ? strerrorname_np(errno) : "ok");
}
int main(int argc, char *argv[])
{
    const char *target = argc > 1 ? argv[1] : "-", *caller = argc > 2 ? argv[2] : "-";
    const char *word = argc > 3 ? argv[3] : "";
    int keep = strcmp(word, "CAP_KILL") == 0 ? CAP_KILL
             : strcmp(word, "CAP_SYS_RESOURCE") == 0 ? CAP_SYS_RESOURCE
             : strcmp(word, "CAP_SYS_PTRACE") == 0 ? CAP_SYS_PTRACE : -1;
    int ready[2], end[2];
    char byte;
    THAT("pipes", pipe2(ready, O_CLOEXEC) == 0 && pipe2(end, O_CLOEXEC) == 0);
    pid_t child = forked();
    if (child == 0) {
        close(end[1]);
        signal(SIGUSR1, SIG_IGN);
        become(target, -1);
        THAT("dumpable", strcmp(word, "daemon") == 0 || prctl(PR_SET_DUMPABLE, strcmp(word, "undumpable") != 0) == 0);
        prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
        THAT("ready", write(ready[1], "", 1) == 1);
        _exit(read(end[0], &byte, 1) == 0 ? 0 : 1);
    }
    THAT("ready", read(ready[0], &byte, 1) == 1);
    become(caller, keep);
    struct rlimit few = { 42, 42 };
    int value = 42;
    struct iovec here = { &value, sizeof value }, there = { &victim, sizeof victim };
    tell("kill", kill(child, SIGUSR1));
    tell("prlimit", prlimit(child, RLIMIT_NOFILE, &few, NULL));
    tell("writev", process_vm_writev(child, &here, 1, &there, 1, 0));
    close(end[1]);
    collect(child);
    return fflush(stdout);
}
C
}

# aims KILL PRLIMIT WRITEV ARGUMENT...: what ./aim prints with ARGUMENTs.
aims() {
    run_program ./aim "${@:4}"
    assert_success
    if [ "$output" = 'no such capability' ]; then return; fi
    assert_output "kill $1
prlimit $2
writev $3"
}

# one_user: skips where one process of a user may not write into another.
one_user() {
    as_nobody run_program ./aim
    assert_success
    if [[ $output != *'writev ok'* ]]; then skip "needs process_vm_writev"; fi
}

@test "a process of the same user and group can do all three" {
    says "A process of the same user can send a signal, if it sees the target"
    makes_aim
    one_user
    as_nobody run_program ./aim
    assert_output 'kill ok
prlimit ok
writev ok'
}

@test "an undumpable one of the same user can be sent signals and limits, not written into" {
    says "Against its own user, unless that one has the capability, a process can bolt the last of these doors until its next exec, with prctl and PR_SET_DUMPABLE"
    says "The other two stay open"
    makes_aim
    one_user
    as_nobody run_program ./aim - - undumpable
    assert_success
    assert_output 'kill ok
prlimit ok
writev EPERM'
}

@test "root has the capability, and writes into an undumpable one all the same" {
    says "unless that one has the capability"
    needs root
    makes_aim
    one_user
    run_program ./aim - - undumpable
    assert_success
    assert_line 'writev ok'
}

@test "one that has given up root is bolted by the kernel" {
    says "The kernel ordinarily bolts it by itself when the effective user or group changes, as in a daemon that gives up root"
    says "is not protected, by Yama, by itself or by the kernel"
    needs root
    makes_aim
    if [ "$(cat /proc/sys/fs/suid_dumpable)" = 1 ]; then skip "needs a kernel that protects, fs.suid_dumpable"; fi
    one_user
    aims ok ok EPERM 65534:65534 65534:65534 daemon
    aims ok ok ok 65534:65534 65534:65534
}

@test "what is not in sight is not reached, and a capability counts in its user namespace" {
    says "A process of the same user can send a signal, if it sees the target, which a container can hide"
    says "unless the caller has the capability CAP_KILL, CAP_SYS_RESOURCE or CAP_SYS_PTRACE in the target's user namespace"
    needs root
    needs namespaces
    as_nobody run_program unshare --user --uts true
    # shellcheck disable=SC2154 # run sets it
    if [ "$status" != 0 ]; then skip "needs namespaces"; fi
    tries <<'C'
#include <sys/syscall.h>
#include <sys/uio.h>
int main(void)
{
    int end[2], value = 42;
    char byte;
    struct iovec here = { &value, sizeof value };
    struct rlimit few = { 42, 42 };
    THAT("pipe2", pipe2(end, O_CLOEXEC) == 0);
    pid_t target = forked();
    if (target == 0) {
        close(end[1]);
        _exit(read(end[0], &byte, 1) == 0 ? 0 : 1);
    }
    pid_t caller = forked();
    if (caller == 0) {
        THAT("become", setresgid(65534, 65534, 65534) == 0 && setresuid(65534, 65534, 65534) == 0);
        THAT("unshare", unshare(CLONE_NEWUSER) == 0);
        THAT("all capabilities here", unshare(CLONE_NEWUTS) == 0);
        THAT("kill", kill(target, SIGKILL) == -1 && errno == EPERM);
        THAT("prlimit", prlimit(target, RLIMIT_NOFILE, &few, NULL) == -1 && errno == EPERM);
        THAT("write", process_vm_writev(target, &here, 1, &here, 1, 0) == -1 && errno == EPERM);
        _exit(0);
    }
    collect(caller);
    caller = forked();
    if (caller == 0) {
        THAT("unshare", unshare(CLONE_NEWPID) == 0);
        pid_t inside = forked();
        if (inside == 0)
            _exit(kill(target, 0) == -1 && errno == ESRCH ? 0 : 1);
        collect(inside);
        _exit(kill(target, 0) == 0 ? 0 : 1);
    }
    collect(caller);
    close(end[1]);
    collect(target);
    return 0;
}
C
}

@test "with another group a signal goes, a limit and a store do not" {
    says "It can change a limit, if besides that real, effective and saved user and group of the target are its own"
    says "The kernel asks at least for the same user and group, or for the right to debug"
    needs root
    makes_aim
    aims ok EPERM EPERM 65534:65534 65534:65533
    aims ok EPERM EPERM 65534:65533 65534:65534
}

@test "a target with capabilities that the writer lacks is not written into, though it is the same user's" {
    says "It can write into the memory, if besides that the target is not protected, by Yama, by itself or by the kernel, and has no rights that the writer lacks"
    needs root
    makes_aim
    run_program ./aim - 0:0 CAP_KILL
    assert_success
    assert_output 'kill ok
prlimit ok
writev EPERM'
}

@test "strangers are refused all three, a capability each opens one" {
    says "The kernel keeps strangers apart: on the process of another user, kill, prlimit and process_vm_writev fail with EPERM, unless the caller has the capability CAP_KILL, CAP_SYS_RESOURCE or CAP_SYS_PTRACE in the target's user namespace"
    needs root
    makes_aim
    aims EPERM EPERM EPERM 65534:65534 65533:65533
    aims ok EPERM EPERM 65534:65534 65533:65533 CAP_KILL
    aims EPERM ok EPERM 65534:65534 65533:65533 CAP_SYS_RESOURCE
    run_program ./aim 65534:65534 65533:65533 CAP_SYS_PTRACE
    assert_line 'kill EPERM'
    assert_line 'prlimit EPERM'
    # Yama's highest level refuses even this
    assert_line --regexp '^writev (ok|EPERM)$'
    run_program ./aim
    if [[ $output == *'writev ok'* ]]; then
        aims EPERM EPERM ok 65534:65534 65533:65533 CAP_SYS_PTRACE
    fi
}

@test "a set-user-ID program is in reach of who started it, and SIGCONT of its session" {
    says "goes by the target's real or saved user, so a set-user-ID program can be reached by who started it, and SIGCONT reaches any process of the same session"
    needs root
    tries <<'C'
int main(void)
{
    for (int apart = 0; apart < 2; apart++)
        for (int real = 0; real < 2; real++) {
            int ready[2], end[2];
            char byte;
            THAT("pipes", pipe2(ready, O_CLOEXEC) == 0 && pipe2(end, O_CLOEXEC) == 0);
            pid_t target = forked();
            if (target == 0) {
                close(end[1]);
                signal(SIGUSR1, SIG_IGN);
                THAT("apart", !apart || setsid() != -1);
                THAT("become", !real || setresuid(65534, 0, 0) == 0);
                THAT("ready", write(ready[1], "", 1) == 1);
                _exit(read(end[0], &byte, 1) == 0 ? 0 : 1);
            }
            THAT("ready", read(ready[0], &byte, 1) == 1);
            pid_t sender = forked();
            if (sender == 0) {
                THAT("become", setresuid(65534, 65534, 65534) == 0);
                THAT("SIGUSR1", (kill(target, SIGUSR1) == 0) == (real == 1));
                THAT("SIGCONT", (kill(target, SIGCONT) == 0) == (real == 1 || !apart));
                _exit(0);
            }
            collect(sender);
            close(end[1]);
            collect(target);
        }
    return 0;
}
C
}

@test "a process is dumpable again after an exec" {
    says "can bolt the last of these doors until its next exec, with prctl and PR_SET_DUMPABLE"
    tries <<'C'
int main(int argc, char *argv[])
{
    if (argc == 2) {
        THAT("dumpable again", prctl(PR_GET_DUMPABLE) == 1);
        return 0;
    }
    int self = open("/proc/self/exe", O_RDONLY);
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", self);
    THAT("not", self != -1 && prctl(PR_SET_DUMPABLE, 0) == 0 && prctl(PR_GET_DUMPABLE) == 0);
    fexecve(self, (char *[]){ argv[0], path, NULL }, (char *[]){ NULL });
    return 1;
}
C
}

@test "the soft limit of processor time is a signal, the hard one the end" {
    says "Of processor time the soft one sends SIGXCPU, and the hard one kills"
    tries <<'C'
static int seen[2];
static void tell(int n)
{
    if (write(seen[1], &n, sizeof n) == -1)
        _exit(1);
}
int main(void)
{
    int status, n;
    THAT("pipe2", pipe2(seen, O_CLOEXEC) == 0);
    pid_t child = forked();
    if (child == 0) {
        struct rlimit limit = { 1, 2 };
        signal(SIGXCPU, tell);
        THAT("limit", setrlimit(RLIMIT_CPU, &limit) == 0);
        for (;;)
            ;
    }
    THAT("the soft one", read(seen[0], &n, sizeof n) == sizeof n && n == SIGXCPU);
    THAT("waitpid", waitpid(child, &status, 0) == child);
    THAT("the hard one", WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    return 0;
}
C
}

@test "the end of file comes also when the parent dies, and then another is the parent" {
    says "but it comes also when the parent dies"
    says "aim at whoever has adopted it"
    tries <<'C'
int main(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    pid_t parent = forked();
    if (parent == 0) {
        int go[2];
        char byte;
        const pid_t me = getpid(), above = getppid();
        THAT("pipe2", pipe2(go, O_CLOEXEC) == 0);
        if (forked() == 0) {
            close(go[1]);
            THAT("the end of file", read(go[0], &byte, 1) == 0);
            while (getppid() == me)             /* the descriptors go first */
                ;
            _exit(getppid() == above ? 0 : 1);
        }
        raise(SIGKILL);
    }
    int status;
    THAT("killed", waitpid(parent, &status, 0) == parent && WIFSIGNALED(status));
    THAT("the orphan", wait(&status) > 0 && status == 0);
    return 0;
}
C
}

@test "the child of influence does nothing to anybody when its parent has died" {
    says "So it waits for the byte, and takes its parent's number from before the fork"
    inject prctl:signal=TERM:when=1 ./influence
    assert_killed SIGTERM
    refute_call '^[0-9]+ +(kill|prlimit64|process_vm_writev)\('
    traced kill,prlimit64,process_vm_writev,prctl,getppid ./influence
    assert_success
    refute_call 'getppid'
}

@test "what a child does to its copies its parent does not notice, nor the other way round" {
    says "That is true of what the fork copies: ordinary memory, the working directory, the file mode mask, the environment"
    says "what one process does to its own copies does not concern the others"
    tries <<'C'
static int number = 1;
static void all_are(const char *word, const char *dir, mode_t mask, int n)
{
    char cwd[4096];
    mode_t now = umask(0);
    umask(now);
    THAT("memory", number == n);
    THAT("umask", now == mask);
    THAT("directory", strcmp(getcwd(cwd, sizeof cwd), dir) == 0);
    THAT("environment", strcmp(getenv("WORD"), word) == 0);
}
static void change(const char *word, const char *dir, mode_t mask, int n)
{
    THAT("change", setenv("WORD", word, 1) == 0 && chdir(dir) == 0);
    umask(mask);
    number = n;
}
int main(void)
{
    int go[2];
    char byte;
    THAT("pipe2", pipe2(go, O_CLOEXEC) == 0);
    change("begin", "/", 027, 7);
    pid_t child = forked();
    if (child == 0) {
        close(go[1]);
        THAT("go", read(go[0], &byte, 1) == 0);
        all_are("begin", "/", 027, 7);
        change("child", "/proc", 0, 8);
        all_are("child", "/proc", 0, 8);
        _exit(0);
    }
    change("parent", "/dev", 077, 9);
    close(go[1]);
    collect(child);
    all_are("parent", "/dev", 077, 9);
    return 0;
}
C
}

@test "a name is gone for all, the file stays for those who have it open" {
    says "a name that one removes is gone for all"
    tries <<'C'
int main(void)
{
    int fd = open("f", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    char text[8];
    THAT("write", write(fd, "hello", 5) == 5);
    pid_t child = forked();
    if (child == 0)
        _exit(unlink("f"));
    collect(child);
    THAT("the name", open("f", O_RDONLY | O_CLOEXEC) == -1 && errno == ENOENT);
    THAT("the file", pread(fd, text, sizeof text, 0) == 5);
    return 0;
}
C
}

@test "a lock stops those who ask for it, and no others" {
    says "a lock makes those wait who ask for it"
    tries <<'C'
#include <sys/file.h>
int main(void)
{
    int fd = open("f", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    THAT("lock", flock(fd, LOCK_EX) == 0);
    pid_t child = forked();
    if (child == 0) {
        int own = open("f", O_RDWR | O_CLOEXEC);
        THAT("who asks", flock(own, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK);
        _exit(write(own, "x", 1) == 1 ? 0 : 1);
    }
    collect(child);
    child = forked();
    if (child == 0) {
        int own = open("f", O_RDWR | O_CLOEXEC);
        close(fd);
        _exit(flock(own, LOCK_EX));
    }
    asleep(child);
    THAT("unlock", flock(fd, LOCK_UN) == 0);
    collect(child);
    return 0;
}
C
}

@test "what one process uses of its user's limit is missing for the next" {
    says "and what one process uses up of a user's limits is missing for the next"
    needs root
    tries <<'C'
int main(void)
{
    const unsigned nobody_else = 64321;         /* a user without processes */
    const struct rlimit two = { 2, 2 };
    int go[2];
    char byte;
    THAT("pipe2", pipe2(go, O_CLOEXEC) == 0);
    pid_t first = forked();
    if (first == 0) {
        close(go[1]);
        THAT("become", setresgid(nobody_else, nobody_else, nobody_else) == 0
             && setresuid(nobody_else, nobody_else, nobody_else) == 0);
        _exit(read(go[0], &byte, 1) == 0 ? 0 : 1);
    }
    pid_t second = forked();
    if (second == 0) {
        close(go[1]);
        THAT("become", setrlimit(RLIMIT_NPROC, &two) == 0
             && setresgid(nobody_else, nobody_else, nobody_else) == 0);
        asleep(first);
        THAT("become", setresuid(nobody_else, nobody_else, nobody_else) == 0);
        THAT("the second of two may not fork", fork() == -1 && errno == EAGAIN);
        _exit(0);
    }
    collect(second);
    close(go[1]);
    collect(first);
    return 0;
}
C
}
