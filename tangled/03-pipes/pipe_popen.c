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
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc != 2)
        errx(2, "usage: pipe_popen COMMAND-LINE");
    FILE *stream = popen(argv[1], "re");
    if (stream == NULL)
        err(EXIT_FAILURE, "popen");
    char line[256];
    while (fgets(line, sizeof line, stream) != NULL)
        printf("| %s", line);
    const bool failed = ferror(stream);
    int status = pclose(stream);
    if (status == -1 || failed)
        err(EXIT_FAILURE, "reading the command's output");
    int code = tell("sh", status);
    if (ferror(stdout) || fclose(stdout) == EOF)
        errx(EXIT_FAILURE, "cannot write to standard output");
    return code;
}
