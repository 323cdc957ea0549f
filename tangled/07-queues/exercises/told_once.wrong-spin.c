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

static mqd_t queue, sending;
static sigset_t usr1;
static bool over;

static void ask(void)
{
    struct sigevent how = { .sigev_notify = SIGEV_SIGNAL,
                            .sigev_signo = SIGUSR1 };
    if (mq_notify(queue, &how) == -1)
        err(EXIT_FAILURE, "mq_notify");
}

static void await_signal(void)
{
    while (sigwaitinfo(&usr1, NULL) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "sigwaitinfo");
}

/* Takes a message and prints it. Tells whether there was one. */
static bool take_one(void)
{
    char text[64];
    ssize_t n = mq_receive(queue, text, sizeof text, NULL);
    if (n == -1 && errno == EAGAIN)
        return false;
    if (n == -1)
        err(EXIT_FAILURE, "mq_receive");
    over = n == 0;
    if (n > 0)
        printf("%.*s\n", (int)n, text);
    fflush(stdout);
    return true;
}

static int send_lines(void)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t n;
    while ((n = getline(&line, &size, stdin)) > 1)
        if (mq_send(sending, line, (size_t)n - 1, 0) == -1)
            return EXIT_FAILURE;
    return mq_send(sending, "", 0, 0) == -1;
}

int main(int argc, char **argv)
{
    if (argc > 9)
        errx(2, "usage: told_once [WORD]...  with eight words at most");
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    if (sigprocmask(SIG_BLOCK, &usr1, NULL) == -1)
        err(EXIT_FAILURE, "sigprocmask");
    struct mq_attr form = { .mq_maxmsg = 8, .mq_msgsize = 64 };
    char name[64];
    snprintf(name, sizeof name, "/told_once.%jd", (intmax_t)getpid());
    sending = mq_open(name, O_WRONLY | O_CREAT | O_EXCL, 0600, &form);
    queue = mq_open(name, O_RDONLY | O_NONBLOCK);
    if (mq_unlink(name) == -1 || sending == -1 || queue == -1)
        err(EXIT_FAILURE, "%s", name);
    for (int i = 1; i < argc; i++)
        if (mq_send(sending, argv[i], strlen(argv[i]), 0) == -1)
            err(EXIT_FAILURE, "mq_send");
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0)
        return send_lines();
    (void)await_signal;
    ask();
    while (!over)
        take_one();
    return fclose(stdout) == EOF;
}
