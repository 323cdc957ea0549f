/* under - starts a program under a condition that is not the usual one.
 *
 *   BOOK_CONDITION="KIND [ARGUMENT]" BOOK_PROGRAMS=DIR ./NAME [ARGUMENT...]
 *
 * This program stands in place of NAME, makes the condition, and becomes
 * DIR/NAME. tests/conditions/run --help tells the conditions; beside them
 * "plain" is none, and "unheard" lets standard error go to /dev/null. Where it
 * reads what NAME prints, NAME is a child of it, and it ends as NAME does.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FAILED = 98, MOMENT = 1000000, LOOKS = 60, LOOKS_MAX = 3000, LEFT_ALONE = 1000 };

static void die(const char *what)
{
    err(FAILED, "under: %s", what);
}

/* number_of: of the signal that is called NAME, as in PIPE. */
static int number_of(const char *name)
{
    if (strcmp(name, "RTMIN") == 0)
        return SIGRTMIN;
    for (int s = 1; s < NSIG; s++)
        if (sigabbrev_np(s) && strcmp(sigabbrev_np(s), name) == 0)
            return s;
    errx(FAILED, "under: no signal is called %s", name);
}

/* with_signal: makes signal S be inherited as ignored, or else as blocked. */
static void with_signal(int s, bool ignored)
{
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, s);
    if (ignored ? signal(s, SIG_IGN) == SIG_ERR
        : sigprocmask(SIG_BLOCK, &one, NULL) == -1)
        die("signal");
}

static void signals(const char *which, bool ignored)
{
    if (strcmp(which, "all") != 0) {
        with_signal(number_of(which), ignored);
        return;
    }
    for (int s = 1; s <= SIGRTMIN; s++)
        if (s != SIGKILL && s != SIGSTOP && (s < 32 || s == SIGRTMIN))
            with_signal(s, ignored);
}

static void limit(__rlimit_resource_t resource, const char *most)
{
    rlim_t n = (rlim_t)strtoull(most, NULL, 10);
    if (setrlimit(resource, &(struct rlimit){ n, n }) == -1)
        die("setrlimit");
}

/* put: FD becomes what NAME is, opened with FLAGS. */
static void put(int fd, const char *name, int flags)
{
    int f = open(name, flags | O_CLOEXEC);
    if (f == -1 || dup2(f, fd) == -1)
        die(name);
}

/* become: the program itself. */
static void become(char **argv)
{
    const char *dir = getenv("BOOK_PROGRAMS");
    const char *slash = strrchr(argv[0], '/');
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", dir ? dir : ".",
             slash ? slash + 1 : argv[0]);
    setenv("BOOK_CONDITION", "plain", 1);    /* should it start itself */
    execv(path, argv);
    die(path);
}

static pid_t program;

static void pass_on(int s)
{
    int before = errno;
    kill(program, s);
    errno = before;
}

static bool same_file(int a, int b)
{
    struct stat one, two;
    return fstat(a, &one) == 0 && fstat(b, &two) == 0
        && one.st_dev == two.st_dev && one.st_ino == two.st_ino;
}

/* begin: the program as a child, standard output (and standard error, where
 * that is the same) being OUT. */
