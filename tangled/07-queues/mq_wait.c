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
#include <poll.h>

/* Returns the number of bytes read, less than LENGTH only at end of
   file, or -1 with errno set. */
static ssize_t read_full(int fd, void *buffer, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t n = read(fd, (char *)buffer + done, length - done);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return -1;
        if (n == 0)
            break;
        done += (size_t)n;
    }
    return (ssize_t)done;
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


/* Prints what poll sees of QUEUE, without waiting. */
static void look(const char *when, mqd_t queue)
{
    struct pollfd p = { .fd = queue, .events = POLLIN | POLLOUT };
    int n;
    while ((n = poll(&p, 1, 0)) == -1 && errno == EINTR)
        ;
    if (n == -1)
        err(EXIT_FAILURE, "poll");
    printf("%-36s :%s%s\n", when, p.revents & POLLIN ? " POLLIN" : "",
           p.revents & POLLOUT ? " POLLOUT" : "");
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
    struct mq_attr form = { .mq_maxmsg = 1, .mq_msgsize = 16 }, is;
    char name[64];
    snprintf(name, sizeof name, "/wait.%jd", (intmax_t)getpid());
    mqd_t in = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &form);
    if (in == -1)
        err(EXIT_FAILURE, "a message queue, %s", name);
    mqd_t out = mq_open(name, O_WRONLY);
    if (mq_unlink(name) == -1 || out == -1)
        err(EXIT_FAILURE, "%s", name);
    mqd_t copy = dup(in);
    if (copy == -1)
        err(EXIT_FAILURE, "dup");
    show("closed at an exec", fcntl(in, F_GETFD) == FD_CLOEXEC, 0);
    look("poll, empty", in);
    show("send, through the second", mq_send(out, "ok", 2, 0), 0);
    look("poll, full", in);
    is.mq_flags = O_NONBLOCK;
    show("O_NONBLOCK, through the first", mq_setattr(in, &is, NULL), 0);
    if (mq_getattr(copy, &is) == -1)
        err(EXIT_FAILURE, "mq_getattr");
    show("  the copy has it", is.mq_flags == O_NONBLOCK, 0);
    if (mq_getattr(out, &is) == -1)
        err(EXIT_FAILURE, "mq_getattr");
    show("  the other opening has it", is.mq_flags == O_NONBLOCK, 0);
    char text[128] = "";
    if (read_full(in, text, sizeof text - 1) == -1)
        err(EXIT_FAILURE, "read");
    text[strcspn(text, " \n")] = '\0';
    printf("%-36s = %s\n", "read", text);
    show("write", write(out, "ok", 2), EINVAL);
    show("receive from the second",
         mq_receive(out, text, sizeof text, NULL), EBADF);
    show("receive from the copy",
         mq_receive(copy, text, sizeof text, NULL), 0);
    show("receive once more",
         mq_receive(in, text, sizeof text, NULL), EAGAIN);
    mq_close(in);
    mq_close(out);
    mq_close(copy);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
