/* hang.h - what the small programs of this chapter's tests have in common. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* must: the result of a call that does not fail. */
static __attribute__((unused)) int must(int result)
{
    if (result == -1)
        err(9, "a call of the test");
    return result;
}

static __attribute__((unused)) void make(int p[2])
{
    must(pipe2(p, O_CLOEXEC));
}

/* soon: sleeps half a second, so that the runner looks twice meanwhile. */
static __attribute__((unused)) void soon(void)
{
    struct timespec left = { 0, 500000000 };
    while (nanosleep(&left, &left) == -1)
        ;
}

/* shared: a page of memory that children share. */
static __attribute__((unused)) void *shared(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        err(9, "memory of the test");
    return page;
}

/* mutex: one that children share: ordinary, robust (1), or one that inherits priorities, too (2). */
static __attribute__((unused)) pthread_mutex_t *mutex(int kind)
{
    pthread_mutexattr_t a;
    pthread_mutex_t *m = shared();
    pthread_mutexattr_init(&a);
    pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
    if (kind)
        pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
    if (kind > 1)
        pthread_mutexattr_setprotocol(&a, PTHREAD_PRIO_INHERIT);
    if (pthread_mutex_init(m, &a) != 0)
        err(9, "a mutex of the test");
    return m;
}

/* queue: a message queue without a name, for one message of one byte. */
static __attribute__((unused)) mqd_t queue(int flags)
{
    char name[40];
    struct mq_attr small = { .mq_maxmsg = 1, .mq_msgsize = 1 };
    snprintf(name, sizeof name, "/hang.%d", (int)getpid());
    mqd_t q = must(mq_open(name, flags | O_CREAT | O_EXCL, 0600, &small));
    must(mq_unlink(name));
    return q;
}

/* address: of a local socket with the name; @ begins an abstract one. */
static __attribute__((unused)) struct sockaddr_un address(const char *name)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    snprintf(a.sun_path, sizeof a.sun_path, "%s", name);
    if (*name == '@')
        *a.sun_path = 0;
    return a;
}

/* door: a local socket of the type with the name; one for streams listens with room for one. */
static __attribute__((unused)) int door(int type, const char *name)
{
    struct sockaddr_un a = address(name);
    int s = must(socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
    must(bind(s, (struct sockaddr *)&a, sizeof a));
    if (type != SOCK_DGRAM)
        must(listen(s, 0));
    return s;
}

/* call_at: a local socket of the type, connected to the name. */
static __attribute__((unused)) int call_at(int type, const char *name)
{
    struct sockaddr_un a = address(name);
    int s = must(socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
    must(connect(s, (struct sockaddr *)&a, sizeof a));
    return s;
}

/* pair: two connected sockets of the type. */
static __attribute__((unused)) void pair(int type, int s[2])
{
    must(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, s));
}
