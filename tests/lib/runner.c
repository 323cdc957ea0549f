/* runner - runs one command the same way wherever it is called from.
 *
 *   runner [-t SECONDS] [-g SECONDS] [-s FILE] [-i FILE] [-o FILE] [-e FILE]
 *          [-C DIR] [-k FILE] [-m | -p] [-n | -q] [--] COMMAND [ARGUMENT...]
 *   runner -a [--] COMMAND [ARGUMENT...]
 *   runner -K FILE
 *
 * usage() below says what the options do and what the statuses mean.
 *
 * Bats, GNU parallel and CI systems hand down ignored signals, open
 * descriptors, a closed standard input and odd umasks. A program about
 * processes sees all of that. The runner takes it away, and it owns the whole
 * tree that the command makes: being a subreaper it inherits every orphan, so
 * nothing outlives it.
 *
 * With the book's who_waits.c, where the book has it, it says of a hanging tree
 * why it hangs:   cc -Dmain=who_waits -o runner runner.c who_waits.c
 * Another process could not see as much, because some systems show to ancestors
 * alone what a process waits for.
 */
#undef main        /* -Dmain=who_waits is for the main of who_waits.c alone */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { TIMED_OUT = 124, LEFT_BEHIND = 125, NO_EXEC = 126, NOT_FOUND = 127,
       TREE_MAX = 4096 };

static const char *status_name;       /* -s */
static const char *in_name = "/dev/null", *out_name, *err_name, *dir_name;
static const char *keep_name;         /* -k */
static bool merge, no_stranger;       /* -m, -n */
static int terminal = -1;             /* -p: the slave */

static void usage(FILE *to)
{
    fputs(
"usage: runner [OPTION]... [--] COMMAND [ARGUMENT...]\n"
"Runs COMMAND in a session of its own with default signals, an empty signal\n"
"mask, umask 022, no core file, and no descriptor above 2 open.\n"
"  -t SECONDS  kill the whole process tree after this time (default 10)\n"
"  -g SECONDS  how long a process may outlive COMMAND before it counts as\n"
"              left behind (default 1)\n"
"  -i FILE     standard input (default /dev/null; - keeps the runner's)\n"
"  -o FILE     standard output (default: the runner's)\n"
"  -e FILE     standard error (default: the runner's; the name given to -o\n"
"              merges the two)\n"
"  -m          standard error goes where standard output goes\n"
"  -p          standard output and standard error are one pseudo terminal; what\n"
"              is written there comes out on the runner's standard output\n"
"  -C DIR      work in DIR\n"
"  -n          nobody outside sends a signal to the tree or opens what of it has\n"
"              a name, or makes a name in its directory\n"
"  -q          do not look whether the tree hangs\n"
"  -k FILE     names that COMMAND leaves are meant: add them, but for those of\n"
"              sockets, to FILE, and tell nothing\n"
"  -K FILE     print those names of FILE that are still there, run nothing;\n"
"              status 1 when there is one, else 0\n"
"  -a          become COMMAND, with default signals and no descriptor above 2,\n"
"              and let it inherit every orphan below it; nothing else is done\n"
"  -s FILE     write how it ended to FILE, one fact a line:\n"
"              exited N | killed SIGNAME | timeout | stuck | no-exec ERRNO,\n"
"              waits TEXT         who waits for whom, a line each, when stuck\n"
"              left PID NAME      alive when the grace was over, killed\n"
"              orphan PID         dead, but not waited for by its parent\n"
"              remains NAME       a name that it made and did not remove:\n"
"                                 /dev/shm/X, queue /X (of POSIX), segment N,\n"
"                                 messages N, semaphores N (of System V), or,\n"
"                                 with -n, socket X (below its directory)\n"
"Stuck means: of all processes of the tree each waits for another of them, so\n"
"that only a signal could end it. Then the time is not waited for.\n"
"A name is COMMAND's when it is new and has in it the number of a process of\n"
"the tree that is known here (COMMAND's own, orphans, those left), or when the\n"
"kernel says that such a process made or used it. Others are not told: it could\n"
"be anyone's.\n"
"Status: that of COMMAND; 128+N when signal N ended it; 124 when time ran out\n"
"or it was stuck; 125 when COMMAND left a process or a name behind; 126 or 127\n"
"when it could not be run; 2 for a wrong call. A message names each process that\n"
"had to be killed, and each name.\n", to);
}

