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
#include <mqueue.h>

/* Makes a queue of SIZE messages with LENGTH bytes each, which is gone
   when nobody has it open. FLAGS are for the opening. */
static mqd_t private_queue(long size, long length, int flags)
{
    struct mq_attr form = { .mq_maxmsg = size, .mq_msgsize = length };
    char name[64];
    snprintf(name, sizeof name, "/queues.%jd", (intmax_t)getpid());
    mqd_t queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL | flags, 0600,
                          &form);
    if (queue == -1 || mq_unlink(name) == -1)
        err(EXIT_FAILURE, "a message queue, %s", name);
    return queue;
}

/* Prints what a call returned. An error other than EXPECTED ends the
   program; 0 means that none is expected. */
static void show(const char *call, ssize_t result, int expected)
{
    if (result == -1 && errno != expected)
        err(EXIT_FAILURE, "%s", call);
    if (result == -1)
        printf("%-36s = -1 %s\n", call, strerrorname_np(errno));
    else
        printf("%-36s = %zd\n", call, result);
}


/* Waits for a message until the time of day is END. Returns its length,
   or -1 with errno set, ETIMEDOUT when the time is over. */
static ssize_t take_until(mqd_t queue, const struct timespec *end)
{
    char text[16];
    ssize_t n;
    do
        n = mq_timedreceive(queue, text, sizeof text, NULL, end);
    while (n == -1 && errno == EINTR);
    return n;
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
    mqd_t queue = private_queue(4, 16, 0);
    const struct timespec hour = { .tv_sec = 3600 };
    show("until { 3600, 0 }, no message", take_until(queue, &hour),
         ETIMEDOUT);
    show("send", mq_send(queue, "a", 1, 0), 0);
    show("until { 3600, 0 }, a message waits",
         take_until(queue, &hour), 0);
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_nsec += 20000000;
    if (end.tv_nsec >= 1000000000) {
        end.tv_nsec -= 1000000000;
        end.tv_sec++;
    }
    show("until 20 ms from now, no message", take_until(queue, &end),
         ETIMEDOUT);
    mq_close(queue);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
