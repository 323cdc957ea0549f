/* hang.h - what the small programs of this chapter's tests have in common. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
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
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
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
