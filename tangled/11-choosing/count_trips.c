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
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <linux/futex.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* Like read(2), but a signal does not end it. */
static ssize_t read_some(int fd, void *buffer, size_t length)
{
    ssize_t n;
    do
        n = read(fd, buffer, length);
    while (n == -1 && errno == EINTR);
    return n;
}

/* Like write(2), but a signal does not end it with EINTR. */
static ssize_t write_some(int fd, const void *buffer, size_t length)
{
    ssize_t n;
    do
        n = write(fd, buffer, length);
    while (n == -1 && errno == EINTR);
    return n;
}

/* For children: prints what failed, and why, and ends by _exit. */
static _Noreturn void fail(const char *what)
{
    warn("%s", what);
    _exit(EXIT_FAILURE);
}

typedef void work(void);
static pid_t first, partner;

static _Noreturn void give_up(const char *what)
{
    const int error = errno;
    if (first > 0)
        kill(first, SIGKILL);
    if (partner > 0)
        kill(partner, SIGKILL);
    while (wait(NULL) > 0 || errno == EINTR)
        ;
    errno = error;
    err(EXIT_FAILURE, "%s", what);
}

static pid_t begin(work *one)
{
    const pid_t parent = getpid();
    fflush(stdout);
    pid_t child = fork();
    if (child == -1)
        give_up("fork");
    if (child != 0)
        return child;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
        fail("prctl");
    if (getppid() != parent)
        _exit(EXIT_FAILURE);
    one();
    _exit(EXIT_SUCCESS);
}

/* Waits for news of one of the two, and returns the status if it is
   the first one; else 0, and the partner has ended well. */
static int wait_beside(void)
{
    int status;
    pid_t who;
    while ((who = wait(&status)) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "wait");
    errno = ECHILD;
    if (!WIFSTOPPED(status) && status != 0)
        give_up("a child failed");
    if (who == partner)
        partner = 0;
    if (who == first && WIFEXITED(status))
        first = 0;
    return who == first ? status : 0;
}

static work *to_be_counted;

/* What the child does that is counted. */
static void between_marks(void)
{
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == -1
        || raise(SIGSTOP) != 0)
        fail("ptrace");
    getsid(0);
    to_be_counted();
    getsid(0);
}

/* Runs ONE in a child, and OTHER, if any, in another one beside it.
   Returns the number of system calls of the first. */
static long calls_of(work *one, work *other)
{
    partner = other == NULL ? 0 : begin(other);
    to_be_counted = one;
    first = begin(between_marks);
    long calls = 0;
    int marks = 0;
    while (first != 0) {
        const int status = wait_beside();
        if (!WIFSTOPPED(status))
            continue;
        int signal = WSTOPSIG(status);
        if (signal == SIGSTOP) {
            if (ptrace(PTRACE_SETOPTIONS, first, NULL,
                       PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) == -1)
                give_up("ptrace");
            signal = 0;
        }
        if (signal == (SIGTRAP | 0x80)) {
            struct __ptrace_syscall_info info;
            if (ptrace(PTRACE_GET_SYSCALL_INFO, first, sizeof info, &info) == -1)
                give_up("ptrace");
            if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
                if (info.entry.nr == SYS_getsid)
                    marks++;
                else if (marks == 1)
                    calls++;
            }
            signal = 0;
        }
        if (ptrace(PTRACE_SYSCALL, first, NULL, signal) == -1)
            give_up("ptrace");
    }
    while (partner != 0)
        wait_beside();
    return calls;
}

enum { PIPE, FIFO, LOCAL, TCP, UDP, EVENT, QUEUE, SEMAPHORE, FUTEX,
       SPIN, KINDS };
static const char *const kinds[KINDS] = {
    "pipe", "FIFO", "local socket", "TCP", "UDP", "event counter",
    "POSIX queue", "semaphore", "futex", "spinning" };

struct cell {               /* on a cache line of its own */
    _Alignas(64) _Atomic uint32_t full;
    uint64_t word;
    sem_t there;
};

struct way {
    int kind;
    bool made;
    int to[2], from[2];     /* by side; -1 when there is none */
    struct cell *cells;     /* cells[S] is what side S says */
};

