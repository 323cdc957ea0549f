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
#include <sys/msg.h>

/* Waits until CHILD has ended and returns its wait status. */
static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitpid");
    return status;
}


/* For children: prints what failed, and why, and ends by _exit. */
static _Noreturn void fail(const char *what)
{
    warn("%s", what);
    _exit(EXIT_FAILURE);
}


static pid_t keeper;
static int life;            /* the keeper leaves when it is closed */

/* Returns a System V queue that is removed at our end. */
static int kept_queue(void)
{
    int ids[2], lives[2], id;
    if (pipe2(ids, O_CLOEXEC) == -1 || pipe2(lives, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    keeper = fork();
    if (keeper == -1)
        err(EXIT_FAILURE, "fork");
    if (keeper == 0) {
        sigset_t all;
        sigfillset(&all);
        sigprocmask(SIG_SETMASK, &all, NULL);
        signal(SIGPIPE, SIG_IGN);
        close(ids[0]);
        close(lives[1]);
        id = msgget(IPC_PRIVATE, 0600);
        if (id == -1)
            fail("a message queue");
        char nothing;
        if (write(ids[1], &id, sizeof id) == sizeof id)
            while (read(lives[0], &nothing, 1) == -1 && errno == EINTR)
                ;
        close(ids[1]);
        close(lives[0]);
        _exit(msgctl(id, IPC_RMID, NULL) == -1);
    }
    close(ids[1]);
    close(lives[0]);
    life = lives[1];
    ssize_t n;
    while ((n = read(ids[0], &id, sizeof id)) == -1 && errno == EINTR)
        ;
    close(ids[0]);
    if (n != sizeof id)
        errx(EXIT_FAILURE, "there is no keeper of a queue");
    return id;
}

static void dismiss_keeper(void)
{
    close(life);
    if (wait_for(keeper) != 0)
        errx(EXIT_FAILURE, "the keeper failed");
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


struct order { long type; char text[8]; };
static struct { struct order order; char behind[8]; } desk =
    { { 1, "tidy up" }, "SECRET!" };

int main(void)
{
    struct { long type; char text[64]; } got = { 0, "" };
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
    int id = kept_queue();
    struct order *order = &desk.order;
    show("send, by sizeof *order", msgsnd(id, order, sizeof *order, 0), 0);
    show("  received", msgrcv(id, &got, sizeof got.text, 0, 0), 0);
    printf("  the text, and what follows it: %s, %s\n", got.text,
           got.text + sizeof order->text);
    show("send, by sizeof order->text",
         msgsnd(id, order, sizeof order->text, 0), 0);
    show("  received", msgrcv(id, &got, sizeof got.text, 0, 0), 0);
    show("send, by sizeof *order", msgsnd(id, order, sizeof *order, 0), 0);
    show("  take into 8 bytes", msgrcv(id, &got, 8, 0, 0), E2BIG);
    show("  with MSG_NOERROR",
         msgrcv(id, &got, 8, 0, MSG_NOERROR), 0);
    show("  take the rest", msgrcv(id, &got, 8, 0, IPC_NOWAIT), ENOMSG);
    for (long type = 0; type >= -1; type--) {
        order->type = type;
        show(type == 0 ? "send type 0" : "send type -1",
             msgsnd(id, order, sizeof order->text, 0), EINVAL);
    }
    dismiss_keeper();
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