/* The program who_waits of the book, as a function; NULL in a book without. */
int who_waits(int argc, char **argv) __attribute__((weak));

/* now: seconds on a clock that nobody sets. */
static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds(const char *text)
{
    char *end;
    errno = 0;
    double s = strtod(text, &end);
    if (errno || end == text || *end || !(s >= 0) || s > 1e6)
        errx(2, "%s: not a number of seconds", text);
    return s;
}

/* stream: opens what -i, -o or -e named as descriptor fd, or ends. */
static void stream(int fd, const char *name, int flags)
{
    int f = open(name, flags | O_CLOEXEC, 0644);
    if (f == -1)
        err(NO_EXEC, "%s", name);
    if (f == fd)                      /* dup2 would keep O_CLOEXEC then */
        fcntl(f, F_SETFD, 0);
    else if (dup2(f, fd) == -1)
        err(NO_EXEC, "%s", name);
}

/* default_signals: 32 and 33 belong to the C library, whose signal() refuses
 * them, and yet make starts its children with both ignored: hence the system
 * call itself, with the kernel's empty action. */
static void default_signals(void)
{
    const unsigned long kernel_action[8] = { 0 };    /* SIG_DFL, no flags */
    for (int s = 1; s < NSIG; s++)
        if (s != SIGKILL && s != SIGSTOP)
            syscall(SYS_rt_sigaction, s, kernel_action, NULL, NSIG / 8);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* become: the child's way to COMMAND. Its errno goes through the pipe when
 * exec fails; success closes the pipe. */
static void become(char **command, int tell)
{
    default_signals();
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    umask(022);
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
    if (strcmp(in_name, "-") != 0)
        stream(0, in_name, O_RDONLY);
    if (out_name)
        stream(1, out_name, O_WRONLY | O_CREAT | O_TRUNC);
    if (terminal != -1 
        && (dup2(terminal, 1) == -1 || dup2(terminal, 2) == -1))
        err(NO_EXEC, "dup2");
    if (merge || (err_name && out_name && strcmp(err_name, out_name) == 0)) {
        if (dup2(1, 2) == -1)
            err(NO_EXEC, "%s", err_name);
    } else if (err_name) {
        stream(2, err_name, O_WRONLY | O_CREAT | O_TRUNC);
    }
    if (dir_name && chdir(dir_name) == -1)
        err(NO_EXEC, "%s", dir_name);
    if (tell != 3 && (dup3(tell, 3, O_CLOEXEC) == -1))
        err(NO_EXEC, "dup3");
    if (syscall(SYS_close_range, 4U, ~0U, 0U) == -1)
        for (int fd = 4; fd < 65536; fd++)
            close(fd);
    execvp(command[0], command);
    int why = errno;
    (void)!write(3, &why, sizeof why);
    _exit(why == ENOENT ? NOT_FOUND : NO_EXEC);
}

/* use_terminal: makes the pseudo terminal of -p, then goes on as a child. The
 * parent copies what is written on the terminal to standard output until
 * nobody can write any more, and ends as the child did. */
static void use_terminal(void)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master == -1 || grantpt(master) == -1 || unlockpt(master) == -1)
        err(2, "pseudo terminal");
    terminal = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal == -1)
        err(2, "pseudo terminal");
    struct termios t;
    tcgetattr(terminal, &t);
    t.c_oflag &= ~(tcflag_t)OPOST;    /* no carriage returns */
    tcsetattr(terminal, TCSANOW, &t);
    pid_t pid = fork();
    if (pid == -1)
        err(2, "fork");
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        close(master);
        return;
    }
    close(terminal);
    char buffer[4096];
    for (ssize_t n; (n = read(master, buffer, sizeof buffer)) > 0;)
        for (ssize_t at = 0, w; at < n; at += w)
            if ((w = write(1, buffer + at, (size_t)(n - at))) == -1)
                err(2, "standard output");
    int status;                       /* EIO: the last writer is gone */
    while (waitpid(pid, &status, 0) == -1)
        if (errno != EINTR)
            err(2, "waitpid");
    exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

struct process { pid_t pid, parent; char state, name[32]; };

