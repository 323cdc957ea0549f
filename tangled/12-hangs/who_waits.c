#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <ctype.h>
#include <dirent.h>
#include <getopt.h>
#include <linux/futex.h>
#include <poll.h>
#include <pwd.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/syscall.h>

enum { TEXT = 256, STATUS = 4096, WANTS = 16 };
struct file {
    int fd;
    bool pipe, named;                 /* a stranger could open it */
    mode_t mode;                      /* of a pipe: which ends */
    dev_t dev;
    ino_t ino;
};
struct process {
    pid_t pid, parent, group, session, tracer;
    uid_t user;
    char name[32];
    bool ours, dead, hidden, alarm, uring;
    int file, files, namesakes;       /* its first file, how many */
};
struct thread;
/* Who ends a wait: one that can write to a file, read from it, has it
   open, maps it; a child; a thread of its own; nobody that is known. */
enum role { WRITER, READER, OPENER, MAPPER, CHILD, THREAD, STRANGER };
struct want { enum role role; dev_t dev; ino_t ino; long number; };
struct call {
    long number;
    const char *name;
    void (*waits)(struct thread *);
    int limit;    /* where a limit of time is; -N when N is the limit */
};
struct thread {
    int of;                           /* its process */
    pid_t tid;
    char state, call[TEXT], on[TEXT];
    unsigned long long switches;
    unsigned long arg[6];
    const struct call *in;
    struct want want[WANTS];
    int wants;
    bool limited, stranger, unknown, awake;
};
static struct view {
    struct process *process;
    struct thread *thread;
    struct file *file;
    int processes, threads, files;
} now;
static bool names_only, tree_only, alone, lacking;
#define EACH_PROCESS(p) (struct process *p = now.process; \
                         p < now.process + now.processes; p++)
#define EACH_THREAD(t) (struct thread *t = now.thread; \
                        t < now.thread + now.threads; t++)

/* grown: LIST with room for one more than the N that it has. */
static void *grown(void *list, int n, size_t size)
{
    if ((n & (n - 1)) == 0)
        list = realloc(list, (n ? 2 * (size_t)n : 1) * size);
    if (!list)
        err(2, "memory");
    return list;
}

/* there: passes on whether a file could be opened, and notes when that
   is for another reason than that it is gone or may not be seen. */
static bool there(bool is)
{
    lacking |= !is && errno != ENOENT && errno != ESRCH
        && errno != EACCES && errno != EPERM;
    return is;
}

/* slurp: the text of /proc/FORMAT; false when there is none. */
__attribute__((format(printf, 3, 4)))
static bool slurp(char *text, size_t size, const char *format, ...)
{
    char path[TEXT] = "/proc/";
    va_list list;
    va_start(list, format);
    vsnprintf(path + 6, sizeof path - 6, format, list);
    va_end(list);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t n = 0;
    ssize_t got = there(fd != -1) ? 1 : 0;
    while (got > 0 && (got = read(fd, text + n, size - 1 - n)) > 0)
        n += (size_t)got;
    if (fd != -1)
        close(fd);
    text[n] = '\0';
    return n > 0;
}

/* field: the number behind NAME in the text of a status. */
static unsigned long long field(const char *text, const char *name,
                                int base)
{
    const char *at = strstr(text, name);
    return at ? strtoull(at + strlen(name), NULL, base) : 0;
}

static void read_file(struct process *p, int dir, const char *number)
{
    char what[32] = "";
    struct stat file = { 0 }, link = { 0 };
    if (readlinkat(dir, number, what, sizeof what - 1) == -1)
        return;
    p->uring |= strcmp(what, "anon_inode:[io_uring]") == 0;
    bool pipe = sscanf(what, "pipe:[%lu]", &file.st_ino) == 1;
    if (*what == '/')
        fstatat(dir, number, &file, 0);
    if (pipe || S_ISFIFO(file.st_mode))
        fstatat(dir, number, &link, AT_SYMLINK_NOFOLLOW);
    now.file = grown(now.file, now.files, sizeof *now.file);
    now.file[now.files++] = (struct file){
        atoi(number), pipe || S_ISFIFO(file.st_mode), file.st_nlink > 0,
        link.st_mode, file.st_dev, file.st_ino };
}

