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

struct message { long type; char text[24]; };

static struct { struct message message; char behind[8]; } desk =
    { .behind = "SECRET!" };
static struct { long type; char text[64]; } got;

int main(int argc, char **argv)
{
    struct message *m = &desk.message;
    int id = kept_queue();
    for (int i = 1; i < argc; i++) {
        char *text;
        long number = strtol(argv[i], &text, 10);
        if (argc > 65 || text == argv[i] || *text++ != ':' || number < 0
            || number > 99)
            errx(2, "usage: long_first NUMBER:TEXT...");
        size_t length = strlen(text);
        if (length > sizeof m->text)
            errx(2, "%s: too long", text);
        m->type = number + 1;
        memcpy(m->text, text, length);
        if (msgsnd(id, m, length, 0) == -1)
            err(EXIT_FAILURE, "msgsnd");
    }
    for (int i = 1; i < argc; i++) {
        ssize_t n = msgrcv(id, &got, sizeof got.text, 0, 0);
        if (n == -1)
            err(EXIT_FAILURE, "msgrcv");
        fwrite(got.text, 1, (size_t)n, stdout);
        putchar('\n');
    }
    dismiss_keeper();
    return fclose(stdout) == EOF;
}