/* processes: every process that /proc shows; returns how many. */
static int processes(struct process *p, int max)
{
    DIR *proc = opendir("/proc");
    if (!proc)
        return 0;
    int n = 0;
    for (struct dirent *d; n < max && (d = readdir(proc));) {
        if (!isdigit((unsigned char)d->d_name[0]))
            continue;
        char path[300], text[512];
        snprintf(path, sizeof path, "/proc/%s/stat", d->d_name);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd == -1)
            continue;
        ssize_t got = read(fd, text, sizeof text - 1);
        close(fd);
        if (got <= 0)
            continue;
        text[got] = '\0';
        char *open_ = strchr(text, '('), *close_ = strrchr(text, ')');
        if (!open_ || !close_)
            continue;
        *close_ = '\0';
        p[n].pid = (pid_t)strtol(text, NULL, 10);
        snprintf(p[n].name, sizeof p[n].name, "%s", open_ + 1);
        for (char *c = p[n].name; *c; c++)  /* a process names itself */
            if (!isprint((unsigned char)*c))
                *c = '?';
        int parent;
        if (sscanf(close_ + 1, " %c %d", &p[n].state, &parent) != 2)
            continue;
        p[n++].parent = parent;
    }
    closedir(proc);
    return n;
}

/* descendants: keeps in p the living processes below me; returns how many. */
static int descendants(struct process *p, int max)
{
    static struct process all[TREE_MAX * 8];
    static bool mine[TREE_MAX * 8];
    int n = processes(all, TREE_MAX * 8), kept = 0;
    pid_t me = getpid();
    memset(mine, 0, sizeof mine);
    for (bool more = true; more;) {
        more = false;
        for (int i = 0; i < n; i++) {
            if (mine[i])
                continue;
            bool is = all[i].parent == me;
            for (int k = 0; k < n && !is; k++)
                is = mine[k] && all[k].pid == all[i].parent;
            if (is)
                mine[i] = more = true;
        }
    }
    for (int i = 0; i < n && kept < max; i++)
        if (mine[i] && all[i].state != 'Z' && all[i].state != 'X')
            p[kept++] = all[i];
    return kept;
}

static pid_t orphans[TREE_MAX];
static int orphan_count;

static pid_t members[TREE_MAX];       /* that are or were in the tree */
static int member_count;

static bool is_known(pid_t pid)
{
    for (int i = 0; i < member_count; i++)
        if (members[i] == pid)
            return true;
    return false;
}

static void know(pid_t pid)
{
    if (member_count < TREE_MAX && !is_known(pid))
        members[member_count++] = pid;
}

/* reap: collects every dead child. Returns false when none is left at all;
 * *ended and *status are set when main_pid was among them. */
static bool reap(pid_t main_pid, bool *ended, int *status)
{
    for (;;) {
        int s;
        pid_t pid = waitpid(-1, &s, WNOHANG | __WALL);
        if (pid == 0)
            return true;
        if (pid == -1)
            return errno == EINTR;
        if (pid == main_pid) {
            *ended = true;
            *status = s;
        } else if (orphan_count < TREE_MAX) {
            orphans[orphan_count++] = pid;
            know(pid);
        }
    }
}

/* kill_tree: SIGKILL to everything below me until nothing is left. Names what
 * it killed on standard error and, for left-behind ones, in the file `to`. */
static void kill_tree(const char *why, pid_t main_pid, bool *ended,
                      int *status, FILE *to)
{
    static struct process p[TREE_MAX];
    static pid_t told[TREE_MAX];
    int told_count = 0;
    bool was_ended = *ended;
    double give_up = now() + 5;
    while (now() < give_up) {
        int n = descendants(p, TREE_MAX);
        for (int i = 0; i < n; i++)
            kill(p[i].pid, SIGSTOP);
        for (int i = 0; i < n; i++) {
            kill(p[i].pid, SIGKILL);
            bool is_told = false;
            for (int k = 0; k < told_count; k++)
                is_told |= told[k] == p[i].pid;
            if (is_told || told_count == TREE_MAX)
                continue;
            told[told_count++] = p[i].pid;
            know(p[i].pid);
            fprintf(stderr, "runner: %s: process %jd (%s), killed\n", why,
                    (intmax_t)p[i].pid, p[i].name);
            if (to && was_ended)
                fprintf(to, "left %jd %s\n", (intmax_t)p[i].pid, p[i].name);
        }
        if (!reap(main_pid, ended, status))
            return;
        nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    }
    fprintf(stderr, "runner: some processes cannot be killed\n");
}

