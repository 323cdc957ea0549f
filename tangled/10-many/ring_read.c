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
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>

static int ring;
static struct io_uring_params is;
static struct io_uring_sqe *sqes;
static char *requests, *results;

static void *map(size_t length, off_t where)
{
    void *at = mmap(NULL, length, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_POPULATE, ring, where);
    if (at == MAP_FAILED)
        err(EXIT_FAILURE, "mmap");
    return at;
}

static void make_rings(void)
{
    ring = (int)syscall(SYS_io_uring_setup, 4, &is);
    if (ring == -1)
        err(EXIT_FAILURE, "io_uring is not to be had here");
    requests = map(is.sq_off.array + is.sq_entries * sizeof(unsigned),
                   IORING_OFF_SQ_RING);
    results = map(is.cq_off.cqes
                      + is.cq_entries * sizeof(struct io_uring_cqe),
                  IORING_OFF_CQ_RING);
    sqes = map(is.sq_entries * sizeof *sqes, IORING_OFF_SQES);
}

static _Atomic unsigned *in(char *base, unsigned offset)
{
    return (_Atomic unsigned *)(void *)(base + offset);
}

static void request(uint8_t what, int fd, void *room, unsigned length,
                    uint64_t tag)
{
    unsigned tail = *in(requests, is.sq_off.tail);
    unsigned slot = tail % is.sq_entries;
    sqes[slot] = (struct io_uring_sqe){
        .opcode = what, .fd = fd, .len = length, .user_data = tag,
        .addr = (uint64_t)(uintptr_t)room
    };
    *in(requests, is.sq_off.array + slot * (unsigned)sizeof slot)
        = slot;
    *in(requests, is.sq_off.tail) = tail + 1;
}

/* Hands over COUNT requests, and sleeps until RESULTS are there. */
static int enter(unsigned count, unsigned wanted)
{
    long n;
    while ((n = syscall(SYS_io_uring_enter, ring, count, wanted,
                        IORING_ENTER_GETEVENTS, NULL, 0)) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "io_uring_enter");
    return (int)n;
}

static void take_results(void)
{
    unsigned head = *in(results, is.cq_off.head);
    for (; head != *in(results, is.cq_off.tail); head++) {
        struct io_uring_cqe *c = (void *)(results + is.cq_off.cqes);
        c += head % is.cq_entries;
        if (c->res < 0)
            printf("request %d: %s\n", (int)c->user_data,
                   strerrorname_np(-c->res));
        else
            printf("request %d: %d bytes\n", (int)c->user_data, c->res);
    }
    *in(results, is.cq_off.head) = head;
}

static bool ready(void)
{
    struct pollfd p = { .fd = ring, .events = POLLIN };
    int n;
    while ((n = poll(&p, 1, 0)) == -1 && errno == EINTR)
        ;
    return n == 1;
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
    int p[2];
    char room[16];
    make_rings();
    if (pipe2(p, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    request(IORING_OP_READ, p[0], room, sizeof room, 1);
    request(IORING_OP_READ, -1, room, sizeof room, 2);
    printf("handed over in one call: %d\n", enter(2, 1));
    take_results();
    printf("the ring in poll: %s\n", ready() ? "readable" : "quiet");
    if (write(p[1], "hello", 5) != 5)
        err(EXIT_FAILURE, "write");
    enter(0, 1);
    printf("the ring in poll: %s\n", ready() ? "readable" : "quiet");
    take_results();
    close(p[0]);
    close(p[1]);
    close(ring);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
