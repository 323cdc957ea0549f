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
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <getopt.h>
#include <limits.h>
#include <linux/futex.h>
#include <linux/kcmp.h>
#include <linux/magic.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pwd.h>
#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/vfs.h>

enum { TEXT = 256, STATUS = 4096, WANTS = 32 };
#define SOCKETS ((dev_t)-1)           /* where all sockets are */
#define COUNTERS ((dev_t)-2)          /* and those of eventfd */
struct file {
    int fd;
    bool pipe, socket, named;         /* a stranger could open it */
    mode_t mode;                      /* how it is open, by its link */
    dev_t dev;
    ino_t ino;
};
struct process {
    pid_t pid, parent, group, session, tracer;
    uid_t user;
    char name[32];
    bool ours, dead, hidden, alarm, uring;
    pid_t living;                     /* its first living thread */
    int file, files, namesakes;       /* its first file, how many */
};
struct thread;
/* Who ends a wait: one that can write to a file, read from it, has the
   lock, maps it, has that socket; one that has the thread's own socket;
   any of ours; a child; a thread of its own; nobody that is known. */
enum role { WRITER, READER, LOCKER, MAPPER, HOLDER, OWN,
            ANYBODY, CHILD, THREAD, STRANGER };
struct want {
    enum role role;
    dev_t dev;
    ino_t ino;
    long number;
    bool held;                        /* else the wait would be over */
};
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
    const char *can;                  /* what those who end it can do */
    pid_t holder, last;               /* of a mutex; who did it last */
    int socket, option;               /* which has a limit of time */
    struct flock lock;                /* that it asks for */
    bool limited, stranger, signals, unknown, awake;
};
static struct view {
    struct process *process;
    struct thread *thread;
    struct file *file;
    int processes, threads, files;
} now;
/* A socket; and a tie: FROM is connected with TO, or waits until
   TO accepts it. */
struct socket {
    ino_t ino, file;                  /* its name in the file system */
    int type;
    bool listens;
    const struct line *line;          /* of one of the network */
    size_t length;                    /* of its name */
    char name[sizeof ((struct sockaddr_un *)NULL)->sun_path];
};
struct tie { ino_t from, to; };
static struct {
    struct socket *socket;
    struct tie *tie;
    int sockets, ties;
    bool asked, known;
} local;
static struct {
    struct line {
        char own[38], peer[38];       /* address and port */
        unsigned state, out, in, timer;      /* bytes; what for */
        ino_t ino;                    /* 0 when no process has it */
        bool tcp;
        const struct line *other;     /* the other end */
    } *line;
    int lines;
} network;
#define EACH_LINE(l) (struct line *l = network.line; \
                      l < network.line + network.lines; l++)
static bool names_only, tree_only, alone, lacking;
/* Sets of signals: what time sends, what the C library's threads do. */
#define SIGNAL(n) (1ULL << ((n) - 1))
#define TIMERS (SIGNAL(SIGALRM) | SIGNAL(SIGVTALRM) | SIGNAL(SIGPROF) \
                | SIGNAL(SIGIO))
#define INTERNAL (SIGNAL(32) | SIGNAL(33))
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

/* proc: opens /proc/FORMAT to be read; NULL when it is not there. */
__attribute__((format(printf, 1, 2)))
static FILE *proc(const char *format, ...)
{
    char path[TEXT] = "/proc/";
    va_list list;
    va_start(list, format);
    vsnprintf(path + 6, sizeof path - 6, format, list);
    va_end(list);
    FILE *file = fopen(path, "re");
    there(file);
    return file;
}

/* next_line: the next of FILE, which is closed behind the last one. */
static bool next_line(FILE *file, char line[2 * TEXT])
{
    bool is = file && fgets(line, 2 * TEXT, file);
    if (file && !is)
        fclose(file);
    return is;
}

/* slurp: the text of FILE; false when there is none. */
static bool slurp(char *text, size_t size, FILE *file)
{
    size_t n = file ? fread(text, 1, size - 1, file) : 0;
    if (file)
        fclose(file);
    text[n] = '\0';
    return n > 0;
}

/* next_number: the next name in DIR that is one; or -1, and DIR is
   closed. */
static int next_number(DIR *dir)
{
    struct dirent *d;
    while (there(dir) && (d = readdir(dir)))
        if (isdigit((unsigned char)*d->d_name))
            return atoi(d->d_name);
    if (dir)
        closedir(dir);
    return -1;
}

/* field: the number behind NAME in the text of a status. */
static unsigned long long field(const char *text, const char *name,
                                int base)
{
    const char *at = strstr(text, name);
    return at ? strtoull(at + strlen(name), NULL, base) : 0;
}

static void read_file(struct process *p, int dir, int fd)
{
    char number[12], what[32] = "";
    snprintf(number, sizeof number, "%d", fd);
    struct stat file = { 0 }, link = { 0 };
    if (readlinkat(dir, number, what, sizeof what - 1) == -1)
        return;
    p->uring |= strcmp(what, "anon_inode:[io_uring]") == 0;
    char text[STATUS];
    if (strcmp(what, "anon_inode:[eventfd]") == 0
        && slurp(text, STATUS, proc("%d/fdinfo/%s", p->living, number))
        && strstr(text, "\neventfd-id:")) {
        file.st_dev = COUNTERS;
        file.st_ino = field(text, "\neventfd-id:", 10);
    }
    bool pipe = sscanf(what, "pipe:[%lu]", &file.st_ino) == 1;
    bool socket = sscanf(what, "socket:[%lu]", &file.st_ino) == 1;
    if (*what == '/')
        fstatat(dir, number, &file, 0);
    if (*what == '/' || pipe)
        fstatat(dir, number, &link, AT_SYMLINK_NOFOLLOW);
    if (socket)
        file.st_dev = SOCKETS;
    now.file = grown(now.file, now.files, sizeof *now.file);
    now.file[now.files++] = (struct file){
        fd, pipe || S_ISFIFO(file.st_mode), socket,
        file.st_nlink > 0, link.st_mode, file.st_dev, file.st_ino };
}

/* read_files: what P has open, as its thread TID sees it. */
static void read_files(struct process *p, pid_t tid)
{
    char path[TEXT];
    snprintf(path, sizeof path, "/proc/%d/task/%d/fd", p->pid, tid);
    DIR *dir = opendir(path);
    p->hidden = !dir;
    p->file = now.files;
    for (int fd; (fd = next_number(dir)) != -1;)
        read_file(p, dirfd(dir), fd);
    p->files = now.files - p->file;
}