/* --- Names that outlive who made them --------------------------------------
 * Cheap, because every command is run between two lists of them: four files of
 * /proc, two or three folders. */

struct name { char text[300]; pid_t by[2]; int semaphores; };
struct names { struct name name[2048]; int count; };
static struct names names_before, names_after;
static bool cannot_mount;             /* a file system of queues */

static void add_name(struct names *list, struct name name)
{
    if (list->count < (int)(sizeof list->name / sizeof *list->name))
        list->name[list->count++] = name;
}

/* add_folder: the names in DIR, which it closes, each behind BEFORE. */
static void add_folder(struct names *list, DIR *dir, const char *before)
{
    for (struct dirent *d; dir && (d = readdir(dir));) {
        struct name name = { .text = "" };
        if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
            continue;
        snprintf(name.text, sizeof name.text, "%s%s", before, d->d_name);
        add_name(list, name);
    }
    if (dir)
        closedir(dir);
}

/* queues: the folder of POSIX message queues. Where it is mounted nowhere, root
 * can have one that nobody else sees. */
static DIR *queues(void)
{
    struct statfs s;
    if (statfs("/dev/mqueue", &s) == 0 && s.f_type == 0x19800202)
        return opendir("/dev/mqueue");
    if (cannot_mount)
        return NULL;
    int system = (int)syscall(SYS_fsopen, "mqueue", 1U);         /* CLOEXEC */
    int made = (int)syscall(SYS_fsconfig, system, 6U, NULL, NULL, 0);  /* CREATE */
    int folder = made == -1 ? -1 : (int)syscall(SYS_fsmount, system, 1U, 0U);
    if (system != -1)
        close(system);
    int dir = folder == -1 ? -1 : openat(folder, ".", O_RDONLY | O_CLOEXEC);
    if (folder != -1)
        close(folder);
    cannot_mount = dir == -1;
    return dir == -1 ? NULL : fdopendir(dir);
}

/* add_sysv: the objects of System V of one KIND, called WORD; LINE says where
 * their number stands, and those of two processes or how many semaphores. */
static void add_sysv(struct names *list, const char *kind, const char *word,
                     const char *line)
{
    char path[40], text[512];
    snprintf(path, sizeof path, "/proc/sysvipc/%s", kind);
    FILE *in = fopen(path, "re");
    while (in && fgets(text, sizeof text, in)) {
        struct name name = { .text = "" };
        int id;
        if (sscanf(text, line, &id, &name.by[0], &name.by[1]) < 2)
            continue;                 /* the heading */
        if (strcmp(kind, "sem") == 0) {
            name.semaphores = name.by[0];
            name.by[0] = 0;
        }
        snprintf(name.text, sizeof name.text, "%s %d", word, id);
        add_name(list, name);
    }
    if (in)
        fclose(in);
}

/* add_sockets: the sockets below DIR, which is called BEFORE, while there are
 * few files. */
static void add_sockets(struct names *list, int dir, const char *before,
                        int *budget)
{
    DIR *d = dir == -1 ? NULL : fdopendir(dir);
    for (struct dirent *e; d && (e = readdir(d)) && (*budget)-- > 0;) {
        struct name name = { .text = "" };
        snprintf(name.text, sizeof name.text, "%s%s", before, e->d_name);
        if (e->d_type == DT_SOCK)
            add_name(list, name);
        if (e->d_type != DT_DIR || e->d_name[0] == '.')
            continue;
        snprintf(name.text, sizeof name.text, "%s%s/", before, e->d_name);
        add_sockets(list, openat(dirfd(d), e->d_name,
                                 O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW),
                    name.text, budget);
    }
    if (d)
        closedir(d);
    else if (dir != -1)
        close(dir);
}

