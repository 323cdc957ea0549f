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
#include <sys/prctl.h>

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

/* Like msgrcv(2), but a signal does not end it, and the text has a null
   byte behind it. TEXT has SIZE bytes. */
static ssize_t take_type(int id, long type, int flags, char *text,
                         size_t size)
{
    struct { long type; char text[16]; } m;
    ssize_t n;
    do
        n = msgrcv(id, &m, sizeof m.text, type, flags);
    while (n == -1 && errno == EINTR);
    if (n != -1)
        snprintf(text, size, "%.*s", (int)n, m.text);
    return n;
}

struct message { long type; char text[16]; };

/* Sends TEXT with a type. */
static void send_type(int id, long type, const char *text)
{
    struct message m = { .type = type };
    snprintf(m.text, sizeof m.text, "%s", text);
    int sent;
    do
        sent = msgsnd(id, &m, strlen(m.text), 0);
    while (sent == -1 && errno == EINTR);
    if (sent == -1)
        err(EXIT_FAILURE, "msgsnd");
}

/* Takes a message of TYPE, without waiting, and prints it. */
static void show_taken(const char *how, int id, long type, int flags)
{
    char text[16];
    flags |= IPC_NOWAIT;
    if (take_type(id, type, flags, text, sizeof text) != -1)
        printf("%-36s : %s\n", how, text);
    else if (errno == ENOMSG)
        printf("%-36s : ENOMSG\n", how);
    else
        err(EXIT_FAILURE, "%s", how);
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
    setvbuf(stdout, NULL, _IOLBF, 0);
    int id = kept_queue();
    const char *const orders[] = { "5a", "1b", "5c", "2d", "1e" };
    for (int i = 0; i < 5; i++)
        send_type(id, orders[i][0] - '0', orders[i]);
    puts("sent 5a 1b 5c 2d 1e");
    show_taken("0, the oldest", id, 0, 0);
    show_taken("5, the oldest of type 5", id, 5, 0);
    show_taken("-4, the lowest type up to 4", id, -4, 0);
    show_taken("1 with MSG_EXCEPT, another than 1", id, 1, MSG_EXCEPT);
    show_taken("7", id, 7, 0);
    show_taken("-9, the lowest type up to 9", id, -9, 0);
    show_taken("0, of an empty queue", id, 0, 0);
    pid_t parent = getpid(), clerk = fork();
    if (clerk == -1)
        err(EXIT_FAILURE, "fork");
    char text[16];
    if (clerk == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
            fail("prctl");
        if (getppid() != parent)
            _exit(EXIT_FAILURE);
        close(life);
        if (take_type(id, 1, 0, text, sizeof text) == -1)
            fail("msgrcv");
        send_type(id, strtol(text, NULL, 10) + 1, "granted");
        _exit(EXIT_SUCCESS);
    }
    snprintf(text, sizeof text, "%d", parent);
    send_type(id, 1, text);
    if (take_type(id, parent + 1, 0, text, sizeof text) == -1)
        err(EXIT_FAILURE, "msgrcv");
    printf("asked by type 1, answered by my own: %s\n", text);
    if (wait_for(clerk) != 0)
        errx(EXIT_FAILURE, "the clerk failed");
    send_type(id, 1, "a question");
    if (take_type(id, 1, 0, text, sizeof text) == -1)
        err(EXIT_FAILURE, "msgrcv");
    printf("asked and answered by type 1: %s\n", text);
    dismiss_keeper();
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return EXIT_SUCCESS;
}
