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
#include <linux/io_uring.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

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

/* Nanoseconds since some moment, by a clock that nobody can set. */
static int64_t now(void)
{
    struct timespec t;
    if (clock_gettime(CLOCK_MONOTONIC, &t) == -1)
        err(EXIT_FAILURE, "clock_gettime");
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

enum { ROUNDS = 9 };

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values)
{
    qsort(values, ROUNDS, sizeof *values, compare);
    return values[ROUNDS / 2];
}

enum { PARTS = 8 };
static int pair[2];

static void one_by_one(void)
{
    char byte = 'x';
    for (int i = 0; i < PARTS; i++)
        if (send(pair[0], &byte, 1, 0) != 1)
            fail("send");
    for (int i = 0; i < PARTS; i++)
        if (recv(pair[1], &byte, 1, 0) != 1)
            fail("recv");
}

static void together(void)
{
    char bytes[PARTS] = "1234567";
    struct iovec part[PARTS];
    struct mmsghdr all[PARTS] = { 0 };
    for (int i = 0; i < PARTS; i++) {
        part[i] = (struct iovec){ bytes + i, 1 };
        all[i].msg_hdr.msg_iov = &part[i];
        all[i].msg_hdr.msg_iovlen = 1;
    }
    if (sendmmsg(pair[0], all, PARTS, 0) != PARTS
        || recvmmsg(pair[1], all, PARTS, 0, NULL) != PARTS)
        fail("sendmmsg, recvmmsg");
}

enum { CLIENTS = 100 };
static int door;

static void come_and_go(void)
{
    struct sockaddr_un at;
    socklen_t length = sizeof at;
    if (getsockname(door, (struct sockaddr *)&at, &length) == -1)
        fail("getsockname");
    for (int i = 0; i < CLIENTS; i++) {
        char byte = '?';
        int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connect(s, (struct sockaddr *)&at, length) == -1
            || write(s, &byte, 1) != 1 || read(s, &byte, 1) != 1)
            fail("a client");
        close(s);
    }
}

static void answer_one(int s)
{
    char byte;
    if (read(s, &byte, 1) != 1 || write(s, &byte, 1) != 1)
        fail("an answer");
    close(s);
}

static void serve_by_poll(void)
{
    struct pollfd set[2] = { { .fd = door, .events = POLLIN },
                             { .fd = -1, .events = POLLIN } };
    for (int served = 0; served < CLIENTS;) {
        if (poll(set, 2, -1) == -1)
            fail("poll");
        if (set[1].revents != 0) {
            answer_one(set[1].fd);
            set[1].fd = -1;
            served++;
        } else if ((set[1].fd = accept4(door, NULL, NULL, 0)) == -1) {
            fail("accept4");
        }
    }
}

static int set;

static void serve_by_epoll(void)
{
    for (int served = 0; served < CLIENTS;) {
        struct epoll_event event;
        if (epoll_wait(set, &event, 1, -1) != 1)
            fail("epoll_wait");
        if (event.data.fd != door) {
            answer_one(event.data.fd);
            served++;
            continue;
        }
        event.data.fd = accept4(door, NULL, NULL, 0);
        event.events = EPOLLIN;
        if (epoll_ctl(set, EPOLL_CTL_ADD, event.data.fd, &event) == -1)
            fail("epoll_ctl");
    }
}

enum { WORDS = 1024, DEEP = 64 };
static int file;
static uint64_t words[WORDS];
static unsigned batch;

static void by_pread(void)
{
    for (int i = 0; i < WORDS; i++)
        if (pread(file, &words[i], 8, 8 * i) != 8)
            fail("pread");
}

static struct {
    int fd;
    unsigned *request_tail, *request_mask, *slots;
    unsigned *done_head, *done_tail, *done_mask;
    struct io_uring_sqe *requests;
    struct io_uring_cqe *done;
} ring;