/* list_names: all that there are. */
static void list_names(struct names *list)
{
    int budget = 1000;
    list->count = 0;
    if (no_stranger)
        add_sockets(list, open(dir_name ? dir_name : ".",
                               O_RDONLY | O_DIRECTORY | O_CLOEXEC),
                    "socket ", &budget);
    add_folder(list, opendir("/dev/shm"), "/dev/shm/");
    add_folder(list, queues(), "queue /");
    add_sysv(list, "shm", "segment", "%*d %d %*o %*u %d %d");
    add_sysv(list, "msg", "messages", "%*d %d %*o %*u %*u %d %d");
    add_sysv(list, "sem", "semaphores", "%*d %d %*o %d");
}

static bool has_name(const struct names *list, const char *text)
{
    for (int i = 0; i < list->count; i++)
        if (strcmp(list->name[i].text, text) == 0)
            return true;
    return false;
}

/* names_one: whether a whole number in TEXT is one of the tree's. In a new
 * process namespace the first numbers are too small to mean anything. */
static bool names_one(const char *text)
{
    for (const char *c = text; *c; c++)
        if (isdigit((unsigned char)*c)) {
            char *end;
            long number = strtol(c, &end, 10);
            if (number >= 100 && number <= INT32_MAX && is_known((pid_t)number))
                return true;
            c = end - 1;
        }
    return false;
}

/* is_ours: whether the new NAME was made by a process of the tree, for sure. */
static bool is_ours(const struct name *name)
{
    if (strncmp(name->text, "socket ", 7) == 0)
        return true;
    if (*name->text == '/' || strncmp(name->text, "queue ", 6) == 0)
        return names_one(name->text);
    int id = atoi(strchr(name->text, ' ') + 1);
    for (int i = 0; i < name->semaphores; i++)
        if (is_known(semctl(id, i, GETPID)))
            return true;
    return is_known(name->by[0]) || is_known(name->by[1]);
}

/* tell_names: those that COMMAND left; returns whether that is a fault. */
static bool tell_names(FILE *facts)
{
    bool told = false;
    FILE *kept = NULL;
    list_names(&names_after);
    for (int i = 0; i < names_after.count; i++) {
        const struct name *n = &names_after.name[i];
        bool is_file = strncmp(n->text, "socket ", 7) == 0;
        if (has_name(&names_before, n->text) || !is_ours(n)
            || (keep_name && is_file))
            continue;
        if (keep_name && !kept && !(kept = fopen(keep_name, "ae")))
            err(2, "%s", keep_name);
        if (kept) {
            fprintf(kept, "%s\n", n->text);
            continue;
        }
        told = true;
        fprintf(stderr, "runner: left behind: %s\n", n->text);
        if (facts)
            fprintf(facts, "remains %s\n", n->text);
    }
    if (kept && fclose(kept) == EOF)
        err(2, "%s", keep_name);
    return told;
}

/* still_there: prints those names of FILE that are; the status of -K. */
static int still_there(const char *file)
{
    char text[sizeof names_after.name->text];
    int found = 0;
    FILE *in = fopen(file, "re");
    if (!in)
        return 0;
    list_names(&names_after);
    while (fgets(text, sizeof text, in)) {
        text[strcspn(text, "\n")] = '\0';
        if (has_name(&names_after, text))
            found = 1, puts(text);
    }
    fclose(in);
    if (fflush(stdout) == EOF)
        err(2, "standard output");
    return found;
}

/* pause_until: waits for one of `set`, at most until `when`. */
static int pause_until(const sigset_t *set, double when)
{
    double left = when - now();
    if (left < 0)
        left = 0;
    struct timespec t = { .tv_sec = (time_t)left };
    t.tv_nsec = (long)((left - (double)t.tv_sec) * 1e9);
    return sigtimedwait(set, NULL, &t);
}

/* signame: what a signal is called. The numbers of the real-time signals are
 * the C library's affair, so they are counted from SIGRTMIN. */
static const char *signame(int s)
{
    static char name[24];
    const char *known = sigabbrev_np(s);
    if (known)
        snprintf(name, sizeof name, "SIG%s", known);
    else if (s == SIGRTMIN)
        snprintf(name, sizeof name, "SIGRTMIN");
    else if (s > SIGRTMIN && s <= SIGRTMAX)
        snprintf(name, sizeof name, "SIGRTMIN+%d", s - SIGRTMIN);
    else
        snprintf(name, sizeof name, "SIG%d", s);
    return name;
}