/* read_files: what P has open, as its thread TID sees it. */
static void read_files(struct process *p, pid_t tid)
{
    char path[TEXT];
    snprintf(path, sizeof path, "/proc/%d/task/%d/fd", p->pid, tid);
    DIR *dir = opendir(path);
    p->hidden = !there(dir);
    p->file = now.files;
    for (struct dirent *d; dir && (d = readdir(dir));)
        if (isdigit((unsigned char)*d->d_name))
            read_file(p, dirfd(dir), d->d_name);
    if (dir)
        closedir(dir);
    p->files = now.files - p->file;
}

/* read_call: the call that the thread TID of PID is in, into CALL, and
   its state with the counts of its switches, into STATUS. */
static void read_call(pid_t pid, pid_t tid, char *call, char *status)
{
    slurp(status, STATUS, "%d/task/%d/status", pid, tid);
    if (!slurp(call, TEXT, "%d/task/%d/syscall", pid, tid))
        slurp(call, TEXT, "%d/task/%d/wchan", pid, tid);
}

/* switches: how often the thread with STATUS left its processor. */
static unsigned long long switches(const char *status)
{
    return field(status, "\nvoluntary_ctxt_switches:", 10)
        + field(status, "\nnonvoluntary_ctxt_switches:", 10);
}

/* read_thread: the thread TID of P, unless it has ended. */
static void read_thread(struct process *p, pid_t tid)
{
    char status[STATUS];
    struct thread t = { .of = now.processes - 1, .tid = tid };
    read_call(p->pid, tid, t.call, status);
    const char *state = strstr(status, "State:\t");
    if (!state || strchr("ZX", state[7]))
        return;
    t.state = state[7];
    const int timers[] = { SIGALRM, SIGVTALRM, SIGPROF, SIGIO };
    for (int i = 0; i < 4; i++)
        p->alarm |= field(status, "\nSigCgt:", 16) >> (timers[i] - 1) & 1;
    p->tracer = (pid_t)field(status, "\nTracerPid:", 10);
    p->user = (uid_t)field(status, "\nUid:", 10);
    t.switches = switches(status);
    now.thread = grown(now.thread, now.threads, sizeof t);
    now.thread[now.threads++] = t;
}

/* read_threads: those of P; without any, it is dead. */
static void read_threads(struct process *p)
{
    char path[TEXT];
    int first = now.threads;
    snprintf(path, sizeof path, "/proc/%d/task", p->pid);
    DIR *dir = opendir(path);
    for (struct dirent *d; there(dir) && (d = readdir(dir));)
        if (isdigit((unsigned char)*d->d_name))
            read_thread(p, atoi(d->d_name));
    if (dir)
        closedir(dir);
    p->dead = first == now.threads;
    if (!p->dead)
        read_files(p, now.thread[first].tid);
}

/* read_process: adds PID, if it is there and not the kernel's. */
static void read_process(pid_t pid)
{
    char text[1024];
    unsigned flags;
    struct process p = { .pid = pid };
    slurp(text, sizeof text, "%d/stat", pid);
    char *name = strchr(text, '('), *end = strrchr(text, ')');
    if (!name || sscanf(end, ") %*c %d %d %d %*d %*d %u", &p.parent,
                        &p.group, &p.session, &flags) != 4
        || flags & 0x200000)          /* PF_KTHREAD */
        return;
    *end = '\0';
    snprintf(p.name, sizeof p.name, "%s", name + 1);
    for (char *c = p.name; *c; c++)
        *c = (char)(isprint((unsigned char)*c) ? *c : '?');
    now.process = grown(now.process, now.processes, sizeof p);
    now.process[now.processes++] = p;
    read_threads(&now.process[now.processes - 1]);
}

