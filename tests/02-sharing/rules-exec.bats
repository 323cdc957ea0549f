bats_require_minimum_version 1.13.0
load ../lib/helpers
load rules

# What is said of an exec, tried with programs that are not the book's.

@test "handlers go, what is ignored, blocked or pending stays, for every signal" {
    says "such a signal has its default action again"
    says "a signal that was ignored is still ignored, a blocked one is still blocked, and one that was pending for the process still is"
    says "mask of blocked signals | a copy | the same"
    says "pending signals of the process | none | the same, less those of POSIX timers"
    says "ignored signal | a copy | ignored"
    says "handler of a signal | a copy | gone: the default"
    tries <<'C'
enum { LAST = 31 };
static void handler(int n) { (void)n; }
static bool ours(int n)
{
    return n != SIGKILL && n != SIGSTOP;
}
static void is(const char *what, int n, void (*wanted)(int), bool blocked)
{
    struct sigaction now;
    sigset_t mask, waiting;
    sigprocmask(SIG_SETMASK, NULL, &mask), sigpending(&waiting);
    THAT(what, sigaction(n, NULL, &now) == 0 && now.sa_handler == wanted);
    THAT(what, sigismember(&mask, n) == blocked && sigismember(&waiting, n) == blocked);
}
int main(int argc, char *argv[])
{
    if (argc == 2) {                    /* after the exec */
        int n = atoi(argv[1]);
        is("the ignored one is ignored", n, SIG_IGN, false);
        int handled = n == SIGHUP ? SIGINT : SIGHUP, third = n == SIGUSR1 ? SIGUSR2 : SIGUSR1;
        is("the handled one is back to default, and pending as before", handled, SIG_DFL, true);
        is("the blocked one is blocked and pending", third, SIG_DFL, true);
        return 0;
    }
    for (int n = 1; n <= LAST; n++) {
        if (!ours(n))
            continue;
        pid_t child = forked();
        if (child == 0) {
            int handled = n == SIGHUP ? SIGINT : SIGHUP, third = n == SIGUSR1 ? SIGUSR2 : SIGUSR1;
            char number[8];
            sigset_t mask;
            sigemptyset(&mask), sigaddset(&mask, handled), sigaddset(&mask, third);
            sigprocmask(SIG_SETMASK, &mask, NULL);
            signal(n, SIG_IGN), signal(handled, handler);
            raise(handled), raise(third);
            pid_t grandchild = forked();        /* a fork copies all but what is pending */
            if (grandchild == 0) {
                sigset_t now, waiting;
                struct sigaction was;
                sigprocmask(SIG_SETMASK, NULL, &now), sigpending(&waiting);
                THAT("the mask is copied", sigismember(&now, handled) && sigismember(&now, third));
                THAT("nothing is pending", !sigismember(&waiting, handled) && !sigismember(&waiting, third));
                THAT("handlers are copied", sigaction(handled, NULL, &was) == 0 && was.sa_handler == handler);
                THAT("what is ignored is copied", sigaction(n, NULL, &was) == 0 && was.sa_handler == SIG_IGN);
                _exit(0);
            }
            if (n == SIGCHLD)
                waitpid(grandchild, NULL, 0);
            else
                collect(grandchild);
            snprintf(number, sizeof number, "%d", n);
            execl("/proc/self/exe", argv[0], number, (char *)NULL);
            _exit(1);
        }
        collect(child);
    }
    return 0;
}
C
}

@test "a program that was not told: its handler is not called, SIGTERM does not end it" {
    says "There a handler is not called, or a SIGTERM does not end the process"
    run_shell "env --block-signal=USR1 perl -e '\$SIG{USR1} = sub { print qq(called\n) }; kill USR1 => \$\$; print qq(end\n)'"
    assert_output 'end'
    run_shell "perl -e '\$SIG{USR1} = sub { print qq(called\n) }; kill USR1 => \$\$; print qq(end\n)'"
    assert_output 'called
end'
    run_shell "env --ignore-signal=TERM perl -e 'kill TERM => \$\$; print qq(alive\n)'"
    assert_output 'alive'
    run_program perl -e 'kill TERM => $$; print qq(alive\n)'
    assert_killed SIGTERM
}

