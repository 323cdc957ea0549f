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

int main(int argc, char **argv)
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
    mqd_t queue = private_queue(8, 16, O_NONBLOCK);
    for (int i = 1; i < argc; i++) {
        char *text = argv[i], got[16] = "";
        unsigned priority = (unsigned)strtoul(argv[i], &text, 10);
        if (*argv[i] != '-' && mq_send(queue, text, 1, priority) == -1)
            err(EXIT_FAILURE, "%s", argv[i]);
        if (*argv[i] != '-')
            continue;
        if (mq_receive(queue, got, sizeof got, &priority) == -1)
            printf("%s\n", strerrorname_np(errno));
        else
            printf("%u%c\n", priority, got[0]);
    }
    mq_close(queue);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