/* look: reads all that /proc shows now. */
static void look(void)
{
    now.processes = now.threads = now.files = 0;
    DIR *dir = opendir("/proc");
    for (struct dirent *d; there(dir) && (d = readdir(dir));)
        if (isdigit((unsigned char)*d->d_name))
            read_process(atoi(d->d_name));
    if (dir)
        closedir(dir);
}

/* want: whoever is ROLE of F, or NUMBER, could end the wait of T. */
static void want(struct thread *t, enum role role, const struct file *f,
                 long number)
{
    t->stranger |= role == STRANGER
        || (f && f->named && role != OPENER);
    if (t->wants == WANTS || (!f && role <= MAPPER))
        t->unknown = true;
    else
        t->want[t->wants++] = (struct want){
            role, f ? f->dev : 0, f ? f->ino : 0, number };
}

/* on: notes that T waits on its descriptor FD; returns what that is. */
static const struct file *on(struct thread *t, unsigned long fd)
{
    const struct process *p = &now.process[t->of];
    char path[TEXT], link[TEXT] = "";
    const struct file *f = &now.file[p->file], *end = f + p->files;
    while (f < end && f->fd != (int)fd)
        f++;
    snprintf(path, sizeof path, "/proc/%d/fd/%d", t->tid, (int)fd);
    if (f == end || readlink(path, link, sizeof link - 1) == -1)
        return NULL;
    const char *slash = names_only ? strrchr(link, '/') : NULL;
    size_t kind = strcspn(link, ":[");
    if (*link == '/' || strncmp(link, "anon", 4) == 0)
        snprintf(t->on, TEXT, "%s%.200s", f->pipe ? "FIFO " : "",
                 slash ? slash + 1 : link);
    else if (names_only)
        snprintf(t->on, TEXT, "a %.*s", (int)kind, link);
    else
        snprintf(t->on, TEXT, "%.*s %ju", (int)kind, link,
                 (uintmax_t)strtoul(link + kind + 2, NULL, 10));
    return f;
}

/* other_end: T waits for one who is ROLE of its descriptor FD. */
static void other_end(struct thread *t, unsigned long fd,
                      enum role role)
{
    const struct file *f = on(t, fd);
    want(t, role, f && f->pipe ? f : NULL, 0);
}

static void reading(struct thread *t)
{
    other_end(t, t->arg[0], WRITER);
}

static void writing(struct thread *t)
{
    other_end(t, t->arg[0], READER);
}

static void moving(struct thread *t)
{
    other_end(t, t->arg[t->in->number == SYS_tee ? 1 : 2], READER);
    other_end(t, t->arg[0], WRITER);
}