/* ready: descriptors 0 to 2 exist, no other is open, signals are as at the
 * start of a shell. */
static void ready(void)
{
    for (int fd; (fd = open("/dev/null", O_RDWR)) <= 2;)
        if (fd == -1)
            _exit(NO_EXEC);
    syscall(SYS_close_range, 3U, ~0U, 0U);
    default_signals();
}

static double limit = 10, grace = 1;  /* -t, -g */
static bool on_terminal, adopt_only;  /* -p, -a */
static bool no_look;                  /* -q */
static const char *kept_name;         /* -K */

/* read_options: what the call says; returns the command. */
static char **read_options(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        usage(stdout);
        exit(0);
    }
    for (int c; (c = getopt(argc, argv, "+t:g:s:i:o:e:C:k:K:mpanq")) != -1;)
        switch (c) {
        case 't': limit = seconds(optarg); break;
        case 'g': grace = seconds(optarg); break;
        case 's': status_name = optarg; break;
        case 'i': in_name = optarg; break;
        case 'o': out_name = optarg; break;
        case 'e': err_name = optarg; break;
        case 'C': dir_name = optarg; break;
        case 'k': keep_name = optarg; break;
        case 'K': kept_name = optarg; break;
        case 'm': merge = true; break;
        case 'p': on_terminal = true; break;
        case 'a': adopt_only = true; break;
        case 'n': no_stranger = true; break;
        case 'q': no_look = true; break;
        default:  usage(stderr); exit(2);
        }
    if ((optind == argc) != (kept_name != NULL)) {
        usage(stderr);
        exit(2);
    }
    return argv + optind;
}

/* adopt: becomes COMMAND, which inherits every orphan below it. */
static void adopt(char **command)
{
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
        err(2, "prctl");
    execvp(command[0], command);
    err(errno == ENOENT ? NOT_FOUND : NO_EXEC, "%s", command[0]);
}

/* wait_set: the signals to wait for, blocked from now on. */
static sigset_t wait_set(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGQUIT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return set;
}

/* start: COMMAND in a process of its own; *why is the errno when it could not
 * be run, else 0. */
static pid_t start(char **command, int *why)
{
    int tell[2];
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
        err(2, "prctl");
    if (pipe2(tell, O_CLOEXEC) == -1)
        err(2, "pipe2");
    pid_t pid = fork();
    if (pid == -1)
        err(2, "fork");
    if (pid == 0)
        become(command, tell[1]);
    if (terminal != -1)
        close(terminal);
    close(tell[1]);
    if (read(tell[0], why, sizeof *why) != sizeof *why)
        *why = 0;
    close(tell[0]);
    return pid;
}

/* How COMMAND goes on. */
struct course {
    pid_t pid;
    bool ended, some_left;            /* COMMAND; its descendants */
    bool timed_out, stuck;
    int status, stop;                 /* of COMMAND; the signal sent to us */
};

static char explanation[16384];       /* what who_waits said last */

/* says_stuck: asks who_waits whether the tree below us hangs. */
static bool says_stuck(void)
{
    char me[24];
    snprintf(me, sizeof me, "%jd", (intmax_t)getpid());
    char *arguments[] = { "who_waits", "--names", "--tree", me,
                          no_stranger ? "--alone" : NULL, NULL };
    int said = memfd_create("said", MFD_CLOEXEC);
    int out = fcntl(1, F_DUPFD_CLOEXEC, 3);
    if (said == -1 || out == -1 || dup2(said, 1) == -1)
        err(2, "who_waits");
    static struct process p[TREE_MAX];
    for (int n = descendants(p, TREE_MAX); n > 0; n--)
        know(p[n - 1].pid);
    bool stuck = who_waits(4 + no_stranger, arguments) == 1;
    ssize_t n = pread(said, explanation, sizeof explanation - 1, 0);
    explanation[n > 0 ? n : 0] = '\0';
    dup2(out, 1);
    close(out);
    close(said);
    return stuck;
}

/* wait_until: reaps until nothing is left (or, unless `all`, COMMAND has
 * ended), until `when`, or until a signal to us. Returns false when the time
 * was over. */