/* read_call: the call that the thread TID of PID is in, into CALL, and
   its state with the counts of its switches, into STATUS. */
static void read_call(pid_t pid, pid_t tid, char *call, char *status)
{
    slurp(status, STATUS, proc("%d/task/%d/status", pid, tid));
    if (!slurp(call, TEXT, proc("%d/task/%d/syscall", pid, tid)))
        slurp(call, TEXT, proc("%d/task/%d/wchan", pid, tid));
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
    struct thread t = { .of = now.processes - 1, .tid = tid,
                        .last = -1 };
    read_call(p->pid, tid, t.call, status);
    const char *state = strstr(status, "\nState:\t");
    if (!state || strchr("ZX", state[8]))
        return;
    t.state = state[8];
    unsigned long long caught = field(status, "\nSigCgt:", 16);
    p->alarm |= (caught & TIMERS) != 0;
    t.signals = caught & ~INTERNAL & ~field(status, "\nSigBlk:", 16);
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
    for (int tid; (tid = next_number(dir)) != -1;)
        read_thread(p, tid);
    p->dead = first == now.threads;
    if (p->dead)
        return;
    p->living = now.thread[first].tid;
    read_files(p, p->living);
    for (int i = first + 1; i < now.threads; i++) {
        long other = syscall(SYS_kcmp, p->living, now.thread[i].tid,
                             KCMP_FILES, 0, 0);
        p->hidden |= other > 0 || (other == -1 && p->files);
    }
}

/* read_process: adds PID, if it is there and not the kernel's. */
static void read_process(pid_t pid)
{
    char text[1024];
    unsigned flags;
    struct process p = { .pid = pid };
    slurp(text, sizeof text, proc("%d/stat", pid));
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
    local.sockets = local.ties = 0;
    local.asked = local.known = false;
    network.lines = 0;
    DIR *dir = opendir("/proc");
    for (int pid; (pid = next_number(dir)) != -1;)
        read_process(pid);
}

/* want: whoever is ROLE of F, or NUMBER, could end the wait of T. */
static void want(struct thread *t, enum role role, const struct file *f,
                 long number)
{
    t->stranger |= role == STRANGER
        || (f && f->named && role != LOCKER);
    if (t->wants == WANTS || (!f && role <= OWN))
        t->unknown = true;
    else
        t->want[t->wants++] = (struct want){
            role, f ? f->dev : 0, f ? f->ino : 0, number,
            f && !f->named && (f->pipe || f->dev == SOCKETS) };
}

/* anybody_can: T waits for anyone who does what CAN says. */
static void anybody_can(struct thread *t, const char *can)
{
    t->can = can;
    want(t, ANYBODY, NULL, 0);
    want(t, STRANGER, NULL, 0);
}

/* is_queue: whether FD of T is a message queue of POSIX. */
static bool is_queue(const struct thread *t, unsigned long fd)
{
    char path[TEXT];
    struct statfs s;
    snprintf(path, sizeof path, "/proc/%d/fd/%d", t->tid, (int)fd);
    return statfs(path, &s) == 0 && s.f_type == 0x19800202;
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
    if (*t->on)
        return f;                     /* the first is told */
    const char *slash = names_only ? strrchr(link, '/') : NULL;
    size_t kind = strcspn(link, ":[");
    if (*link == '/' || strncmp(link, "anon", 4) == 0)
        snprintf(t->on, TEXT, "%s%.200s", f->pipe ? "FIFO "
                 : is_queue(t, fd) ? "queue " : "",
                 slash ? slash + 1 : link);
    else if (names_only)
        snprintf(t->on, TEXT, "a %.*s", (int)kind, link);
    else
        snprintf(t->on, TEXT, "%.*s %ju", (int)kind, link,
                 (uintmax_t)strtoul(link + kind + 2, NULL, 10));
    return f;
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

/* look_up: stat for NAME, as T sees it from its folder DIR. */
static int look_up(const struct thread *t, int dir, const char *name,
                   struct stat *s)
{
    char path[2 * TEXT];
    if (*name == '/' || dir == AT_FDCWD)
        snprintf(path, sizeof path, "/proc/%d/%s/%s", t->tid,
                 *name == '/' ? "root" : "cwd", name);
    else
        snprintf(path, sizeof path, "/proc/%d/fd/%d/%s", t->tid, dir,
                 name);
    return stat(path, s);
}

/* is_near: whether T is in the namespace of KIND that we are in. */
static bool is_near(const struct thread *t, const char *kind)
{
    char path[TEXT];
    struct stat its, mine;
    snprintf(path, sizeof path, "/proc/%d/ns/%s", t->tid, kind);
    if (stat(path, &its) == -1)
        return false;
    snprintf(path, sizeof path, "/proc/self/ns/%s", kind);
    return stat(path, &mine) == 0 && its.st_ino == mine.st_ino;
}

static void tie(ino_t from, ino_t to)
{
    local.tie = grown(local.tie, local.ties, sizeof *local.tie);
    local.tie[local.ties++] = (struct tie){ from, to };
}

static void add(const struct socket *s)
{
    local.socket = grown(local.socket, local.sockets, sizeof *s);
    local.socket[local.sockets++] = *s;
}

/* take: notes the piece of TYPE in DATA with SIZE bytes about S. */
static void take(struct socket *s, int type, const char *data,
                 size_t size)
{
    uint32_t number[2] = { 0 };
    memcpy(number, data, size < sizeof number ? size : sizeof number);
    switch (type) {
    case UNIX_DIAG_NAME:
        s->length = size < sizeof s->name ? size : sizeof s->name;
        memcpy(s->name, data, s->length);
        break;
    case UNIX_DIAG_VFS: s->file = number[0]; break;
    case UNIX_DIAG_PEER:
        if (number[0])
            tie(s->ino, number[0]);
        break;
    case UNIX_DIAG_ICONS:
        for (; size >= 4; size -= 4, data += 4) {
            memcpy(number, data, 4);
            tie(number[0], s->ino);
        }
    }
}

/* take_socket: notes the socket that the message H is about. */
static void take_socket(const struct nlmsghdr *h)
{
    const struct unix_diag_msg *m = NLMSG_DATA(h);
    struct socket s = { .ino = m->udiag_ino, .type = m->udiag_type,
                        .listens = m->udiag_state == TCP_LISTEN };
    const char *at = (const char *)(m + 1);
    const char *end = (const char *)h + h->nlmsg_len;
    while (end - at >= (int)sizeof(struct nlattr)) {
        struct nlattr a;
        memcpy(&a, at, sizeof a);
        take(&s, a.nla_type, at + sizeof a, a.nla_len - sizeof a);
        at += NLA_ALIGN(a.nla_len);
    }
    add(&s);
}

/* ask_for_sockets: fills LOCAL, once a look. */
static void ask_for_sockets(void)
{
    struct { struct nlmsghdr h; struct unix_diag_req r; } ask = {
        { sizeof ask, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP,
          0, 0 },
        { .sdiag_family = AF_UNIX, .udiag_states = ~0U,
          .udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_VFS
              | UDIAG_SHOW_PEER | UDIAG_SHOW_ICONS } };
    int to = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
                    NETLINK_SOCK_DIAG);
    local.asked = true;
    bool more = to != -1 && send(to, &ask, sizeof ask, 0) != -1;
    while (more)
        {
            static _Alignas(struct nlmsghdr) char part[32768];
            ssize_t size = recv(to, part, sizeof part, 0);
            more = size > 0;
            const struct nlmsghdr *h = (const void *)part;
            for (unsigned left = (unsigned)(more ? size : 0);
                 NLMSG_OK(h, left); h = NLMSG_NEXT(h, left))
                if ((more = h->nlmsg_type == SOCK_DIAG_BY_FAMILY))
                    take_socket(h);
                else
                    local.known = h->nlmsg_type == NLMSG_DONE;
        }
    if (to != -1)
        close(to);
}

