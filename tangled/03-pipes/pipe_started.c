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

/* Returns 0 when all LENGTH bytes are written, or -1 with errno set. */
static int write_all(int fd, const void *buffer, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t n = write(fd, (const char *)buffer + done,
                          length - done);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return -1;
        done += (size_t)n;
    }
    return 0;
}

/* Waits until CHILD has ended and returns its wait status. */
static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) == -1)
        if (errno != EINTR)
            err(EXIT_FAILURE, "waitpid");
    return status;
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

/* Runs WORDS in a child. Returns its number, or -1 with errno set when
   the command could not be started. */
static pid_t start(char **words)
{
    int news[2], error;
    if (pipe2(news, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");
    if (child == 0) {
        execvp(words[0], words);
        write_all(news[1], &errno, sizeof errno);
        _exit(127);
    }
    close(news[1]);
    ssize_t n = read_full(news[0], &error, sizeof error);
    if (n == -1)
        error = errno;
    close(news[0]);
    if (n == 0)
        return child;
    wait_for(child);
    errno = error;
    return -1;
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
    if (argc < 2)
        errx(2, "usage: pipe_started COMMAND...");
    pid_t child = start(argv + 1);
    if (child == -1)
        err(EXIT_FAILURE, "%s", argv[1]);
    return tell(argv[1], wait_for(child));
}
