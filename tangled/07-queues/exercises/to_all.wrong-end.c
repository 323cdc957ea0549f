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

/* Writes messages into the file got.K until an empty one comes. */
static _Noreturn void write_down(mqd_t queue, int k)
{
    char name[16], text[256];
    ssize_t length;
    snprintf(name, sizeof name, "got.%d", k);
    FILE *file = fopen(name, "w");
    if (file == NULL)
        err(EXIT_FAILURE, "%s", name);
    while ((length = mq_receive(queue, text, sizeof text, NULL)) > 0)
        fwrite(text, 1, (size_t)length, file);
    _exit(length == -1 || fclose(file) == EOF);
}

int main(int argc, char **argv)
{
    const int n = argc == 2 ? atoi(argv[1]) : 0;
    if (n < 1 || n > 8)
        errx(2, "usage: to_all N");
    mqd_t queue[8];
    for (int k = 0; k < n; k++) {
        queue[k] = private_queue(4, 256, 0);
        if (fork() == 0)
            write_down(queue[k], k + 1);
    }
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    while ((length = getline(&line, &size, stdin)) > 0)
        for (int k = 0; k < n; k++)
            mq_send(queue[k], line, (size_t)length, 0);
    return EXIT_SUCCESS;
}