static void map(char *end)
{
    char old[14];
    if (strlen(end) == 13) {
        strcpy(old, end);
        sprintf(end, "%016X%08X%s", 0, htonl(0xffff), old);
    }
}

static void read_table(const char *name)
{
    char line[2 * TEXT];
    struct line s = { .tcp = *name == 't' };
    FILE *list = proc("net/%s", name);
    while (next_line(list, line)) {
        if (sscanf(line, "%*d: %37s %37s %x %x:%x %x:%*x %*x %*d %*d"
                   " %lu", s.own, s.peer, &s.state, &s.out, &s.in,
                   &s.timer, &s.ino) != 7)
            continue;
        map(s.own);
        map(s.peer);
        network.line = grown(network.line, network.lines, sizeof s);
        network.line[network.lines++] = s;
    }
}

static bool hears(const char *own, const char *to)
{
    return strcmp(own, to) == 0 || (strcmp(own + 32, to + 32) == 0
        && strncmp(own + 24, "00000000", 8) == 0);
}

/* join: adds S to the sockets, tied to who has its other end. */
static void join(struct line *s)
{
    bool tied = strcmp(s->peer + 33, "0000") != 0;
    for EACH_LINE(l)
        if (s->tcp && l->tcp && (s->state == TCP_LISTEN
            ? l->state == TCP_SYN_RECV && hears(s->own, l->own)
            : strcmp(l->own, s->peer) == 0
                && strcmp(l->peer, s->own) == 0))
            s->other = l;
    const struct line *o = s->other;
    bool waits = s->state == TCP_SYN_SENT || (o && !o->ino
        && (o->state == TCP_ESTABLISHED || o->state == TCP_CLOSE_WAIT));
    for EACH_LINE(l)
        if (l->ino && l->tcp == s->tcp && hears(l->own, s->peer)
            && (l == o || !l->tcp || (waits && l->state == TCP_LISTEN)))
            tie(s->ino, l->ino);
    struct socket its = { .ino = s->ino, .line = s,
        .type = s->tcp ? SOCK_STREAM : SOCK_DGRAM,
        .listens = s->tcp ? s->state == TCP_LISTEN : !tied };
    const char *end = tied ? s->peer : s->own;
    char text[INET6_ADDRSTRLEN] = "";
    struct in6_addr a;
    for (int i = 0; i < 4; i++)
        sscanf(end + 8 * i, "%8x", &a.s6_addr32[i]);
    bool old = IN6_IS_ADDR_V4MAPPED(&a);
    inet_ntop(old ? AF_INET : AF_INET6, &a.s6_addr[old ? 12 : 0], text,
              sizeof text);
    its.length = (size_t)snprintf(its.name, sizeof its.name,
                                  old ? "%s:%lu" : "[%s]:%lu", text,
                                  strtoul(end + 33, NULL, 16));
    add(&its);
}

static void read_network(void)
{
    read_table("tcp");
    read_table("tcp6");
    read_table("udp");
    read_table("udp6");
    for EACH_LINE(l)
        if (l->ino)
            join(l);
}

enum { TO_PEER = 1, FROM_PEERS = 2 };
/* tied: T waits for those at the other end of its socket OWN. */
static void tied(struct thread *t, const struct file *own, int ways)
{
    int before = t->wants;
    for (int i = 0; i < local.ties; i++) {
        struct file f = { .dev = SOCKETS, .ino = local.tie[i].to };
        if (ways & TO_PEER && local.tie[i].from == own->ino)
            want(t, HOLDER, &f, 0);
        f.ino = local.tie[i].from;
        if (ways & FROM_PEERS && local.tie[i].to == own->ino)
            want(t, HOLDER, &f, 0);
    }
    if (ways == TO_PEER && t->wants == before) {
        t->unknown = true;            /* somebody whom we do not see */
        want(t, HOLDER, &(struct file){ .dev = SOCKETS }, 0);
    }
    want(t, OWN, own, 0);
}

/* socket_of: what is known of the socket F of T. */
static const struct socket *socket_of(struct thread *t,
                                      const struct file *f)
{
    if (!local.asked) {
        ask_for_sockets();
        read_network();
    }
    for (int i = 0; f && local.known && i < local.sockets; i++)
        if (f->socket && local.socket[i].ino == f->ino)
            return &local.socket[i];
    t->unknown = true;
    return NULL;
}

/* name_socket: T waits at the socket with NAME, of SIZE bytes, if it
   has one; an abstract name begins with a zero, shown as @. */
static void name_socket(struct thread *t, const char *name, size_t size)
{
    bool abstract = size > 1 && !*name;
    char text[TEXT];
    snprintf(text, sizeof text, "%s%.*s", abstract ? "@" : "",
             (int)size - abstract, name + abstract);
    char *slash = names_only && !abstract ? strrchr(text, '/') : NULL;
    for (char *c = text; *c; c++)
        *c = (char)(isprint((unsigned char)*c) ? *c : '?');
    if (*text)
        snprintf(t->on, TEXT, "socket %.200s",
                 slash ? slash + 1 : text);
}

