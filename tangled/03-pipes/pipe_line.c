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
#include <poll.h>

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

/* Makes FD known as WANTED in a program that is about to be run. */
static int renumber(int fd, int wanted)
{
    int n;
    while ((n = dup2(fd, wanted)) == -1 && errno == EINTR)
        continue;
    return n;
}

/* Becomes the program that WORDS name; if it cannot, ends with 127
   or 126. */
static _Noreturn void run(char **words)
{
    execvp(words[0], words);
    int code = errno == ENOENT ? 127 : 126;
    warn("%s", words[0]);
    _exit(code);
}

/* Says how NAME ended; returns what a shell would call its status. */
static int tell(const char *name, int status)
{
    struct pollfd room = { .fd = STDERR_FILENO, .events = POLLOUT };
    poll(&room, 1, -1);
    if (WIFEXITED(status)) {
        warnx("%s left with status %d", name, WEXITSTATUS(status));
        return WEXITSTATUS(status);
    }
    int number = WTERMSIG(status);
    const char *word = sigabbrev_np(number);
    if (word != NULL)
        warnx("%s was killed by SIG%s", name, word);
    else
        warnx("%s was killed by signal %d", name, number);
    return 128 + number;
}

/* Ends the command at WORDS; returns the next one, or NULL. */
static char **cut(char **words)
{
    for (; *words != NULL; words++)
        if (strcmp(*words, ":") == 0) {
            *words = NULL;
            return words + 1;
        }
    return NULL;
}

static pid_t start(char **words, int in, int out)
{
    pid_t child = fork();
    if (child != 0)
        return child;
    if (in != -1 && renumber(in, STDIN_FILENO) == -1)
        fail("dup2");
    if (out != -1 && renumber(out, STDOUT_FILENO) == -1)
        fail("dup2");
    run(words);
}


int main(int argc, char *argv[])
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
    bool empty = true;
    for (int i = 1; i <= argc; i++) {
        bool end = i == argc || strcmp(argv[i], ":") == 0;
        if (end && empty)
            errx(2, "usage: pipe_line COMMAND [: COMMAND]...");
        empty = end;
    }
    struct { const char *name; pid_t pid; int status; } *all;
    all = calloc((size_t)argc, sizeof *all);
    if (all == NULL)
        err(EXIT_FAILURE, "calloc");
    int in = -1, count = 0;
    bool started = true;
    for (char **words = argv + 1, **next; started && words; words = next) {
        int p[2] = { -1, -1 };
        next = cut(words);
        if (next != NULL && pipe2(p, O_CLOEXEC) == -1) {
            warn("pipe2");
            started = false;
        } else if ((all[count].pid = start(words, in, p[1])) == -1) {
            warn("fork");
            started = false;
        } else
            all[count++].name = words[0];
        if (in != -1)
            close(in);
        if (p[1] != -1)
            close(p[1]);
        in = p[0];
    }
    if (in != -1)
        close(in);
    int code = EXIT_FAILURE;
    for (int i = 0; i < count; i++)
        all[i].status = wait_for(all[i].pid);
    for (int i = 0; i < count; i++)
        code = tell(all[i].name, all[i].status);
    free(all);
    return started ? code : EXIT_FAILURE;
}