@test "posix_spawn puts back mask and dispositions where it is asked to" {
    says "So put back the mask and the dispositions between fork and execve, as posix_spawn(3) can do for you"
    tries <<'C'
#include <spawn.h>
int main(int argc, char *argv[])
{
    sigset_t mask;
    struct sigaction now;
    if (argc == 2) {
        sigprocmask(SIG_SETMASK, NULL, &mask);
        sigaction(SIGTERM, NULL, &now);
        return sigismember(&mask, SIGUSR1) * 2 + (now.sa_handler == SIG_IGN);
    }
    char *words[] = { argv[0], "spawned", NULL }, *none[] = { NULL };
    posix_spawnattr_t how;
    pid_t child;
    int status;
    sigemptyset(&mask), sigaddset(&mask, SIGUSR1), sigprocmask(SIG_SETMASK, &mask, NULL);
    signal(SIGTERM, SIG_IGN);
    THAT("spawn", posix_spawn(&child, "/proc/self/exe", NULL, NULL, words, none) == 0
         && waitpid(child, &status, 0) == child);
    THAT("unasked, both are handed down", WIFEXITED(status) && WEXITSTATUS(status) == 3);
    posix_spawnattr_init(&how);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    sigemptyset(&mask), posix_spawnattr_setsigmask(&how, &mask);
    sigaddset(&mask, SIGTERM), posix_spawnattr_setsigdefault(&how, &mask);
    THAT("spawn", posix_spawn(&child, "/proc/self/exe", NULL, &how, words, none) == 0
         && waitpid(child, &status, 0) == child);
    THAT("asked, neither is", status == 0);
    return 0;
}
C
}

@test "process, descriptors, directory, mask, arguments and environment stay, memory goes" {
    says "The process is the same and so are its descriptors, except for the marked one"
    says "the old memory is thrown away whole"
    says "Arguments do, and the environment: execve copies both"
    says "working directory, umask | a copy | the same"
    says "process id | a new one | the same"
    says "descriptor table | a copy | the same, less what is close-on-exec"
    says "offset and status flags | shared | the same"
    tries <<'C'
static int variable = 1;
int main(int argc, char *argv[])
{
    char cwd[4096];
    if (argc > 1) {
        THAT("the process", atoi(argv[1]) == getpid());
        THAT("a variable is new", variable == 1);
        for (int fd = 3; fd < 200; fd++)
            THAT("each third descriptor was marked", (fcntl(fd, F_GETFD) == -1) == (fd % 3 == 0));
        THAT("the offset", lseek(4, 0, SEEK_CUR) == 7);
        THAT("a status flag", fcntl(4, F_GETFL) & O_APPEND);
        THAT("the directory", strcmp(getcwd(cwd, sizeof cwd), "/") == 0);
        THAT("the mask", umask(0) == 0123);
        THAT("arguments", argc == 3 && strcmp(argv[2], "b c") == 0);
        THAT("environment", strcmp(getenv("WORD"), "hello") == 0 && getenv("HOME") == NULL);
        return 0;
    }
    int fd = open("f", O_RDWR | O_CREAT | O_APPEND, 0600);
    THAT("open", fd == 3 && write(fd, "1234567", 7) == 7);
    for (int i = 4; i < 200; i++)
        THAT("dup", (i % 3 == 0 ? fcntl(fd, F_DUPFD_CLOEXEC, i) : dup2(fd, i)) == i);
    THAT("mark", fcntl(3, F_SETFD, FD_CLOEXEC) == 0);
    char number[16], *words[] = { argv[0], number, "b c", NULL };
    char *environment[] = { "WORD=hello", NULL };
    snprintf(number, sizeof number, "%d", (int)getpid());
    variable = 2;
    umask(0123);
    THAT("chdir", chdir("/") == 0);
    execve("/proc/self/exe", words, environment);
    untrue("execve", __LINE__);
}
C
}