/* at_socket: T waits at its socket F, to receive, to send, or both. */
static void at_socket(struct thread *t, const struct file *f,
                      bool receives, bool sends)
{
    const struct socket *s = socket_of(t, f);
    if (!s)
        return;
    const struct line *l = s->line;
    bool datagrams = s->type == SOCK_DGRAM;
    bool named = s->length > 0 && !l;
    t->can = s->listens && !datagrams ? "can connect to"
        : l && l->state == TCP_SYN_SENT ? "can accept"
        : receives ? "can write to" : "can read from";
    if (t->wants == 0 && !(l && names_only))
        name_socket(t, s->name, s->length);
    if (s->listens || (datagrams && named && receives))
        anybody_can(t, t->can);
    else
        tied(t, f, !datagrams || !receives || l ? TO_PEER
             : sends ? TO_PEER | FROM_PEERS : FROM_PEERS);
    t->stranger |= datagrams && (sends || l);
    if (l)
        {
            const struct line *o = l->other;
            t->limited |= l->state == TCP_SYN_SENT;
            t->unknown |= datagrams ? sends : s->listens ? o != NULL
                : !o || (receives && o->out)
                || (sends && (!t->option || l->timer == 1 || !o->in));
        }
}

/* is_named: whether S listens at ADDRESS, of SIZE bytes, as T sees
   it. */
static bool is_named(const struct socket *s, const struct thread *t,
                     const struct sockaddr_un *address, size_t size)
{
    struct stat file;
    size_t length = size - sizeof address->sun_family;
    if (!s->listens || address->sun_family != AF_UNIX)
        return false;
    if (*address->sun_path == '\0')
        return s->length == length
            && memcmp(s->name, address->sun_path, length) == 0;
    return look_up(t, AT_FDCWD, address->sun_path, &file) == 0
        && s->file && s->file == (uint32_t)file.st_ino;
}

static void connecting(struct thread *t)
{
    struct { struct sockaddr_un un; char end; } to = { .end = '\0' };
    const struct file *f = on(t, t->arg[0]);
    size_t size = t->arg[2] < sizeof to.un ? t->arg[2] : sizeof to.un;
    const struct socket *s = socket_of(t, f);
    if (s && s->line)
        at_socket(t, f, false, false);
    if (!s || s->line || size <= sizeof to.un.sun_family
        || memory(t, t->arg[1], &to.un, size) != size)
        return;
    for (int i = 0; i < local.sockets; i++) {
        struct file other = { .dev = SOCKETS,
                              .ino = local.socket[i].ino };
        if (is_named(&local.socket[i], t, &to.un, size))
            want(t, HOLDER, &other, 0);
    }
    t->can = "can accept";
    name_socket(t, to.un.sun_path, size - sizeof to.un.sun_family);
    t->socket = f->fd;
    t->option = SO_SNDTIMEO;
}

static void for_signal(struct thread *t)
{
    t->signals = true;
    want(t, STRANGER, NULL, 0);
}

/* of_pidfd: the process that the descriptor FD of T stands for. */
static long of_pidfd(struct thread *t, int fd)
{
    char text[STATUS];
    slurp(text, STATUS, proc("%d/fdinfo/%d", t->tid, fd));
    long pid = (int)field(text, "\nPid:", 10);
    bool seen = false;
    for EACH_PROCESS(p)
        seen |= p->pid == pid && !p->dead;
    t->unknown |= !seen;
    return pid;
}

/* at_other: T waits for one who is ROLE of F, no pipe and no socket. */
static void at_other(struct thread *t, const struct file *f,
                     enum role role)
{
    char text[STATUS] = "";
    if (f)
        slurp(text, STATUS, proc("%d/fdinfo/%d", t->tid, f->fd));
    if (f && f->dev == COUNTERS) {
        if (t->wants == 0)
            t->can = role == WRITER ? "can add to" : "can read from";
        want(t, HOLDER, f, 0);
    } else if (strstr(text, "\nit_value:")) {
        bool set = !strstr(text, "\nit_value: (0, 0)");
        if (t->wants == 0)
            snprintf(t->on, TEXT, "a timer%s", set ? "" : " that is not set");
        t->limited |= set;
        want(t, ANYBODY, NULL, 0);
    } else if (strstr(text, "\nsigmask:")) {
        t->unknown |= (field(text, "\nsigmask:", 16) & TIMERS) != 0;
        for_signal(t);
    } else if (strstr(text, "\nPid:")) {
        want(t, CHILD, NULL, of_pidfd(t, f->fd));
    } else {
        t->unknown = true;
    }
}

/* other_end: T waits for one who is ROLE of its descriptor FD. */
static void other_end(struct thread *t, unsigned long fd,
                      enum role role)
{
    const struct file *f = on(t, fd);
    if (f && f->socket) {
        t->socket = f->fd;
        t->option = role == WRITER ? SO_RCVTIMEO : SO_SNDTIMEO;
        at_socket(t, f, role == WRITER, role == READER);
    } else if (f && (f->pipe || is_queue(t, fd))) {
        want(t, role, f, 0);
    } else {
        at_other(t, f, role);
    }
}

static void reading(struct thread *t)
{
    other_end(t, t->arg[0], WRITER);
}

static void writing(struct thread *t)
{
    other_end(t, t->arg[0], READER);
}

static void sending(struct thread *t)
{
    bool message = t->in->number == SYS_sendmsg;
    void *to = NULL;                  /* first in a message */
    if (message)
        memory(t, t->arg[1], &to, sizeof to);
    t->unknown |= message ? to != NULL : t->arg[4] != 0;
    other_end(t, t->arg[0], READER);
}

static void moving(struct thread *t)
{
    other_end(t, t->arg[t->in->number == SYS_tee ? 1 : 2], READER);
    other_end(t, t->arg[0], WRITER);
}

static void opening(struct thread *t)
{
    bool at = t->in->number == SYS_openat;    /* with a folder first */
    char name[TEXT] = "";
    struct stat s = { 0 };
    memory(t, t->arg[at], name, sizeof name - 1);
    int found = look_up(t, at ? (int)t->arg[0] : AT_FDCWD, name, &s);
    if (found == -1 || !S_ISFIFO(s.st_mode))
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
        which = which == P_PID ? who : which == P_PGID ? -who
            : which == P_PIDFD ? of_pidfd(t, (int)who) : -1;
    want(t, CHILD, NULL, which);
}