/* memory: SIZE bytes at ADDRESS of T; returns how many there are. */
static size_t memory(const struct thread *t, unsigned long address,
                     void *to, size_t size)
{
    char path[TEXT];
    snprintf(path, sizeof path, "/proc/%d/mem", t->tid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd == -1 ? -1 : pread(fd, to, size, (off_t)address);
    if (fd != -1)
        close(fd);
    return n > 0 ? (size_t)n : 0;
}

static void opening(struct thread *t)
{
    bool at = t->in->number == SYS_openat;    /* with a folder first */
    int dir = at ? (int)t->arg[0] : AT_FDCWD;
    char name[TEXT] = "", path[2 * TEXT];
    struct stat s = { 0 };
    memory(t, t->arg[at], name, sizeof name - 1);
    if (*name == '/' || dir == AT_FDCWD)
        snprintf(path, sizeof path, "/proc/%d/%s/%s", t->tid,
                 *name == '/' ? "root" : "cwd", name);
    else
        snprintf(path, sizeof path, "/proc/%d/fd/%d/%s", t->tid, dir,
                 name);
    if (stat(path, &s) == -1 || !S_ISFIFO(s.st_mode))
        return;
    char *slash = names_only ? strrchr(name, '/') : NULL;
    snprintf(t->on, TEXT, "FIFO %.200s", slash ? slash + 1 : name);
    struct file f = { .named = true, .dev = s.st_dev, .ino = s.st_ino };
    bool writes = (t->arg[at + 1] & O_ACCMODE) == O_WRONLY;
    want(t, writes ? READER : WRITER, &f, 0);
}

static void for_child(struct thread *t)
{
    long which = (int)t->arg[0], who = (long)t->arg[1];
    if (t->in->number == SYS_waitid)
        which = which == P_PID ? who : which == P_PGID ? -who : -1;
    want(t, CHILD, NULL, which);
}

static void for_vfork(struct thread *t)
{
    char in[TEXT];
    slurp(in, TEXT, "%d/wchan", t->tid);
    if (strstr(in, "vfork") || strcmp(in, "kernel_clone") == 0)
        want(t, CHILD, NULL, -1);
}

static void locking(struct thread *t)
{
    const struct file *f = on(t, t->arg[0]);
    if (t->in->number == SYS_flock || t->arg[1] == F_SETLKW
        || t->arg[1] == F_OFD_SETLKW)
        want(t, OPENER, f, 0);
}

/* maps: whether P has a shared mapping at ADDRESS, which F is set to,
   or, when that is 0, one of F. */
static bool maps(const struct process *p, unsigned long address,
                 struct file *f)
{
    char line[TEXT], shared = 0;
    bool found = false;
    snprintf(line, sizeof line, "/proc/%d/maps", p->pid);
    FILE *list = fopen(line, "re");
    while (list && !found && fgets(line, sizeof line, list)) {
        unsigned long from, to, ino;
        unsigned high, low;
        if (sscanf(line, "%lx-%lx %*3s%c %*x %x:%x %lu", &from, &to,
                   &shared, &high, &low, &ino) != 6 || shared != 's')
            continue;
        dev_t dev = (dev_t)high << 32 | low;
        found = address ? from <= address && address < to
            : f->dev == dev && f->ino == ino;
        if (found)
            *f = (struct file){ .dev = dev, .ino = ino,
                                .named = !strstr(line, " (deleted)") };
    }
    if (list)
        fclose(list);
    return found;
}

static void in_futex(struct thread *t)
{
    int op = (int)t->arg[1] & FUTEX_CMD_MASK;
    struct file f = { .named = false };
    if (op != FUTEX_WAIT && op != FUTEX_WAIT_BITSET
        && op != FUTEX_LOCK_PI)
        return;
    bool shared = !(t->arg[1] & FUTEX_PRIVATE_FLAG)
        && maps(&now.process[t->of], t->arg[0], &f);
    want(t, shared ? MAPPER : THREAD, shared ? &f : NULL, 0);
}

static void polling(struct thread *t)
{
    struct pollfd polled[WANTS];
    size_t n = t->arg[1];
    if (n > WANTS || memory(t, t->arg[0], polled, n * sizeof *polled)
                     != n * sizeof *polled)
        return;
    if (n == 0)
        want(t, STRANGER, NULL, 0);
    for (size_t i = 0; i < n; i++) {
        const struct file *f = on(t, (unsigned)polled[i].fd);
        if (polled[i].fd < 0)
            continue;
        f = f && f->pipe ? f : NULL;
        if (!f || f->mode & S_IRUSR)
            want(t, WRITER, f, 0);
        if (f && f->mode & S_IWUSR)
            want(t, READER, f, 0);
    }
}

static void for_signal(struct thread *t)
{
    want(t, STRANGER, NULL, 0);
}

static void elsewhere(struct thread *t)
{
    on(t, t->arg[0]);
}

static void somewhere(struct thread *t)
{
    (void)t;
}

static const struct call calls[] = {
    { SYS_read, "read", reading, 0 },
    { SYS_readv, "readv", reading, 0 },
    { SYS_write, "write", writing, 0 },
    { SYS_writev, "writev", writing, 0 },
    { SYS_splice, "splice", moving, 0 },
    { SYS_tee, "tee", moving, 0 },
    { SYS_openat, "open", opening, 0 },
    { SYS_wait4, "waitpid", for_child, 0 },
    { SYS_waitid, "waitid", for_child, 0 },
    { SYS_clone, "clone", for_vfork, 0 },
    { SYS_clone3, "clone3", for_vfork, 0 },
    { SYS_flock, "flock", locking, 0 },
    { SYS_fcntl, "fcntl", locking, 0 },
    { SYS_futex, "futex", in_futex, 3 },
    { SYS_ppoll, "poll", polling, 2 },
    { SYS_rt_sigsuspend, "sigsuspend", for_signal, 0 },
    { SYS_rt_sigtimedwait, "sigwait", for_signal, 2 },
    { SYS_nanosleep, "nanosleep", somewhere, 0 },
    { SYS_clock_nanosleep, "nanosleep", somewhere, 0 },
    { SYS_pselect6, "select", somewhere, 4 },
    { SYS_epoll_pwait, "epoll_wait", elsewhere, -3 },
    { SYS_accept, "accept", elsewhere, 0 },
    { SYS_accept4, "accept", elsewhere, 0 },
    { SYS_connect, "connect", elsewhere, 0 },
    { SYS_recvfrom, "recv", elsewhere, 0 },
    { SYS_recvmsg, "recvmsg", elsewhere, 0 },
    { SYS_sendto, "send", elsewhere, 0 },
    { SYS_sendmsg, "sendmsg", elsewhere, 0 },
    { SYS_mq_timedreceive, "mq_receive", elsewhere, 4 },
    { SYS_mq_timedsend, "mq_send", elsewhere, 4 },
    { SYS_msgrcv, "msgrcv", somewhere, 0 },
    { SYS_msgsnd, "msgsnd", somewhere, 0 },
    { SYS_semop, "semop", somewhere, 0 },
    { SYS_semtimedop, "semop", somewhere, 3 },
    #ifdef SYS_open                       /* older machines have more */
    { SYS_open, "open", opening, 0 },
    { SYS_vfork, "vfork", for_vfork, 0 },
    { SYS_pause, "pause", for_signal, 0 },
    { SYS_poll, "poll", polling, -2 },
    { SYS_select, "select", somewhere, 4 },
    { SYS_epoll_wait, "epoll_wait", elsewhere, -3 },
    #endif
};

/* understand: whether we know for certain what T waits for. */
static bool understand(struct thread *t)
{
    long number = -1;
    unsigned long *a = t->arg;
    int n = sscanf(t->call, "%ld %lx %lx %lx %lx %lx %lx", &number,
                   &a[0], &a[1], &a[2], &a[3], &a[4], &a[5]);
    for (size_t i = 0; n == 7 && i < sizeof calls / sizeof *calls; i++)
        if (calls[i].number == number)
            t->in = &calls[i];
    if (!t->in || t->state != (t->in->waits == for_vfork ? 'D' : 'S'))
        return false;
    int limit = t->in->limit;
    t->limited = limit < 0 ? (int)a[-limit] >= 0 : limit && a[limit];
    t->in->waits(t);
    return t->wants && !t->unknown && !t->limited;
}

static bool is_child(const struct process *p, const struct process *of,
                     long which)
{
    return (p->parent == of->pid || p->tracer == of->pid)
        && (which == -1 || which == p->pid
            || (which == 0 && p->group == of->group)
            || (which < -1 && p->group == -which));
}

/* is: whether P is one whom T waits for as W says. */
static bool is(const struct process *p, const struct thread *t,
               const struct want *w)
{
    const struct process *me = &now.process[t->of];
    struct file f = { .dev = w->dev, .ino = w->ino };
    mode_t mode = w->role == WRITER ? S_IWUSR : S_IRUSR;
    if (p->hidden && w->role <= MAPPER
        && (p->ours || p->session == me->session))
        return true;
    switch (w->role) {
    case THREAD: return p == me;
    case STRANGER: return false;
    case CHILD: return is_child(p, me, w->number);
    case MAPPER: return maps(p, 0, &f);
    default:
        for (int i = p->file; i < p->file + p->files; i++)
            if (now.file[i].dev == w->dev && now.file[i].ino == w->ino
                && (w->role == OPENER || now.file[i].mode & mode))
                return true;
        return false;
    }
}

/* is_wanted: whether T waits for P. */
static bool is_wanted(const struct process *p, const struct thread *t)
{
    for (int i = 0; i < t->wants; i++)
        if (is(p, t, &t->want[i]))
            return true;
    return false;
}

/* ends: whether P, when it runs, could end the wait of T. */
static bool ends(const struct process *p, const struct thread *t)
{
    return is_wanted(p, t) || p->pid == now.process[t->of].tracer;
}

/* hangs: whether P is ours and has a thread that nobody can wake. */
static bool hangs(const struct process *p)
{
    for EACH_THREAD(t)
        if (p->ours && p == &now.process[t->of] && !t->awake)
            return true;
    return false;
}

/* has_timer: whether time could wake P, or the kernel works for it. */
static bool has_timer(const struct process *p)
{
    char text[2];
    return p->alarm || p->uring
        || slurp(text, sizeof text, "%d/timers", p->pid);
}

/* ran: whether T has run since we looked, or may have. */
static bool ran(const struct thread *t)
{
    char call[TEXT], status[STATUS];
    read_call(now.process[t->of].pid, t->tid, call, status);
    return strcmp(call, t->call) != 0
        || switches(status) != t->switches;
}

/* came: whether PID is a child of ours that we have not seen. */
static bool came(pid_t pid)
{
    char text[1024];
    pid_t parent;
    for EACH_PROCESS(p)
        if (p->pid == pid)
            return false;
    slurp(text, sizeof text, "%d/stat", pid);
    const char *end = strrchr(text, ')');
    if (!end || sscanf(end, ") %*c %d", &parent) != 1)
        return false;
    for EACH_PROCESS(p)
        if (p->pid == parent)
            return p->ours;
    return false;
}

/* changed: whether what we know of ours is so no more. */
static bool changed(void)
{
    bool is = false;
    DIR *dir = opendir("/proc");
    for (struct dirent *d; there(dir) && (d = readdir(dir));)
        is |= isdigit((unsigned char)*d->d_name)
            && came(atoi(d->d_name));
    if (dir)
        closedir(dir);
    for EACH_THREAD(t)
        is |= now.process[t->of].ours && !t->awake && ran(t);
    return is || lacking;
}

/* label: what P is called; the text lasts until the next call. */
static const char *label(const struct process *p)
{
    static char text[TEXT];
    if (!names_only)
        snprintf(text, sizeof text, "%s %d", p->name, p->pid);
    else if (p->namesakes)
        snprintf(text, sizeof text, "%s (%d)", p->name,
                 p->namesakes + 1);
    else
        snprintf(text, sizeof text, "%s", p->name);
    return text;
}

/* has_lock: whether PID, or 0 for any, has a lock on the file INO. */
static bool has_lock(pid_t pid, ino_t ino)
{
    char line[TEXT];
    bool found = false;
    FILE *locks = fopen("/proc/locks", "re");
    while (locks && !found && fgets(line, sizeof line, locks)) {
        int who;
        unsigned long file;
        found = sscanf(line, "%*d: %*s %*s %*s %d %*x:%*x:%lu", &who,
                       &file) == 2
            && file == ino && (pid ? who == pid : who > 0);
    }
    if (locks)
        fclose(locks);
    return found;
}

/* is_told: whether T waits for P; of those who have a locked file open,
   only for the one that the kernel names, if it does. */
static bool is_told(const struct process *p, const struct thread *t)
{
    return is_wanted(p, t) && (t->want[0].role != OPENER
        || !has_lock(0, t->want[0].ino)
        || has_lock(p->pid, t->want[0].ino));
}

/* tell_enders: A, B and C, or nobody. */
static void tell_enders(const struct thread *t)
{
    int left = 0;
    for EACH_PROCESS(p)
        left += !p->dead && is_told(p, t);
    if (left == 0)
        fputs(t->in->waits == opening ? "nobody" : "nobody seen here",
              stdout);
    for EACH_PROCESS(p)
        if (!p->dead && is_told(p, t))
            printf("%s%s%s", label(p),
                   p == &now.process[t->of] ? " itself" : "",
                   --left > 1 ? ", " : left ? " and " : "");
}

/* tell_wait: the call that T waits in, and who could end that. */
static void tell_wait(const struct thread *t)
{
    static const char *const could[] = {
        [WRITER] = "can write to", [READER] = "can read from",
        [OPENER] = "can unlock", [MAPPER] = "can change" };
    enum role role = t->wants ? t->want[0].role : STRANGER;
    bool opens = t->in->waits == opening;
    printf(" waits in %s%s%s", t->in->name,
           !*t->on ? "" : opens ? " of " : " on ", t->on);
    if (role <= MAPPER) {
        fputs("\n    that ", stdout);
        tell_enders(t);
        printf(" %s", !opens ? could[role] : role == WRITER
               ? "has open for writing" : "has open for reading");
    } else if (role == CHILD) {
        fputs(" for ", stdout);
        tell_enders(t);
    } else {
        fputs(role == THREAD ? " for another thread"
              : t->wants ? " for a signal" : "", stdout);
    }
    puts(t->limited ? ", or until a time is over" : "");
}

/* tell_thread: what T does. */
static void tell_thread(const struct thread *t)
{
    const struct process *p = &now.process[t->of];
    int nth = 1;
    while (t - nth >= now.thread && t[-nth].of == t->of)
        nth++;
    fputs(label(p), stdout);
    if (nth > 1)
        printf(" thread %d", nth);
    if (t->state == 'T' || t->state == 't')
        puts(" is stopped");
    else if (t->in && (t->state == 'S' || t->wants))
        tell_wait(t);
    else
        if (t->state == 'R' || strncmp(t->call, "running", 7) == 0)
            puts(" runs");
        else if (strcspn(t->call, "0") == 0 || !*t->call)
            puts(" waits, and we may not see in which call");
        else
            printf(" waits in %s%.*s\n",
                   isdigit((unsigned char)*t->call) ? "call " : "the kernel's ",
                   (int)strcspn(t->call, " \n"), t->call);
}

/* tell_own: the ends that T's process holds of what T waits for. */
static void tell_own(const struct thread *t)
{
    const struct process *p = &now.process[t->of];
    const struct file *f = &now.file[p->file];
    for (const struct want *w = t->want; w < t->want + t->wants; w++)
        for (int i = 0; w->role <= READER && i < p->files; i++)
            if (f[i].dev == w->dev && f[i].ino == w->ino
                && f[i].mode & (w->role == WRITER ? S_IWUSR : S_IRUSR))
                printf("%s %s, and holds a %s end itself: descriptor"
                       " %d.\n", label(p),
                       w->role == WRITER ? "reads" : "writes",
                       w->role == WRITER ? "write" : "read", f[i].fd);
}

/* tell_ring: who of ours hangs, HANGING of them. */
static void tell_ring(int hanging)
{
    int left = hanging;
    fputs("Nobody else can end it: ", stdout);
    for EACH_PROCESS(p)
        if (hangs(p))
            printf("%s%s", label(p),
                   --left > 1 ? ", " : left ? " and " : "");
    puts(hanging > 1 ? " are stuck." : " is stuck.");
    for EACH_THREAD(t)
        if (now.process[t->of].ours && !t->awake)
            tell_own(t);
}

/* choose: makes ours what comes from the process ROOT, or, when that is
   0, all of USER. */
static bool choose(pid_t root, uid_t user)
{
    bool found = false;
    for (bool again = true; again;) {
        again = false;
        for EACH_PROCESS(p) {
            bool is_it = root ? p->pid == root : p->user == user;
            for EACH_PROCESS(q)
                is_it |= root && q->ours && q->pid == p->parent;
            if (is_it && !p->ours)
                p->ours = again = found = true;
        }
    }
    return found;
}

static uid_t user_named(const char *name)
{
    const struct passwd *user = getpwnam(name);
    if (!user)
        errx(2, "%s: no such user", name);
    return user->pw_uid;
}

static void usage(FILE *to)
{
    fputs(
"usage: who_waits [OPTION]... PID...\n"
"       who_waits [OPTION]... -a | -u USER\n"
"Tells who waits for whom, and whether some wait for each other for\n"
"good: of the processes PID and all that come from them, of all of\n"
"yours, or of all of USER's.\n"
"  --names  print no numbers, so that it reads the same each time\n"
"  --tree   all others count as awake; all of these hang or none does\n"
"  --alone  no other sends a signal or opens a FIFO\n"
"  -q       print nothing\n"
"Status: 0 when nobody is stuck, 1 when somebody is, 2 for a wrong\n"
"call.\n", to);
}


int main(int argc, char **argv)
{
    static const struct option options[] = {
        { "names", no_argument, NULL, 'n' },
        { "tree", no_argument, NULL, 't' },
        { "alone", no_argument, NULL, 'l' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 } };
    bool all = false, quiet = false;
    uid_t user = getuid();
    names_only = tree_only = alone = lacking = false;
    optind = 0;
    for (int c; (c = getopt_long(argc, argv, "aqu:", options, NULL)) != -1;)
        switch (c) {
        case 'a': all = true; break;
        case 'u': all = true; user = user_named(optarg); break;
        case 'q': quiet = true; break;
        case 'n': names_only = true; break;
        case 't': tree_only = true; break;
        case 'l': alone = true; break;
        case 'h': usage(stdout); return 0;
        default: usage(stderr); return 2;
        }
    if (!all && optind == argc) {
        usage(stderr);
        return 2;
    }
    look();
    if (lacking) {
        warnx("/proc could not be read as a whole");
        return 2;
    }
    if (all)
        choose(0, user);
    for (; !all && optind < argc; optind++) {
        pid_t pid = (pid_t)strtol(argv[optind], NULL, 10);
        if (pid <= 0 || !choose(pid, 0)) {
            warnx("%s: no such process", argv[optind]);
            return 2;
        }
    }
    for EACH_PROCESS(p)
        p->ours &= p->pid != getpid();
    for EACH_THREAD(t) {
        const struct process *p = &now.process[t->of];
        bool known = false, dead = false;
        t->awake = (tree_only && !p->ours) || !understand(t) || ran(t)
            || has_timer(p) || (t->stranger && !alone);
        for EACH_PROCESS(q)
            if (!t->awake && ends(q, t))
                known = true, dead |= q->dead;
        t->awake |= dead || !(known || t->stranger);
    }
    for (bool again = true; again;) {
        again = false;
        for EACH_THREAD(t)
            for EACH_THREAD(u)
                if (!t->awake && u->awake && ends(&now.process[u->of], t))
                    t->awake = again = true;
    }
    for (bool again = !tree_only; again;) {
        again = false;
        for EACH_THREAD(t)
            for EACH_THREAD(u) {
                struct process *p = &now.process[u->of];
                if (now.process[t->of].ours && !p->ours && !t->awake
                    && !u->awake && ends(p, t))
                    p->ours = again = true;
            }
    }
    for EACH_PROCESS(p)
        for EACH_PROCESS(q)
            p->namesakes += q < p && q->ours && !q->dead
                && strcmp(q->name, p->name) == 0;
    int hanging = 0, awake = 0;
    for EACH_PROCESS(p)
        hanging += hangs(p);
    for EACH_THREAD(t)
        if (now.process[t->of].ours) {
            awake += t->awake;
            if (!quiet)
                tell_thread(t);
        }
    bool stuck = hanging && !(tree_only && awake) && !changed();
    if (stuck && !quiet)
        tell_ring(hanging);
    if (fflush(stdout) == EOF)
        err(2, "standard output");
    return stuck;
}