@test "a mapping outlives its descriptor, and no mapping outlives an exec" {
    says "A mapping goes on existing when its descriptor is closed"
    says "And an exec drops them all"
    says "mapping made with MAP_SHARED | shared | gone"
    tries <<'C'
#include <sys/shm.h>
int main(void)
{
    int file = memfd_create("f", MFD_CLOEXEC);
    THAT("size", ftruncate(file, 8192) == 0);
    char *m = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    THAT("mmap", m != MAP_FAILED);
    close(file);
    m[5000] = 'x';
    THAT("still there", m[5000] == 'x');
    /* System V counts who is attached */
    int id = shmget(IPC_PRIVATE, 1, 0600), p[2];
    struct shmid_ds seen;
    THAT("shmget", id != -1 && pipe2(p, 0) == 0);
    THAT("shmat", shmat(id, NULL, 0) != (void *)-1 && shmctl(id, IPC_RMID, NULL) == 0);
    pid_t child = forked();
    if (child == 0) {
        THAT("a fork attaches", shmctl(id, IPC_STAT, &seen) == 0 && seen.shm_nattch == 2);
        dup2(p[0], 0), dup2(p[1], 1), fcntl(p[0], F_SETFD, FD_CLOEXEC);
        execlp("cat", "cat", "/proc/self/maps", (char *)NULL);
        _exit(1);
    }
    close(p[1]);
    int lines = 0, own = 0;
    FILE *maps = fdopen(p[0], "re");
    for (char line[4096]; fgets(line, sizeof line, maps) != NULL; lines++)
        own += strstr(line, "memfd:f") != NULL || strstr(line, "SYSV") != NULL
            || strstr(line, "tried") != NULL;
    collect(child);
    THAT("the new program has maps", lines > 3);
    THAT("none of them is ours", own == 0);
    THAT("it is detached", shmctl(id, IPC_STAT, &seen) == 0 && seen.shm_nattch == 1);
    return 0;
}
C
}

@test "a descriptor without the mark keeps a pipe from ending and a file busy" {
    says "A descriptor without the mark goes along into the new program, where it keeps a file busy or a pipe from ending"
    tries <<'C'
static void leak(int flag)
{
    char name[] = "busyXXXXXX", byte;
    int p[2], go[2], file = mkostemp(name, flag), lease;
    THAT("pipes", file != -1 && pipe2(p, flag) == 0 && pipe2(go, O_CLOEXEC) == 0);
    pid_t child = forked();
    if (child == 0) {
        dup2(go[0], 0);
        execlp("cat", "cat", (char *)NULL);             /* has never heard of it */
        _exit(1);
    }
    close(go[0]), close(p[1]), close(file);
    asleep(child);                                      /* in its read */
    if (flag == O_CLOEXEC)
        THAT("marked, the pipe ends", read(p[0], &byte, 1) == 0);
    else {
        struct pollfd end = { .fd = p[0], .events = POLLIN };
        THAT("not marked, it does not", poll(&end, 1, 0) == 0);
    }
    lease = open(name, O_RDONLY | O_CLOEXEC);
    bool busy = fcntl(lease, F_SETLEASE, F_WRLCK) == -1 && errno == EAGAIN;
    THAT("and the file is busy if it was not marked", busy == (flag == 0));
    close(go[1]);
    collect(child);
    THAT("with the program that is over", read(p[0], &byte, 1) == 0
         && fcntl(lease, F_SETLEASE, F_WRLCK) == 0);
    unlink(name);
}
int main(void)
{
    leak(0);
    leak(O_CLOEXEC);
    return 0;
}
C
}