static void for_vfork(struct thread *t)
{
    char in[TEXT];
    t->signals = false;
    slurp(in, TEXT, proc("%d/wchan", t->tid));
    if (strstr(in, "vfork") || strcmp(in, "kernel_clone") == 0)
        want(t, CHILD, NULL, -1);
}

/* blocks: whether the lock in LINE, MINE when T's process has it, is in
   the way of the one that T asks for. */
static bool blocks(const char *line, const struct thread *t, bool mine)
{
    char kind, mode, last[24];
    long long from, asked = t->lock.l_start, end = t->lock.l_len - 1;
    if (sscanf(line, "lock: %*d: %c%*s %*s %c%*s %*s %*s %lld %23s",
               &kind, &mode, &from, last) != 4
        || (mine && kind == 'P' && t->arg[1] == F_SETLKW))
        return false;
    return (t->in->number == SYS_flock ? kind == 'F'
            : kind == 'P' || kind == 'O')
        && (mode == 'W' || t->lock.l_type == F_WRLCK)
        && (end < 0 || from <= asked + end)
        && (*last == 'E' || asked <= atoll(last));
}

/* has_lock: whether the descriptor FD of P has a lock in T's way. */
static bool has_lock(const struct process *p, int fd,
                     const struct thread *t)
{
    char line[2 * TEXT];
    bool found = false;
    FILE *list = proc("%d/fdinfo/%d", p->living, fd);
    while (next_line(list, line))
        found |= blocks(line, t, p == &now.process[t->of]);
    return found;
}

static void locking(struct thread *t)
{
    const struct file *f = on(t, t->arg[0]);
    unsigned long how = t->arg[1];
    if (t->in->number == SYS_flock)
        t->lock.l_type = how & LOCK_EX ? F_WRLCK : F_RDLCK;
    else if (how == F_SETLKW || how == F_OFD_SETLKW)
        t->unknown |= memory(t, t->arg[2], &t->lock, sizeof t->lock)
                != sizeof t->lock
            || t->lock.l_whence != SEEK_SET || t->lock.l_len < 0
            || (how == F_OFD_SETLKW
                && has_lock(&now.process[t->of], (int)t->arg[0], t));
    else
        return;
    want(t, LOCKER, f, 0);
}

/* linked: whether the file INO that P maps from PATH has a name; PATH
   becomes that name. */
static bool linked(const struct process *p, char *path, ino_t ino)
{
    struct statfs s;
    char folder[3 * TEXT], *slash = strrchr(path, '/');
    if (!strstr(path, " (deleted)") || strncmp(path, "/SYSV", 5) == 0)
        return true;
    if (strncmp(path, "/memfd:", 7) == 0
        || strncmp(path, "/dev/zero ", 10) == 0)
        return false;
    snprintf(folder, sizeof folder, "/proc/%d/root%.*s/", p->pid,
             (int)(slash - path), path);
    DIR *dir = opendir(folder);
    bool is = !dir || statfs(folder, &s) == -1
        || s.f_type != TMPFS_MAGIC;
    for (struct dirent *d; dir && !is && (d = readdir(dir));)
        if (d->d_ino == ino) {
            is = true;
            snprintf(slash + 1, TEXT, "%s", d->d_name);
        }
    if (dir)
        closedir(dir);
    return is;
}

/* maps: whether P has a shared mapping at ADDRESS, which F is set to
   and NAME, or, when that is 0, one of F. */
static bool maps(const struct process *p, unsigned long address,
                 struct file *f, char *name)
{
    char line[3 * TEXT], shared = 0;
    bool found = false;
    FILE *list = proc("%d/maps", p->living);
    while (next_line(list, line)) {
        unsigned long from, to, ino;
        unsigned high, low;
        if (found || sscanf(line, "%lx-%lx %*3s%c %*x %x:%x %lu", &from,
                &to, &shared, &high, &low, &ino) != 6 || shared != 's')
            continue;
        dev_t dev = makedev(high, low);
        found = address ? from <= address && address < to
            : f->dev == dev && f->ino == ino;
        if (!found || !address)
            continue;
        line[strcspn(line, "\n")] = '\0';
        char *path = strchr(line, '/');
        *f = (struct file){ .dev = dev, .ino = ino,
                            .named = !path || linked(p, path, ino) };
        char *slash = path ? strrchr(path, '/') + 1 : "";
        if (strncmp(slash, "SYSV", 4) == 0)
            snprintf(name, TEXT, names_only ? "a segment of shared memory"
                     : "segment %lu of shared memory", ino);
        else
            snprintf(name, TEXT, "shared memory%s%.200s", f->named ? " " : "",
                     !f->named ? "" : names_only ? slash : path);
    }
    return found;
}

/* holder: the thread that holds the mutex T waits for; 0 for none. */
static pid_t holder(const struct thread *t, int op)
{
    unsigned word[3] = { 0 };
    memory(t, t->arg[0], word, sizeof word);
    bool tid = word[0] & FUTEX_WAITERS
        && (op == FUTEX_LOCK_PI || word[0] == (unsigned)t->arg[2]);
    bool glibc = op == FUTEX_WAIT && word[0] == 2 && t->arg[2] == 2
        && word[2] <= 4194304;        /* the largest number there is */
    return tid ? (pid_t)(word[0] & FUTEX_TID_MASK)
        : glibc ? (pid_t)word[2] : 0;
}

static void in_futex(struct thread *t)
{
    int op = (int)t->arg[1] & FUTEX_CMD_MASK;
    struct file f = { .named = false };
    if (op != FUTEX_WAIT && op != FUTEX_WAIT_BITSET
        && op != FUTEX_LOCK_PI)
        return;
    bool shared = !(t->arg[1] & FUTEX_PRIVATE_FLAG)
        && maps(&now.process[t->of], t->arg[0], &f, t->on);
    want(t, shared ? MAPPER : THREAD, shared ? &f : NULL, 0);
    t->holder = is_near(t, "pid") ? holder(t, op) : 0;
}

/* last_at: who sent last to the queue ID, or took from it; or -1. */
static pid_t last_at(int id, bool sent)
{
    char line[2 * TEXT];
    pid_t by[2], last = -1;
    FILE *list = proc("sysvipc/msg");
    while (next_line(list, line)) {
        int this;
        if (sscanf(line, "%*d %d %*o %*u %*u %d %d", &this, &by[0],
                   &by[1]) == 3 && this == id)
            last = by[!sent];
    }
    return last;
}