static bool wait_until(struct course *c, bool all, double when,
                       const sigset_t *set)
{
    for (;;) {
        c->some_left = reap(c->pid, &c->ended, &c->status);
        if (all ? !c->some_left : c->ended)
            return true;
        if (now() >= when)
            return false;
        int s = pause_until(set, when);
        if (s > 0 && s != SIGCHLD) {
            c->stop = s;
            return true;
        }
    }
}

/* wait_or_hang: waits until COMMAND has ended, until `when`, until a signal to
 * us, or until the tree was seen stuck twice. A quick program is never looked
 * at, and a slow one more and more rarely. */
static void wait_or_hang(struct course *c, double when, const sigset_t *set)
{
    double pause = 0.2;
    bool was = false;
    while (who_waits && !no_look && now() + pause < when) {
        if (wait_until(c, false, now() + pause, set))
            return;
        bool is = says_stuck();
        if ((c->stuck = was && is))
            return;
        pause = is ? 0.05 : 2 * pause;
        was = is;
    }
    c->timed_out = !wait_until(c, false, when, set);
}

/* tell_lines: the explanation, with `before` before each line. */
static void tell_lines(FILE *to, const char *before)
{
    for (char *line = explanation, *end; *line; line = end + 1) {
        end = strchr(line, '\n');
        if (!end)
            return;
        fprintf(to, "%s%.*s\n", before, (int)(end - line), line);
    }
}

/* tell_facts: what -s is for. */
static void tell_facts(FILE *facts, const struct course *c, int why)
{
    if (why)
        fprintf(facts, "no-exec %s\n", strerrorname_np(why));
    else if (c->timed_out || c->stuck)
        fputs(c->stuck ? "stuck\n" : "timeout\n", facts);
    else if (c->ended && WIFSIGNALED(c->status))
        fprintf(facts, "killed %s\n", signame(WTERMSIG(c->status)));
    else if (c->ended)
        fprintf(facts, "exited %d\n", WEXITSTATUS(c->status));
    for (int i = 0; i < orphan_count; i++)
        fprintf(facts, "orphan %jd\n", (intmax_t)orphans[i]);
    if (c->stuck)
        tell_lines(facts, "waits ");
}

/* kill_rest: whatever of COMMAND's tree is there must not outlive us. */
static void kill_rest(struct course *c, FILE *facts)
{
    char reason[64] = "left behind";
    if (c->stop)
        snprintf(reason, sizeof reason, "stopped by %s", signame(c->stop));
    else if (c->stuck)
        snprintf(reason, sizeof reason, "stuck");
    else if (c->timed_out)
        snprintf(reason, sizeof reason, "still there after %g s", limit);
    kill_tree(reason, c->pid, &c->ended, &c->status, facts);
}

int main(int argc, char **argv)
{
    ready();
    char **command = read_options(argc, argv);
    if (kept_name)
        return still_there(kept_name);
    if (adopt_only)
        adopt(command);
    if (on_terminal)
        use_terminal();
    sigset_t set = wait_set();
    signal(SIGPIPE, SIG_IGN);         /* our own messages are not that vital */
    umask(022);
    FILE *facts = NULL;
    if (status_name && !(facts = fopen(status_name, "we")))
        err(2, "%s", status_name);

    int why = 0;
    list_names(&names_before);
    struct course c = { .pid = start(command, &why) };
    know(c.pid);
    wait_or_hang(&c, now() + limit, &set);
    if (c.ended && c.some_left)       /* orphans may finish what they began */
        wait_until(&c, true, now() + grace, &set);

    bool left = c.ended && c.some_left && !c.stop;
    if (facts)
        tell_facts(facts, &c, why);
    if (why)
        fprintf(stderr, "runner: %s: %s\n", command[0], strerror(why));
    if (c.stuck)
        tell_lines(stderr, "runner: ");
    if (!c.ended || c.some_left)
        kill_rest(&c, facts);
    left |= !c.stop && tell_names(facts);
    if (facts && (fflush(facts) == EOF || fclose(facts) == EOF))
        err(2, "%s", status_name);

    if (c.stop)
        return 128 + c.stop;
    if (c.timed_out || c.stuck)
        return TIMED_OUT;
    if (left)
        return LEFT_BEHIND;
    return WIFSIGNALED(c.status) ? 128 + WTERMSIG(c.status)
        : WEXITSTATUS(c.status);
}
