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


/* Returns how many messages wait in QUEUE. */
static long waiting(mqd_t queue)
{
    struct mq_attr is;
    if (mq_getattr(queue, &is) == -1)
        err(EXIT_FAILURE, "mq_getattr");
    return is.mq_curmsgs;
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
    char text[32] = "ok";
    show("send 2 bytes", mq_send(queue, text, 2, 0), 0);
    show("send 0 bytes", mq_send(queue, text, 0, 0), 0);
    show("receive into 2 bytes", mq_receive(queue, text, 2, NULL),
         EMSGSIZE);
    show("receive into 15 bytes", mq_receive(queue, text, 15, NULL),
         EMSGSIZE);
    show("  messages still there", waiting(queue), 0);
    show("receive into 16 bytes", mq_receive(queue, text, 16, NULL), 0);
    show("receive into 32 bytes", mq_receive(queue, text, 32, NULL), 0);
    show("  messages still there", waiting(queue), 0);
    show("send 16 bytes", mq_send(queue, text, 16, 0), 0);
    show("send 17 bytes", mq_send(queue, text, 17, 0), EMSGSIZE);
    mq_close(queue);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
