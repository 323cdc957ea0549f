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
    if (argc != 3)
        errx(2, "usage: too_small BYTES TEXT");
    mqd_t queue = private_queue(1, atol(argv[1]), 0);
    if (mq_send(queue, argv[2], strlen(argv[2]), 0) == -1)
        err(EXIT_FAILURE, "mq_send");
    struct mq_attr is;
    if (mq_getattr(queue, &is) == -1)
        err(EXIT_FAILURE, "mq_getattr");
    char *text = malloc((size_t)is.mq_msgsize);
    if (text == NULL)
        err(EXIT_FAILURE, "malloc");
    ssize_t n = mq_receive(queue, text, (size_t)is.mq_msgsize, NULL);
    if (n == -1)
        err(EXIT_FAILURE, "mq_receive");
    printf("%.*s\n", (int)n, text);
    free(text);
    return fclose(stdout) == EOF;
}