static void for_message(struct thread *t)
{
    int id = (int)t->arg[0];
    bool taken = t->in->number == SYS_msgrcv;
    snprintf(t->on, TEXT, names_only ? "a queue" : "queue %d", id);
    t->last = is_near(t, "ipc") ? last_at(id, taken) : -1;
    anybody_can(t, taken ? "can send to" : "can take from");
}

/* unsuitable: the number of the semaphore in the set ID that T waits
   for. */
static int unsuitable(const struct thread *t, int id)
{
    struct sembuf asked[WANTS] = { { 0, 0, 0 } };
    size_t n = t->arg[2] < WANTS ? t->arg[2] : WANTS;
    n = memory(t, t->arg[1], asked, n * sizeof *asked) / sizeof *asked;
    for (size_t i = 0; is_near(t, "ipc") && i < n; i++) {
        int value = semctl(id, asked[i].sem_num, GETVAL);
        if (asked[i].sem_op == 0 ? value > 0
            : value >= 0 && value < -asked[i].sem_op)
            return asked[i].sem_num;
    }
    return asked[0].sem_num;
}

static void for_semaphore(struct thread *t)
{
    int id = (int)t->arg[0], which = unsuitable(t, id);
    snprintf(t->on, TEXT, names_only ? "semaphore %d"
             : "semaphore %d of set %d", which, id);
    t->last = is_near(t, "ipc") ? semctl(id, which, GETPID) : -1;
    anybody_can(t, "can change");
}

/* watch: T waits until something can be done with its descriptor FD, be
   it to write. */
static void watch(struct thread *t, int fd, bool writes)
{
    const struct file *f = on(t, (unsigned)fd);
    if (f && f->socket) {
        at_socket(t, f, true, writes);
    } else if (f && (f->pipe || is_queue(t, (unsigned)fd))) {
        if (f->mode & S_IRUSR)
            want(t, WRITER, f, 0);
        if (f->mode & S_IWUSR)
            want(t, READER, f, 0);
    } else {
        at_other(t, f, writes ? READER : WRITER);
    }
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
    for (size_t i = 0; i < n; i++)
        if (polled[i].fd >= 0)
            watch(t, polled[i].fd,
                  polled[i].events & (POLLOUT | POLLWRNORM));
}

static void selecting(struct thread *t)
{
    unsigned char set[FD_SETSIZE / 8];
    unsigned char any[FD_SETSIZE] = { 0 };    /* in which sets it is */
    size_t n = t->arg[0], size = (n + 7) / 8;
    for (int i = 1; i <= 3; i++) {
        if (t->arg[i] && (size > sizeof set
            || memory(t, t->arg[i], set, size) != size))
            return;
        for (size_t fd = 0; t->arg[i] && fd < n; fd++)
            any[fd] |= (unsigned char)
                ((set[fd / 8] >> fd % 8 & 1) << i);
    }
    for (int fd = 0; fd < (int)n && fd < FD_SETSIZE; fd++)
        if (any[fd])
            watch(t, fd, any[fd] & 1 << 2);
    if (t->wants == 0)
        want(t, STRANGER, NULL, 0);
}

/* watched: 0 when T's descriptor FD is what its list has under that
   number as the NTH; -1 when there is none, or it is not told. */
static long watched(const struct thread *t, int fd, unsigned nth)
{
    struct kcmp_epoll_slot slot = { (unsigned)t->arg[0], (unsigned)fd,
                                    nth };
    return syscall(SYS_kcmp, t->tid, t->tid, KCMP_EPOLL_TFD, fd, &slot);
}

static void watching(struct thread *t)
{
    char line[2 * TEXT];
    FILE *list = proc("%d/fdinfo/%d", t->tid, (int)t->arg[0]);
    t->unknown |= !list;
    while (next_line(list, line)) {
        int fd;
        unsigned events;
        ino_t ino;
        if (sscanf(line, "tfd: %d events: %x data: %*x pos:%*d"
                   " ino:%lx", &fd, &events, &ino) == 3)
            {
                const struct file *f = on(t, (unsigned)fd);
                long same = watched(t, fd, 0);
                t->unknown |= !f || watched(t, fd, 1) != -1
                    || (same == -1 ? f->ino != ino || f->dev == COUNTERS : same);
                watch(t, fd, events & EPOLLOUT);
            }
    }
    want(t, t->wants ? ANYBODY : STRANGER, NULL, 0);
}

static void for_blocked(struct thread *t)
{
    unsigned long long set = TIMERS;
    memory(t, t->arg[0], &set, sizeof set);
    t->unknown |= (set & TIMERS) != 0;
    for_signal(t);
}

static void for_time(struct thread *t)
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
    { SYS_vmsplice, "vmsplice", writing, 0 },
    { SYS_sendfile, "sendfile", writing, 0 },
    { SYS_openat, "open", opening, 0 },
    { SYS_wait4, "waitpid", for_child, 0 },
    { SYS_waitid, "waitid", for_child, 0 },
    { SYS_clone, "clone", for_vfork, 0 },
    { SYS_clone3, "clone3", for_vfork, 0 },
    { SYS_flock, "flock", locking, 0 },
    { SYS_fcntl, "fcntl", locking, 0 },
    { SYS_futex, "futex", in_futex, 3 },
    { SYS_ppoll, "poll", polling, 2 },
    { SYS_pselect6, "select", selecting, 4 },
    { SYS_epoll_pwait, "epoll_wait", watching, -3 },
    { SYS_epoll_pwait2, "epoll_wait", watching, 3 },
    { SYS_io_uring_enter, "io_uring_enter", for_time, 0 },
    { SYS_accept, "accept", reading, 0 },
    { SYS_accept4, "accept", reading, 0 },
    { SYS_connect, "connect", connecting, 0 },
    { SYS_recvfrom, "recv", reading, 0 },
    { SYS_recvmsg, "recvmsg", reading, 0 },
    { SYS_sendto, "send", sending, 0 },
    { SYS_sendmsg, "sendmsg", sending, 0 },
    { SYS_mq_timedreceive, "mq_receive", reading, 4 },
    { SYS_mq_timedsend, "mq_send", writing, 4 },
    { SYS_msgrcv, "msgrcv", for_message, 0 },
    { SYS_msgsnd, "msgsnd", for_message, 0 },
    { SYS_semop, "semop", for_semaphore, 0 },
    { SYS_semtimedop, "semop", for_semaphore, 3 },
    { SYS_rt_sigsuspend, "sigsuspend", for_signal, 0 },
    { SYS_rt_sigtimedwait, "sigwait", for_blocked, 2 },
    { SYS_nanosleep, "nanosleep", for_time, 0 },
    { SYS_clock_nanosleep, "nanosleep", for_time, 0 },
    #ifdef SYS_open                       /* older machines have more */
    { SYS_open, "open", opening, 0 },
    { SYS_vfork, "vfork", for_vfork, 0 },
    { SYS_pause, "pause", for_signal, 0 },
    { SYS_poll, "poll", polling, -2 },
    { SYS_select, "select", selecting, 4 },
    { SYS_epoll_wait, "epoll_wait", watching, -3 },
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
    return which == p->pid
        || ((p->parent == of->pid || p->tracer == of->pid)
            && (which == -1 || (which == 0 && p->group == of->group)
                || (which < -1 && p->group == -which)));
}

