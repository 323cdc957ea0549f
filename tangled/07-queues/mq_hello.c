#include <err.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    struct mq_attr form = { .mq_maxmsg = 3, .mq_msgsize = 32 };
    char name[32], text[32];
    unsigned urgent;
    snprintf(name, sizeof name, "/hello.%d", getpid());
    mqd_t queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &form);
    if (queue == -1 || mq_unlink(name) == -1)
        err(1, "%s", name);
    if (mq_send(queue, "tidy up", 8, 1) == -1
        || mq_send(queue, "put out the fire", 17, 9) == -1
        || mq_send(queue, "sweep the floor", 16, 1) == -1)
        err(1, "mq_send");
    for (int i = 0; i < 3; i++) {
        if (mq_receive(queue, text, sizeof text, &urgent) == -1)
            err(1, "mq_receive");
        printf("%u %s\n", urgent, text);
    }
    mq_close(queue);
    if (fflush(stdout) == EOF)
        err(1, "standard output");
}