/* Makes a socket at some port of the loopback address. */
static int at_loopback(int type, struct sockaddr_in *where)
{
    socklen_t length = sizeof *where;
    *where = (struct sockaddr_in){ .sin_family = AF_INET };
    where->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    if (fd != -1 && bind(fd, (struct sockaddr *)where, length) == 0
        && getsockname(fd, (struct sockaddr *)where, &length) == 0)
        return fd;
    if (fd != -1)
        close(fd);
    return -1;
}

/* Makes two sockets of TYPE that are connected with each other. */
static int connect_pair(int two[2], int type)
{
    const int on = 1;
    struct sockaddr_in here, there;
    two[0] = at_loopback(type, &here);
    two[1] = at_loopback(type, &there);
    if (two[0] == -1 || two[1] == -1)
        return -1;
    if (type == SOCK_DGRAM)
        return connect(two[0], (struct sockaddr *)&there, sizeof there)
               || connect(two[1], (struct sockaddr *)&here, sizeof here)
               ? -1 : 0;
    if (listen(two[0], 1) == -1
        || connect(two[1], (struct sockaddr *)&here, sizeof here) == -1)
        return -1;
    int door = two[0];
    two[0] = accept4(door, NULL, NULL, SOCK_CLOEXEC);
    close(door);
    for (int i = 0; i < 2; i++)
        if (setsockopt(two[i], IPPROTO_TCP, TCP_NODELAY, &on,
                       sizeof on) == -1)
            return -1;
    return 0;
}

static int make_fifo(int two[2])
{
    const char *place = getenv("TMPDIR");
    char name[PATH_MAX];
    if (snprintf(name, sizeof name - 2, "%s/ways_XXXXXX",
                 place == NULL ? "/tmp" : place) >= PATH_MAX - 2
        || mkdtemp(name) == NULL)
        return -1;
    const size_t length = strlen(name);
    strcpy(name + length, "/f");
    if (mkfifo(name, 0600) == 0) {
        two[0] = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        two[1] = open(name, O_WRONLY | O_CLOEXEC);
        unlink(name);
    }
    name[length] = '\0';
    rmdir(name);
    if (two[0] == -1 || two[1] == -1)
        return -1;
    return fcntl(two[0], F_SETFL, 0);
}

static int make_queue(int two[2])
{
    struct mq_attr one = { .mq_maxmsg = 1,
                           .mq_msgsize = sizeof(uint64_t) };
    char name[64];
    snprintf(name, sizeof name, "/ways-%jd", (intmax_t)getpid());
    two[1] = mq_open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                     0600, &one);
    if (two[1] == -1)
        return -1;
    two[0] = mq_open(name, O_RDONLY | O_CLOEXEC);
    mq_unlink(name);
    return two[0] == -1 ? -1 : 0;
}

static void close_way(struct way *w)
{
    for (int side = 0; side < 2; side++) {
        if (w->to[side] != -1)
            close(w->to[side]);
        if (w->from[side] != -1 && w->from[side] != w->to[side])
            close(w->from[side]);
    }
    munmap(w->cells, 2 * sizeof *w->cells);
}

/* Returns 0, or -1 with errno set when there is none of this kind. */
static int make_way(struct way *w, int kind)
{
    *w = (struct way){ kind, true, { -1, -1 }, { -1, -1 }, NULL };
    w->cells = mmap(NULL, 2 * sizeof *w->cells, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (w->cells == MAP_FAILED)
        return -1;
    int made = 0;
    for (int side = 0; side < 2 && made == 0; side++) {
        int two[2] = { -1, -1 };    /* to read from, to write to */
        switch (kind) {
        case PIPE:
            made = pipe2(two, O_CLOEXEC);
            break;
        case FIFO:
            made = make_fifo(two);
            break;
        case EVENT:
            two[0] = eventfd(0, EFD_CLOEXEC);
            two[1] = fcntl(two[0], F_DUPFD_CLOEXEC, 0);
            made = two[1] == -1 ? -1 : 0;
            break;
        case QUEUE:
            made = make_queue(two);
            break;
        case LOCAL:
        case TCP:
        case UDP:
            if (side == 1) {
                two[0] = w->to[0];
                two[1] = w->from[1];
            } else if (kind == LOCAL) {
                made = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, two);
            } else {
                made = connect_pair(two, kind == TCP ? SOCK_STREAM : SOCK_DGRAM);
            }
            break;
        default:
            made = sem_init(&w->cells[side].there, 1, 0);
        }
        w->to[side] = two[1];
        w->from[!side] = two[0];
    }
    if (made == -1) {
        const int error = errno;
        w->made = false;
        close_way(w);
        errno = error;
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM
            || errno == EINTR)
            err(EXIT_FAILURE, "it could not be made");
    }
    return made;
}