/* Returns 0, or -1 with errno set where there is no such ring. */
static int make_ring(void)
{
    struct io_uring_params about = { 0 };
    ring.fd = (int)syscall(SYS_io_uring_setup, DEEP, &about);
    if (ring.fd == -1)
        return -1;
    const size_t all = about.cq_off.cqes + about.cq_entries
                                           * sizeof *ring.done;
    char *map = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_SHARED,
                     ring.fd, IORING_OFF_SQ_RING);
    ring.requests = mmap(NULL, DEEP * sizeof *ring.requests,
                         PROT_READ | PROT_WRITE, MAP_SHARED, ring.fd,
                         IORING_OFF_SQES);
    if (map == MAP_FAILED || ring.requests == MAP_FAILED)
        return -1;
    ring.request_tail = (unsigned *)(map + about.sq_off.tail);
    ring.request_mask = (unsigned *)(map + about.sq_off.ring_mask);
    ring.slots = (unsigned *)(map + about.sq_off.array);
    ring.done_head = (unsigned *)(map + about.cq_off.head);
    ring.done_tail = (unsigned *)(map + about.cq_off.tail);
    ring.done_mask = (unsigned *)(map + about.cq_off.ring_mask);
    ring.done = (struct io_uring_cqe *)(map + about.cq_off.cqes);
    return 0;
}


static void by_ring(void)
{
    const unsigned mask = *ring.request_mask;
    for (unsigned i = 0; i < WORDS; i += batch) {
        unsigned tail = *ring.request_tail;
        for (unsigned k = i; k < i + batch; k++, tail++) {
            ring.requests[tail & mask] = (struct io_uring_sqe){
                .opcode = IORING_OP_READ, .fd = file, .off = 8 * k,
                .addr = (uintptr_t)&words[k], .len = 8 };
            ring.slots[tail & mask] = tail & mask;
        }
        __atomic_store_n(ring.request_tail, tail, __ATOMIC_RELEASE);
        if (syscall(SYS_io_uring_enter, ring.fd, batch, batch,
                    IORING_ENTER_GETEVENTS, NULL, 0) != (long)batch)
            fail("io_uring_enter");
        unsigned head = *ring.done_head;
        while (head != __atomic_load_n(ring.done_tail, __ATOMIC_ACQUIRE)) {
            if (ring.done[head & *ring.done_mask].res != 8)
                fail("a read");
            head++;
        }
        __atomic_store_n(ring.done_head, head, __ATOMIC_RELEASE);
    }
}


static void tell(const char *what, long calls)
{
    printf("%-36s %5ld\n", what, calls);
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
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) == -1)
        err(EXIT_FAILURE, "socketpair");
    tell("8 datagrams, one by one", calls_of(one_by_one, NULL));
    tell("8 datagrams together", calls_of(together, NULL));
    struct sockaddr_un nowhere = { .sun_family = AF_UNIX };
    struct epoll_event event = { .events = EPOLLIN };
    door = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    set = epoll_create1(EPOLL_CLOEXEC);
    event.data.fd = door;
    if (bind(door, (struct sockaddr *)&nowhere, sizeof(sa_family_t)) == -1
        || listen(door, 5) == -1
        || epoll_ctl(set, EPOLL_CTL_ADD, door, &event) == -1)
        err(EXIT_FAILURE, "the door");
    tell("100 clients, by poll", calls_of(serve_by_poll, come_and_go));
    tell("100 clients, by epoll", calls_of(serve_by_epoll, come_and_go));
    file = memfd_create("words", MFD_CLOEXEC);
    if (file == -1 || ftruncate(file, sizeof words) == -1)
        err(EXIT_FAILURE, "memfd_create");
    tell("1024 reads, pread", calls_of(by_pread, NULL));
    if (make_ring() == -1) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM
            || errno == EINTR)
            err(EXIT_FAILURE, "it could not be made");
        printf("no ring here: %s\n", strerror(errno));
    } else {
        batch = 1;
        tell("1024 reads, a ring, one at a time", calls_of(by_ring, NULL));
        batch = DEEP;
        tell("1024 reads, a ring, 64 at a time", calls_of(by_ring, NULL));
        double plain[ROUNDS], one[ROUNDS];
        batch = 1;
        for (int i = 0; i < ROUNDS; i++) {
            const int64_t start = now();
            by_pread();
            const int64_t middle = now();
            by_ring();
            plain[i] = (double)(middle - start);
            one[i] = (double)(now() - middle);
        }
        printf("one at a time, the ring is %s\n",
               median(one) > median(plain) ? "slower" : "faster");
    }
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