static void begin(char **argv, int out)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    program = fork();
    if (program == -1)
        die("fork");
    if (program == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if ((same_file(1, 2) && dup2(out, 2) == -1) || dup2(out, 1) == -1)
            die("dup2");
        become(argv);
    }
    close(out);
    struct sigaction act = { .sa_handler = pass_on, .sa_flags = SA_RESTART };
    for (int s = 1; s < 32; s++)
        if (s != SIGKILL && s != SIGSTOP && s != SIGCHLD && s != SIGPIPE
            && s != SIGSEGV && s != SIGBUS && s != SIGILL && s != SIGFPE
            && s != SIGABRT)
            sigaction(s, &act, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static void moment(void)
{
    nanosleep(&(struct timespec){ .tv_nsec = MOMENT }, NULL);
}

/* text_of: what the file of /proc holds, cut to SIZE. */
static void text_of(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd == -1 ? 0 : read(fd, text, size - 1);
    text[n > 0 ? n : 0] = '\0';
    if (fd != -1)
        close(fd);
}

/* writer_sleeps: PROCESS or one below it sleeps in a write to a pipe. */
static bool writer_sleeps(pid_t process)
{
    char path[512], text[4096];
    snprintf(path, sizeof path, "/proc/%d/task", (int)process);
    DIR *tasks = opendir(path);
    bool found = false;
    for (struct dirent *d; tasks && !found && (d = readdir(tasks));) {
        if (!isdigit((unsigned char)d->d_name[0]))
            continue;
        snprintf(path, sizeof path, "/proc/%d/task/%s/wchan", (int)process,
                 d->d_name);
        text_of(path, text, sizeof text);
        found = strstr(text, "pipe_write") != NULL;
        snprintf(path, sizeof path, "/proc/%d/task/%s/children",
                 (int)process, d->d_name);
        text_of(path, text, sizeof text);
        char *rest = text;
        for (char *word; !found && (word = strtok_r(rest, " \n", &rest));)
            found = writer_sleeps((pid_t)atoi(word));
    }
    if (tasks)
        closedir(tasks);
    return found;
}

/* ended: the program is dead, though it is not collected. */
static bool ended(void)
{
    siginfo_t info = { .si_pid = 0 };
    return waitid(P_PID, (id_t)program, &info, WEXITED | WNOHANG | WNOWAIT)
        == 0 && info.si_pid != 0;
}

/* wait_for_writer: until a write to the full pipe has slept for some looks, so
 * that whoever takes that for another sleep has acted; or all is over; or,
 * where the kernel does not tell in which call a process sleeps, for a while. */
static void wait_for_writer(void)
{
    int seen = 0;
    for (int looks = 0; seen < LOOKS && looks < LOOKS_MAX && !ended(); looks++) {
        seen = seen || writer_sleeps(program) ? seen + 1 : 0;
        moment();
    }
}

/* end_as_it: collects the program and ends as it did. */
static _Noreturn void end_as_it(void)
{
    int status;
    while (waitpid(program, &status, 0) == -1)
        if (errno != EINTR)
            die("waitpid");
    if (WIFEXITED(status))
        _exit(WEXITSTATUS(status));
    limit(RLIMIT_CORE, "0");
    signal(WTERMSIG(status), SIG_DFL);
    raise(WTERMSIG(status));
    _exit(FAILED);
}

/* readable: FD has data or is at its end; false when the program has ended
 * and whoever still holds the pipe says nothing for a second. */
static bool readable(int fd)
{
    struct pollfd one = { .fd = fd, .events = POLLIN };
    for (int quiet = 0; quiet < LEFT_ALONE; quiet++) {
        if (poll(&one, 1, ended() ? 1 : 10) > 0)
            return true;
        if (!ended())
            quiet = 0;
    }
    return false;
}

/* pass: N bytes to where the program's output would have gone. */
static bool pass(const char *buffer, size_t n)
{
    for (size_t at = 0; at < n;) {
        ssize_t w = write(1, buffer + at, n - at);
        if (w == -1 && errno != EINTR)
            return false;
        if (w > 0)
            at += (size_t)w;
    }
    return true;
}

/* read_as: what the program prints goes through a pipe of one page, which
 * begins full and is read late; or is read byte by byte; or is read as head
 * does, to the end of the first line, or of line number WHAT. */
static _Noreturn void read_as(const char *kind, const char *what, char **argv)
{
    int lines = *what ? atoi(what) : 1;
    bool late = strcmp(kind, "late") == 0, line = strcmp(kind, "head") == 0;
    char buffer[4096] = { 0 };
    int p[2];
    if (pipe2(p, O_CLOEXEC) == -1 || fcntl(p[1], F_SETPIPE_SZ, 4096) == -1)
        die("pipe");
    size_t before = 0;
    if (late) {
        fcntl(p[1], F_SETFL, O_NONBLOCK);
        for (ssize_t n; (n = write(p[1], buffer, sizeof buffer)) > 0;)
            before += (size_t)n;
        fcntl(p[1], F_SETFL, 0);
    }
    begin(argv, p[1]);
    if (late)
        wait_for_writer();
    while (readable(p[0])) {
        ssize_t n = read(p[0], buffer, late ? sizeof buffer : 1);
        if (n == -1 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        size_t skip = before < (size_t)n ? before : (size_t)n;
        before -= skip;
        if (!pass(buffer + skip, (size_t)n - skip))
            break;
        if (line && buffer[0] == '\n' && --lines == 0)
            break;
    }
    close(p[0]);
    end_as_it();
}

int main(int argc, char **argv)
{
    const char *condition = getenv("BOOK_CONDITION");
    char kind[32] = "", what[64] = "";
    if (!condition || argc < 1
        || sscanf(condition, "%31s %63s", kind, what) < 1)
        errx(FAILED, "under: BOOK_CONDITION is not set");
    if (strcmp(kind, "ignored") == 0 || strcmp(kind, "blocked") == 0)
        signals(what, strcmp(kind, "ignored") == 0);
    else if (strcmp(kind, "closed") == 0)
        for (char *c = what; *c; c++)
            close(*c - '0');
    else if (strcmp(kind, "full") == 0)
        put(1, "/dev/full", O_WRONLY);
    else if (strcmp(kind, "unheard") == 0)
        put(2, "/dev/null", O_WRONLY);
    else if (strcmp(kind, "files") == 0)
        limit(RLIMIT_NOFILE, what);
    else if (strcmp(kind, "memory") == 0)
        limit(RLIMIT_AS, what);
    else if (strcmp(kind, "filesize") == 0)
        limit(RLIMIT_FSIZE, what);
    else if (strcmp(kind, "late") == 0 || strcmp(kind, "bytes") == 0
             || strcmp(kind, "head") == 0)
        read_as(kind, what, argv);
    else if (strcmp(kind, "plain") != 0)
        errx(FAILED, "under: no condition is called %s", kind);
    become(argv);
    return FAILED;
}