@test "0, 1 and 2 lead in the new program where the child put them, marked or not before" {
    says "the child puts descriptors 0, 1 and 2 where they ought to lead, and the exec leaves them there for the new program"
    tries <<'C'
int main(void)
{
    int in = open("in", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int out = open("out", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int err = open("err", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    char text[8] = "";
    THAT("write", write(in, "words", 5) == 5 && lseek(in, 1, SEEK_SET) == 1);
    pid_t child = forked();
    if (child == 0) {
        dup2(in, 0), dup2(out, 1), dup2(err, 2);
        execlp("sh", "sh", "-c", "cat; echo no >&2", (char *)NULL);
        _exit(1);
    }
    collect(child);
    THAT("from where the offset was", pread(out, text, sizeof text, 0) == 4 && memcmp(text, "ords", 4) == 0);
    THAT("complaints apart", pread(err, text, sizeof text, 0) == 3 && memcmp(text, "no\n", 3) == 0);
    return 0;
}
C
}

@test "each line of maps is a piece of memory, a memfd has the name that it was given" {
    says "is a piece of memory, with a name where there is one"
    says "which lies in no directory, may be called what we like"
    tries <<'C'
int main(void)
{
    int one = memfd_create("a name/with anything", MFD_CLOEXEC), two = memfd_create("a name/with anything", MFD_CLOEXEC);
    struct stat s;
    THAT("twice the same name", one != -1 && two != -1 && fstat(one, &s) == 0 && s.st_nlink == 0);
    THAT("map", ftruncate(one, 1) == 0 && mmap(NULL, 1, PROT_READ, MAP_SHARED, one, 0) != MAP_FAILED);
    FILE *maps = fopen("/proc/self/maps", "re");
    int found = 0;
    for (char line[4096]; fgets(line, sizeof line, maps) != NULL;)
        found += strstr(line, "/memfd:a name/with anything (deleted)") != NULL;
    THAT("one line", found == 1);
    return 0;
}
C
}

@test "of several threads one is left by a fork and by an exec, whichever calls it" {
    says "other threads | none | gone"
    tries <<'C'
#include <dirent.h>
#include <pthread.h>
static int threads(void)
{
    DIR *tasks = opendir("/proc/self/task");
    int count = 0;
    THAT("task", tasks != NULL);
    for (struct dirent *d; (d = readdir(tasks)) != NULL;)
        count += d->d_name[0] != '.';
    closedir(tasks);
    return count;
}
static void *waiting(void *unused)
{
    pause();
    return unused;
}
static char *name;
static void *calling(void *unused)
{
    char number[16];
    pid_t child = forked();
    if (child == 0) {
        THAT("the child has one thread", threads() == 1);
        THAT("which leads it", gettid() == getpid());
        _exit(0);
    }
    collect(child);
    THAT("the parent has four still", threads() == 4);
    snprintf(number, sizeof number, "%d", (int)getpid());
    execl("/proc/self/exe", name, number, (char *)NULL);
    return unused;
}
int main(int argc, char *argv[])
{
    pthread_t t;
    if (argc == 2) {
        THAT("after the exec it is one thread", threads() == 1);
        THAT("of the same process", atoi(argv[1]) == getpid() && gettid() == getpid());
        return 0;
    }
    name = argv[0];
    for (int i = 0; i < 2; i++)
        THAT("thread", pthread_create(&t, NULL, waiting, NULL) == 0);
    THAT("thread", pthread_create(&t, NULL, calling, NULL) == 0);
    pthread_join(t, NULL);
    return 1;
}
C
}

@test "the pending signal of a timer goes at an exec, that of the process stays" {
    says "unless it came from a POSIX timer"
    tries <<'C'
#include <time.h>
int main(int argc, char *argv[])
{
    sigset_t both, waiting;
    sigemptyset(&both), sigaddset(&both, SIGUSR1), sigaddset(&both, SIGUSR2);
    if (argc == 2) {
        sigpending(&waiting);
        THAT("the timer's is gone", !sigismember(&waiting, SIGUSR1));
        THAT("the other is there", sigismember(&waiting, SIGUSR2));
        return 0;
    }
    timer_t timer;
    struct sigevent e = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
    struct itimerspec soon = { { 0, 0 }, { 0, 1 } };
    sigprocmask(SIG_SETMASK, &both, NULL);
    THAT("timer", timer_create(CLOCK_MONOTONIC, &e, &timer) == 0 && timer_settime(timer, 0, &soon, NULL) == 0);
    THAT("another", kill(getpid(), SIGUSR2) == 0);
    do
        sigpending(&waiting);
    while (!sigismember(&waiting, SIGUSR1));
    execl("/proc/self/exe", argv[0], "after", (char *)NULL);
    return 1;
}
C
}

@test "a signal that was ignored before the start of a program stays ignored, but the two" {
    says "empties the mask, and gives back their default action to the two signals that it matters for"
    says "a SIGTERM that somebody ignored stays ignored"
    traced rt_sigaction,rt_sigprocmask env --ignore-signal=TERM,CHLD,PIPE --block-signal=USR1 ./fork_table
    assert_success
    assert_call 'rt_sigaction\(SIGCHLD, \{sa_handler=SIG_DFL'
    assert_call 'rt_sigaction\(SIGPIPE, \{sa_handler=SIG_DFL'
    refute_call 'rt_sigaction\(SIGTERM, \{sa_handler=SIG_DFL'
    assert_call 'rt_sigprocmask\(SIG_SETMASK, \[\], NULL'
}

@test "a record lock goes with a descriptor of its file that the exec closes" {
    says "record locks of fcntl(2) | none | the same, unless the exec closes a descriptor of that file"
    tries <<'C'
int main(int argc, char *argv[])
{
    struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    int a = argc == 2 ? atoi(argv[1]) : open("f", O_RDWR | O_CREAT, 0600);
    if (argc == 2) {
        pid_t child = forked();
        if (child == 0) {
            THAT("F_GETLK", fcntl(a, F_GETLK, &l) == 0);
            _exit(l.l_type == F_UNLCK ? 0 : 1);
        }
        collect(child);
        return 0;
    }
    THAT("lock", fcntl(a, F_SETLK, &l) == 0 && open("f", O_RDONLY | O_CLOEXEC) != -1);
    char number[16];
    snprintf(number, sizeof number, "%d", a);
    execl("/proc/self/exe", argv[0], number, (char *)NULL);
    return 1;
}
C
}

@test "a record lock is not the child's, and stays through an exec" {
    says "record locks of fcntl(2) | none | the same, unless the exec closes a descriptor of that file"
    tries <<'C'
static bool locked_for(int fd, pid_t *by)
{
    struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    THAT("F_GETLK", fcntl(fd, F_GETLK, &l) == 0);
    *by = l.l_pid;
    return l.l_type != F_UNLCK;
}
int main(int argc, char *argv[])
{
    struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    pid_t by;
    int fd = argc == 2 ? atoi(argv[1]) : open("f", O_RDWR | O_CREAT, 0600);
    if (argc == 1)
        THAT("lock", fcntl(fd, F_SETLK, &l) == 0);
    pid_t child = forked();
    if (child == 0) {
        THAT("the child sees its parent's lock", locked_for(fd, &by) && by == getppid());
        THAT("it has none", fcntl(fd, F_SETLK, &l) == -1 && (errno == EAGAIN || errno == EACCES));
        _exit(0);
    }
    collect(child);
    if (argc == 2)
        return 0;
    char number[16];
    snprintf(number, sizeof number, "%d", fd);
    execl("/proc/self/exe", argv[0], number, (char *)NULL);
    return 1;
}
C
}
