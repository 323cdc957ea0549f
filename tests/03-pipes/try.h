/* try.h - what the small programs of the tests rules-*.bats have in common. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WAIT = 0, HURRY = O_NONBLOCK };
static __attribute__((unused)) char data[1 << 21];

/* The call returned N. */
static inline void is(const char *call, long result, long n)
{
    int error = errno;
    if (result == n)
        return;
    printf("untrue: %s is %ld (%s), not %ld\n", call, result,
           result == -1 ? strerrorname_np(error) : "no error", n);
    fflush(stdout);
    _exit(1);
}

/* The call failed with ERROR. */
static inline void fails(const char *call, long result, int error)
{
    int found = errno;
    if (result == -1 && found == error)
        return;
    printf("untrue: %s is %ld (%s), not %s\n", call, result,
           result == -1 ? strerrorname_np(found) : "no error",
           strerrorname_np(error));
    fflush(stdout);
    _exit(1);
}

static inline void make(int p[2], int flags)
{
    is("pipe2", pipe2(p, O_CLOEXEC | flags), 0);
}

static inline long page(void) { return sysconf(_SC_PAGESIZE); }
static inline long capacity(int fd) { return fcntl(fd, F_GETPIPE_SZ); }

static inline int unread(int fd)
{
    int n;
    is("FIONREAD", ioctl(fd, FIONREAD, &n), 0);
    return n;
}

/* A child; the parent goes on at once. */
static inline pid_t child_of(void)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == -1)
        is("fork", pid, 0);
    if (pid == 0)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    return pid;
}

static inline char state_of(pid_t pid)
{
    char path[64], line[512];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd == -1 ? 0 : read(fd, line, sizeof line - 1);
    if (fd != -1)
        close(fd);
    if (n <= 0)
        return 0;
    line[n] = '\0';
    char *end = strrchr(line, ')');
    return end ? end[2] : 0;
}

/* Returns when PID was seen asleep twice in a row, fails when it ended. */
static inline void sleeps(const char *who, pid_t pid)
{
    const struct timespec moment = { .tv_nsec = 1000000 };
    for (int seen = 0; seen < 2; nanosleep(&moment, NULL)) {
        char state = state_of(pid);
        if (state == 0 || state == 'Z') {
            printf("untrue: %s does not sleep but has ended\n", who);
            fflush(stdout);
            _exit(1);
        }
        seen = state == 'S' ? seen + 1 : 0;
    }
}

/* The status PID left with, or minus the signal that killed it. */
static inline int left(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) == -1)
        if (errno != EINTR)
            return -1000;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static inline void on(int signal_number, void (*handler)(int), int flags)
{
    struct sigaction a = { .sa_handler = handler, .sa_flags = flags };
    is("sigaction", sigaction(signal_number, &a, NULL), 0);
}

union room_for_one { struct cmsghdr align; char room[CMSG_SPACE(sizeof(int))]; };

static inline void send_fd(int way, int fd)
{
    union room_for_one room = { .room = { 0 } };
    char byte = 'x';
    struct iovec part = { &byte, 1 };
    struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1,
                        .msg_control = room.room, .msg_controllen = sizeof room.room };
    struct cmsghdr *head = CMSG_FIRSTHDR(&m);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(head), &fd, sizeof fd);
    is("sendmsg", sendmsg(way, &m, 0), 1);
}

static inline int receive_fd(int way)
{
    union room_for_one room;
    char byte;
    int fd;
    struct iovec part = { &byte, 1 };
    struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1,
                        .msg_control = room.room, .msg_controllen = sizeof room.room };
    is("recvmsg", recvmsg(way, &m, 0), 1);
    is("with a descriptor", CMSG_FIRSTHDR(&m) != NULL, 1);
    memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof fd);
    return fd;
}