static void say(const struct way *w, int side, uint64_t word)
{
    struct cell *cell = w->cells + side;
    if (w->kind == QUEUE) {
        while (mq_send(w->to[side], (char *)&word, sizeof word, 0)
               == -1)
            if (errno != EINTR)
                fail("mq_send");
    } else if (w->kind < SEMAPHORE) {
        if (write_some(w->to[side], &word, sizeof word) != sizeof word)
            fail(kinds[w->kind]);
    } else {
        cell->word = word;
        if (w->kind == SEMAPHORE && sem_post(&cell->there) == -1)
            fail("sem_post");
        atomic_store(&cell->full, 1);
        if (w->kind == FUTEX)
            syscall(SYS_futex, &cell->full, FUTEX_WAKE, 1, NULL);
    }
}

static uint64_t hear(const struct way *w, int side)
{
    struct cell *cell = w->cells + !side;
    uint64_t word;
    if (w->kind == QUEUE) {
        while (mq_receive(w->from[side], (char *)&word, sizeof word,
                          NULL) == -1)
            if (errno != EINTR)
                fail("mq_receive");
        return word;
    } else if (w->kind < SEMAPHORE) {
        if (read_some(w->from[side], &word, sizeof word) != sizeof word)
            fail(kinds[w->kind]);
        return word;
    }
    if (w->kind == SEMAPHORE)
        while (sem_wait(&cell->there) == -1)
            if (errno != EINTR)
                fail("sem_wait");
    while (w->kind == FUTEX && atomic_load(&cell->full) == 0)
        if (syscall(SYS_futex, &cell->full, FUTEX_WAIT, 0, NULL) == -1
            && errno != EAGAIN && errno != EINTR)
            fail("futex");
    while (w->kind == SPIN && atomic_load(&cell->full) == 0)
        ;
    word = cell->word;
    atomic_store(&cell->full, 0);
    return word;
}


enum { TRIPS = 100 };
static struct way way;

static void ask(void)
{
    for (uint64_t i = 1; i <= TRIPS; i++) {
        say(&way, 0, i);
        if (hear(&way, 0) != 2 * i)
            errx(EXIT_FAILURE, "a wrong answer");
    }
}

static void answer(void)
{
    for (int i = 0; i < TRIPS; i++)
        say(&way, 1, 2 * hear(&way, 1));
}

int main(void)
{
    /* Descriptors 0 to 2 are taken, and no signal is blocked. */
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) == -1
            && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
            err(EXIT_FAILURE, "/dev/null in place of descriptor %d", fd);
    sigset_t no_signals;
    sigemptyset(&no_signals);
    if (signal(SIGCHLD, SIG_DFL) == SIG_ERR
        || signal(SIGPIPE, SIG_DFL) == SIG_ERR
        || sigprocmask(SIG_SETMASK, &no_signals, NULL) == -1)
        err(EXIT_FAILURE, "signals");
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int kind = 0; kind < KINDS; kind++) {
        if (make_way(&way, kind) == -1) {
            printf("%-14s not here: %s\n", kinds[kind],
                   strerror(errno));
            continue;
        }
        const long calls = calls_of(ask, answer);
        printf("%-14s ", kinds[kind]);
        if (kind != SEMAPHORE && kind != FUTEX)
            printf("%3ld calls\n", calls);
        else if (calls <= 2 * TRIPS)
            printf("at most %d calls\n", 2 * TRIPS);
        else
            printf("more than %d calls\n", 2 * TRIPS);
        close_way(&way);
    }
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