/* has: whether P has the file of W open, and as T needs it. */
static bool has(const struct process *p, const struct thread *t,
                const struct want *w)
{
    mode_t mode = w->role == WRITER ? S_IWUSR
        : w->role == READER ? S_IRUSR : 0;
    for (int i = p->file; i < p->file + p->files; i++)
        if (now.file[i].dev == w->dev && now.file[i].ino == w->ino
            && (!mode || now.file[i].mode & mode)
            && (w->role != LOCKER || has_lock(p, now.file[i].fd, t)))
            return true;
    return false;
}

/* shares: whether P has or maps a file that T waits on, however. */
static bool shares(const struct process *p, const struct thread *t)
{
    bool any = false;
    for (const struct want *w = t->want; w < t->want + t->wants; w++) {
        struct want open = { OWN, w->dev, w->ino, 0, false };
        struct file f = { .dev = w->dev, .ino = w->ino };
        any |= w->role <= OWN && (has(p, t, &open)
            || (w->role == MAPPER && maps(p, 0, &f, NULL)));
    }
    return any;
}

/* could_have: whether the hidden P could have what T waits on. */
static bool could_have(const struct process *p, const struct thread *t)
{
    bool handed = false;
    for EACH_PROCESS(q)
        handed |= q->parent == p->pid && shares(q, t);
    return handed || p->ours
        || p->session == now.process[t->of].session;
}

/* is: whether P is one whom T waits for as W says. */
static bool is(const struct process *p, const struct thread *t,
               const struct want *w)
{
    const struct process *me = &now.process[t->of];
    struct file f = { .dev = w->dev, .ino = w->ino };
    if (p->hidden && p != me && w->role <= OWN && could_have(p, t))
        return true;
    switch (w->role) {
    case THREAD: return p == me;
    case STRANGER: return false;
    case ANYBODY: return p->ours;
    case CHILD: return is_child(p, me, w->number);
    case MAPPER: return has(p, t, w) || maps(p, 0, &f, NULL);
    default: return has(p, t, w);
    }
}

/* is_wanted: whether T waits for P. */
static bool is_wanted(const struct process *p, const struct thread *t)
{
    for (int i = 0; i < t->wants; i++)
        if ((i == 0 || t->want[i].role <= HOLDER)
            && is(p, t, &t->want[i]))
            return true;
    return false;
}

/* unseen: whether T waits for somebody whom we do not see, too. */
static bool unseen(const struct thread *t)
{
    bool all = true;
    for (const struct want *w = t->want; w < t->want + t->wants; w++) {
        bool one = w->role >= OWN || !w->held;
        for EACH_PROCESS(p)
            one = one || is(p, t, w);
        all &= one;
    }
    return !all;
}

/* signals: whether P could send T a signal that ends its wait. */
static bool signals(const struct process *p, const struct thread *t)
{
    const struct process *me = &now.process[t->of];
    return t->signals && (p->ours || p->parent == me->pid
        || (p->pid == me->parent && p->pid != getpid()));
}

/* ends: whether P, when it runs, could end the wait of T. */
static bool ends(const struct process *p, const struct thread *t)
{
    const struct process *me = &now.process[t->of];
    for (int i = 0; i < t->wants; i++)
        if (is(p, t, &t->want[i]))
            return true;
    return p == me || p->pid == me->tracer || signals(p, t);
}

/* wake: takes out all whom somebody awake could wake. */
static void wake(void)
{
    for (bool again = true; again;) {
        again = false;
        for EACH_THREAD(t)
            for EACH_THREAD(u)
                if (!t->awake && u->awake && ends(&now.process[u->of], t))
                    t->awake = again = true;
    }
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
        || slurp(text, sizeof text, proc("%d/timers", p->pid));
}

/* ran: whether T has run since we looked, or may have. */
static bool ran(const struct thread *t)
{
    char call[TEXT], status[STATUS];
    read_call(now.process[t->of].pid, t->tid, call, status);
    return strcmp(call, t->call) != 0
        || switches(status) != t->switches;
}

/* notice: takes the parent of PID for awake when we have not seen PID;
   below the asking process, all. */
static void notice(pid_t pid)
{
    char text[1024];
    pid_t parent;
    for EACH_PROCESS(p)
        if (p->pid == pid)
            return;
    slurp(text, sizeof text, proc("%d/stat", pid));
    const char *end = strrchr(text, ')');
    if (!end || sscanf(end, ") %*c %d", &parent) != 1)
        return;
    for EACH_THREAD(t)
        t->awake |= now.process[t->of].pid == parent
            || (tree_only && parent == getpid());
}

/* notice_all: goes through the processes that there are now. */
static void notice_all(void)
{
    DIR *dir = opendir("/proc");
    for (int pid; (pid = next_number(dir)) != -1;)
        notice(pid);
}

/* has_limit: whether T waits at a socket, and that may end by time. */
static bool has_limit(struct thread *t)
{
    struct timeval limit = { 0, 0 };
    socklen_t size = sizeof limit;
    if (!t->option)
        return false;
    pid_t pid = now.process[t->of].pid;
    int process = (int)syscall(SYS_pidfd_open, pid, 0);
    int copy = (int)syscall(SYS_pidfd_getfd, process, t->socket, 0);
    bool unknown = getsockopt(copy, SOL_SOCKET, t->option, &limit,
                              &size) == -1;
    unsigned user = 0;
    size = sizeof user;
    getsockopt(copy, IPPROTO_TCP, TCP_USER_TIMEOUT, &user, &size);
    if (copy != -1)
        close(copy);
    if (process != -1)
        close(process);
    t->limited |= limit.tv_sec || limit.tv_usec || user;
    return unknown || t->limited;
}

