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
#include <sys/stat.h>

/* Like mq_send(3), but a signal does not end it. */
static int put(mqd_t queue, const char *text, size_t length,
               unsigned priority)
{
    int result;
    do
        result = mq_send(queue, text, length, priority);
    while (result == -1 && errno == EINTR);
    return result;
}

/* Like mq_receive(3), but a signal does not end it. */
static ssize_t take(mqd_t queue, char *text, size_t size,
                    unsigned *priority)
{
    ssize_t n;
    do
        n = mq_receive(queue, text, size, priority);
    while (n == -1 && errno == EINTR);
    return n;
}

/* Returns the number that TEXT is, from 0 to MOST, or -1. */
static long number_of(const char *text, long most)
{
    if (*text == '\0' || text[strspn(text, "0123456789")] != '\0')
        return -1;
    long number = strtol(text, NULL, 10);
    return number <= most ? number : -1;
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
    const char *what = argc > 1 ? argv[1] : "";
    bool puts_in = argc == 5 && strcmp(what, "put") == 0;
    bool takes = argc == 3 && strcmp(what, "take") == 0;
    bool closes = argc == 3 && strcmp(what, "close") == 0;
    if (!puts_in && !takes && !closes) {
        fprintf(stderr, "usage: mq_desk put NAME PRIORITY TEXT\n"
                        "       mq_desk take NAME\n"
                        "       mq_desk close NAME\n");
        return 2;
    }
    const char *name = argv[2];
    if (closes) {
        if (mq_unlink(name) == -1)
            err(EXIT_FAILURE, "%s", name);
        return EXIT_SUCCESS;
    }
    umask(077);
    struct mq_attr form = { .mq_maxmsg = 8, .mq_msgsize = 128 };
    mqd_t queue = mq_open(name, O_CREAT | (puts_in ? O_WRONLY : O_RDWR),
                          0600, &form);
    if (queue == -1 || mq_getattr(queue, &form) == -1)
        err(EXIT_FAILURE, "%s", name);
    if (puts_in)
        {
            long priority = number_of(argv[3], 32767);
            if (priority == -1)
                errx(2, "%s: not a priority", argv[3]);
            if (put(queue, argv[4], strlen(argv[4]), (unsigned)priority) == -1)
                err(EXIT_FAILURE, "%s", name);
        }
    else
        {
            char *text = malloc((size_t)form.mq_msgsize);
            if (text == NULL || signal(SIGPIPE, SIG_IGN) == SIG_ERR
                || signal(SIGXFSZ, SIG_IGN) == SIG_ERR)
                err(EXIT_FAILURE, "cannot begin");
            unsigned priority;
            ssize_t n = take(queue, text, (size_t)form.mq_msgsize, &priority);
            if (n == -1)
                err(EXIT_FAILURE, "%s", name);
            printf("%u ", priority);
            fwrite(text, 1, (size_t)n, stdout);
            putchar('\n');
            if (fflush(stdout) == EOF
                && put(queue, text, (size_t)n, priority) == -1)
                warn("lost, for it could not be put back");
            free(text);
        }
    mq_close(queue);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