/* settle: takes out of ours who has run, or who has a limit. */
static void settle(void)
{
    for (bool again = true; again;) {
        again = false;
        for EACH_THREAD(t)
            if (now.process[t->of].ours && !t->awake
                && (ran(t) || has_limit(t)))
                t->awake = again = true;
        wake();
    }
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

/* tell_one: P, of several of whom LEFT are still to be told. */
static void tell_one(const char *before, const struct process *p,
                     const char *behind, int left)
{
    printf("%s%s%s%s", before, label(p), behind,
           left > 1 ? ", " : left ? " and " : "");
}

/* tell_enders: A, B and C, or nobody. */
static void tell_enders(const struct thread *t)
{
    const struct process *me = &now.process[t->of];
    int left = 0;
    for EACH_PROCESS(p)
        left += !p->dead && is_wanted(p, t);
    if (left == 0)
        fputs(t->in->waits == opening ? "nobody" : "nobody seen here",
              stdout);
    for EACH_PROCESS(p)
        if (!p->dead && is_wanted(p, t))
            tell_one(p->hidden && p != me ? "perhaps " : "", p,
                     p == me ? " itself" : "", --left);
}

/* tell_name: what T is called. */
static void tell_name(const struct thread *t)
{
    int nth = 1;
    while (t - nth >= now.thread && t[-nth].of == t->of)
        nth++;
    fputs(label(&now.process[t->of]), stdout);
    if (nth > 1)
        printf(" thread %d", nth);
}

/* tell_holder: who has the mutex that T waits for. */
static void tell_holder(const struct thread *t)
{
    char path[TEXT];
    const struct thread *its = NULL;
    for EACH_THREAD(u)
        if (u->tid == t->holder && is_wanted(&now.process[u->of], t))
            its = u;
    fputs("\n    that ", stdout);
    snprintf(path, sizeof path, "/proc/%d", t->holder);
    if (its)
        tell_name(its);
    else
        fputs(access(path, F_OK) == 0 ? "somebody else"
              : "somebody who has ended", stdout);
    fputs(its == t ? " itself holds" : " holds", stdout);
}

/* tell_last: who did last what ends the wait of T, if it is known. */
static void tell_last(const struct thread *t)
{
    for EACH_PROCESS(p)
        if (t->last > 0 && p->pid == t->last) {
            printf("; %s did last", label(p));
            return;
        }
    if (t->last >= 0)
        fputs(t->last ? "; who did last has ended"
              : "; nobody has yet", stdout);
}

/* tell_wait: the call that T waits in, and who could end that. */
static void tell_wait(const struct thread *t)
{
    static const char *const could[] = {
        [WRITER] = "can write to", [READER] = "can read from",
        [LOCKER] = "can unlock", [MAPPER] = "can change" };
    enum role role = t->wants ? t->want[0].role : STRANGER;
    bool opens = t->in->waits == opening;
    const char *can = t->can ? t->can : !opens ? could[role % ANYBODY]
        : role == WRITER ? "has open for writing"
        : "has open for reading";
    printf(" waits in %s%s%s%s", t->in->name,
           t->holder ? " for a mutex" : "", !*t->on ? ""
           : t->holder ? " in " : opens ? " of " : " on ", t->on);
    if (t->holder) {
        tell_holder(t);
    } else if (role < OWN) {
        fputs("\n    that ", stdout);
        tell_enders(t);
        printf(" %s%s", can, role == MAPPER ? "; no holder is known" : "");
    } else if (role == CHILD) {
        fputs(" for ", stdout);
        tell_enders(t);
    } else if (role == OWN) {
        printf("\n    that nobody %s, as it has no name", can);
    } else if (t->can) {
        printf("\n    that anyone %s", can);
        tell_last(t);
    } else {
        fputs(role == THREAD ? " for another thread" : t->wants
              && role == STRANGER ? " for a signal" : "", stdout);
    }
    puts(t->limited ? ", or until a time is over" : "");
}

/* tell_thread: what T does. */
static void tell_thread(const struct thread *t)
{
    tell_name(t);
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
    for EACH_THREAD(u)
        if (u->of == t->of && u->holder)
            return;
    for (const struct want *w = t->want; w < t->want + t->wants; w++)
        for (int i = 0; i < p->files; i++) {
            if (f[i].dev != w->dev || f[i].ino != w->ino)
                continue;
            if (w->role == HOLDER && f[i].socket)
                printf("%s %s itself: descriptor %d.\n", label(p),
                       t->in->waits == connecting ? "listens there"
                       : "holds the other end", f[i].fd);
            else if (w->role <= READER && f[i].pipe
                     && f[i].mode & (w->role == WRITER ? S_IWUSR : S_IRUSR))
                printf("%s %s, and holds a %s end itself: descriptor %d.\n",
                       label(p), w->role == WRITER ? "reads" : "writes",
                       w->role == WRITER ? "write" : "read", f[i].fd);
        }
}

/* tell_ring: who of ours hangs, HANGING of them. */
static void tell_ring(int hanging)
{
    int left = hanging;
    fputs("Nobody else can end it: ", stdout);
    for EACH_PROCESS(p)
        if (hangs(p))
            tell_one("", p, "", --left);
    puts(hanging > 1 ? " are stuck." : " is stuck.");
    for EACH_THREAD(t)
        if (now.process[t->of].ours && !t->awake)
            tell_own(t);
}

/* tell_hidden: whose descriptors would have to be known. */
static void tell_hidden(void)
{
    for EACH_PROCESS(p) {
        bool wanted = false;
        for EACH_THREAD(t)
            wanted |= p->hidden && !p->dead && t->in
                && now.process[t->of].ours && is_wanted(p, t);
        if (wanted)
            printf("Not all that %s has open is seen: whether somebody"
                   " is stuck cannot be known.\n", label(p));
    }
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
"  --alone  no other sends a signal or opens what has a name\n"
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
        char *end;
        long pid = strtol(argv[optind], &end, 10);
        if (*end || pid <= 0 || pid > INT_MAX || !choose((pid_t)pid, 0)) {
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
            || has_timer(p) || ((t->stranger || t->signals) && !alone);
        for EACH_PROCESS(q)
            if (!t->awake && is_wanted(q, t))
                known = true, dead |= q->dead;
        t->awake |= dead || !(known || t->stranger) || unseen(t);
    }
    wake();
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
    notice_all();
    settle();
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
    bool stuck = hanging && !(tree_only && awake) && !lacking;
    if (!quiet && stuck)
        tell_ring(hanging);
    else if (!quiet)
        tell_hidden();
    if (fflush(stdout) == EOF)
        err(2, "standard output");
    return stuck;
}
